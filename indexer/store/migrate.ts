import type { Kysely } from 'kysely'
import { type MigrationProvider, Migrator } from 'kysely/migration'
import { StopError } from '../../sdk/errors.ts'
import * as facts from './migrations/0001-facts.ts'
import * as court from './migrations/0002-court.ts'
import * as evaluations from './migrations/0003-evaluations.ts'
import * as pools from './migrations/0004-pools.ts'
import * as observation from './migrations/0005-observation.ts'
import * as transfers from './migrations/0006-transfers.ts'
import type { Database } from './schema.ts'

/** Every change of the schema, in order; one that was released is never edited. */
const migrations: MigrationProvider = {
  getMigrations: async () => ({
    '0001-facts': facts,
    '0002-court': court,
    '0003-evaluations': evaluations,
    '0004-pools': pools,
    '0005-observation': observation,
    '0006-transfers': transfers,
  }),
}

/** Brings the schema up to date, and refuses a database that a newer version of the indexer has written. */
export async function migrate(db: Kysely<Database>): Promise<void> {
  const known = new Set(Object.keys(await migrations.getMigrations()))
  const newer = (await appliedMigrations(db)).filter((name) => !known.has(name))
  if (newer.length > 0) {
    throw new StopError(
      'The database has a newer schema than this indexer',
      { unknown: newer.join(', '), newest: [...known].at(-1) ?? 'none' },
      'Run the indexer version that wrote it, or give this one another database.',
    )
  }
  const { error } = await new Migrator({ db, provider: migrations }).migrateToLatest()
  if (error !== undefined) {
    throw new StopError('The database schema could not be brought up to date', {}, 'Nothing was changed.', error)
  }
}

/** Asked without the migrator, which would create its tables in whatever database it is shown. */
async function appliedMigrations(db: Kysely<Database>): Promise<readonly string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true })
  if (!tables.some(({ name }) => name === 'kysely_migration')) return []
  const rows = await db
    .withTables<{ kyselyMigration: { name: string } }>()
    .selectFrom('kyselyMigration')
    .select('name')
    .orderBy('name')
    .execute()
  return rows.map(({ name }) => name)
}
