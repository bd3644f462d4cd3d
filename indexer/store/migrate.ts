import { type Kysely, sql } from 'kysely'
import { type MigrationProvider, Migrator } from 'kysely/migration'
import { RetryError, StopError } from '../../sdk/errors.ts'
import { databaseError } from './databaseError.ts'
import { quoted } from './history.ts'
import * as chain from './migrations/0001-chain.ts'
import * as parties from './migrations/0002-parties.ts'
import * as models from './migrations/0003-models.ts'
import * as calls from './migrations/0004-calls.ts'
import * as courts from './migrations/0005-courts.ts'
import * as earnings from './migrations/0006-earnings.ts'
import * as money from './migrations/0007-money.ts'
import * as lookups from './migrations/0008-lookups.ts'
import type { Database } from './schema.ts'

/** Every change of the schema, in order. A released one is never edited. */
const migrations: MigrationProvider = {
  getMigrations: async () => ({
    '0001-chain': chain,
    '0002-parties': parties,
    '0003-models': models,
    '0004-calls': calls,
    '0005-courts': courts,
    '0006-earnings': earnings,
    '0007-money': money,
    '0008-lookups': lookups,
  }),
}

/** Updates a history's tables. Throws if a newer version of the indexer wrote it. */
export async function migrate(db: Kysely<Database>, schema: string): Promise<void> {
  await refuseNewer(await appliedMigrations(db, schema))
  const migrator = new Migrator({ db, provider: migrations, migrationTableSchema: schema })
  const { error } = await migrator.migrateToLatest()
  if (error === undefined) return
  const passing = databaseError(error)
  if (passing instanceof RetryError) throw passing
  throw new StopError(
    'The database schema could not be brought up to date',
    { schema, reason: error instanceof Error ? error.message : String(error) },
    'Nothing was changed. The user in the URL must be allowed to create schemas in that database.',
    error,
  )
}

/** Throws on tables of a newer version: this one would leave columns empty without a sign. */
export async function refuseNewer(applied: readonly string[]): Promise<void> {
  const known = new Set(Object.keys(await migrations.getMigrations()))
  const newer = applied.filter((name) => !known.has(name))
  if (newer.length === 0) return
  throw new StopError(
    'The database has a newer schema than this indexer',
    { unknown: newer.join(', '), newest: [...known].at(-1) ?? 'none' },
    'Run the indexer version that wrote it, or give this one another database.',
  )
}

/** Whether a history has every table and column that this version reads. */
export async function isReadable(db: Kysely<Database>, schema: string): Promise<boolean> {
  const applied = new Set(await appliedMigrations(db, schema))
  return Object.keys(await migrations.getMigrations()).every((name) => applied.has(name))
}

/** Read without the migrator, which would create its tables in any database. */
async function appliedMigrations(db: Kysely<Database>, schema: string): Promise<readonly string[]> {
  const table = `${quoted(schema)}.kysely_migration`
  const known = await sql<{ there: boolean }>`select to_regclass(${table}) is not null as there`.execute(db)
  if (known.rows[0]?.there !== true) return []
  const { rows } = await sql<{ name: string }>`select name from ${sql.raw(table)} order by name`.execute(db)
  return rows.map(({ name }) => name)
}
