import { readFileSync, writeFileSync } from 'node:fs'
import { printSchema } from 'graphql'
import { schema } from '../indexer/api/schema/schema.ts'

/** Writes the GraphQL schema to docs/schema.graphql, for code generators. With --check it only compares. */

const file = new URL('../docs/schema.graphql', import.meta.url)
const printed = `${printSchema(schema)}\n`
if (!process.argv.includes('--check')) writeFileSync(file, printed)
else if (readFileSync(file, 'utf8') !== printed) {
  console.error('docs/schema.graphql is not the schema that is served: run npm run schema')
  process.exitCode = 1
}
