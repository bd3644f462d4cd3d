import { type Kysely, sql } from 'kysely'
import { creditTakenBack } from './0002-court.ts'
import { creditTakenBackFromPools } from './0004-pools.ts'

/**
 * What an account had earned after each block that changed it, so that the earnings of thousands as of any block are as many
 * index look-ups and no sums over all facts. Beside it, the newest journals and what single accounts were taken back are found
 * without reading everything.
 */

const accountTotal = `
  create table account_total (account int8 not null, block int8 not null, day int8 not null, epoch int8 not null,
    newer_gwei int8 not null, older_gwei int8 not null, credited_gwei int8 not null, bounties_gwei int8 not null,
    claimed_gwei int8 not null, credited_before_gwei int8 not null, bounties_before_gwei int8 not null,
    claimed_before_gwei int8 not null, primary key (account, block))`

const indexes: readonly string[] = [
  'account_total (block)',
  'account_total (day, account, block desc)',
  'journal_move (contract, block)',
  'stretch (verdict, first)',
]

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(accountTotal).execute(db)
  for (const index of indexes) await sql.raw(`create index on ${index}`).execute(db)
  // As it stands in 0002, the view computes everything that was ever voided for each question about some of it.
  const asked = creditTakenBack.replace('with voided as (', 'with voided as not materialized (')
  await sql
    .raw(`create or replace view credit_taken_back as ${asked} union all ${creditTakenBackFromPools}`)
    .execute(db)
}
