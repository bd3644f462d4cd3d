import { type Kysely, sql } from 'kysely'
import { creditTakenBack } from './0002-court.ts'

/** Models whose contributors share equally: their pools, who was paid of them, and what voided records take back from them. */

const place = 'block int8 not null, log_index int8 not null, transaction_hash bytea not null'
const inOrder = 'primary key (block, log_index)'

const tables: Readonly<Record<string, string>> = {
  pool_opened: `${place}, pool int8 not null, wallet bytea not null, item_count numeric(20) not null, ${inOrder}`,
  pool_version: 'block int8 not null, pool int8 not null, version numeric(20) not null, primary key (pool, version)',
  share_claimed: `${place}, pool int8 not null, contribution bytea not null, contributor int8 not null,
    recipient bytea not null, amount_gwei int8 not null, ${inOrder}`,
}

/** A database from before belongs to contracts without pools, which no deployment file describes any more. */
const columns: readonly string[] = [
  "identity add column pools bytea not null default ''",
  "fine_tune_registered add column rule text not null default 'Attribution'",
  'fine_tune_registered add column pool int8',
]

const indexes: readonly string[] = [
  'pool_opened (pool)',
  'pool_version (block)',
  'pool_version (version)',
  'share_claimed (pool, contribution)',
  'share_claimed (contributor)',
  'fine_tune_registered (pool)',
]

export const creditTakenBackFromPools = `
  select v.block, i.batch, i.position, i.model, b.epoch, 'Pool', f.pool, i.contributors_gwei
    from record_voided v
    join inference i on i.batch = v.batch and i.position = v.position
    join batch_recorded b on b.batch = v.batch
    join fine_tune_registered f on f.model = i.model and f.pool is not null`

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const [name, definition] of Object.entries(tables)) {
    await sql.raw(`create table ${name} (${definition})`).execute(db)
  }
  for (const column of columns) await sql.raw(`alter table ${column}`).execute(db)
  for (const index of indexes) await sql.raw(`create index on ${index}`).execute(db)
  const view = `${creditTakenBack} union all ${creditTakenBackFromPools}`
  await sql.raw(`create or replace view credit_taken_back as ${view}`).execute(db)
}
