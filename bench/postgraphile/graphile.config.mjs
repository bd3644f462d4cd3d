import { makePgService } from 'postgraphile/adaptors/pg'
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber'

// As their pages recommend for production: lists of plain items beside connections, no watching.
export default {
  extends: [PostGraphileAmberPreset],
  pgServices: [makePgService({ connectionString: process.env.DATABASE_URL, schemas: ['rows'] })],
  grafserv: { host: '127.0.0.1', port: Number(process.env.PORT), graphqlPath: '/graphql', watch: false },
}
