import { type Kysely, sql } from 'kysely'
import type { Fact } from '../decode/facts.ts'
import { type AccountTotal, type EarningsMove, movesOf, totalsAfter } from './accountTotal.ts'
import { appendRows } from './appendFacts.ts'
import type { Block, Database } from './schema.ts'
import type { Store } from './store.ts'

/** Appends what accounts have earned after each of these blocks, whose facts are appended already. */
export async function appendTotals(
  tx: Kysely<Database>,
  store: Store,
  blocks: readonly Block[],
  facts: readonly Fact[],
): Promise<void> {
  const moves = await movesIn(tx, facts)
  if (moves.length === 0) return
  const timestamps = new Map(blocks.map(({ number, timestamp }) => [number, timestamp]))
  const timestampOf = (block: bigint): bigint => {
    const timestamp = timestamps.get(block)
    if (timestamp === undefined) throw new Error(`A fact is of block ${block}, which does not come with it`)
    return timestamp
  }
  const before = await latestTotals(tx, [...new Set(moves.map(({ account }) => account))])
  await appendRows(tx, store, 'accountTotal', totalsAfter(before, moves, timestampOf))
}

/** The moves of earnings that facts, which are stored already, tell of: in the order of their blocks. */
export async function movesIn(tx: Kysely<Database>, facts: readonly Fact[]): Promise<readonly EarningsMove[]> {
  const moves = [...movesOf(facts), ...(await takenBack(tx, facts))]
  // Sorting keeps the order within a block, where credits come before what is taken back of them.
  return moves.toSorted((a, b) => Number(a.block - b.block))
}

async function takenBack(tx: Kysely<Database>, facts: readonly Fact[]): Promise<readonly EarningsMove[]> {
  const voided = facts.filter(({ table }) => table === 'recordVoided').map(({ row }) => row.block)
  if (voided.length === 0) return []
  const { rows } = await sql<{ account: bigint; block: bigint; epoch: bigint; gwei: bigint }>`
    select account, block, epoch, amount_gwei as gwei from credit_taken_back
    where block between ${voided[0]} and ${voided.at(-1)} and amount_gwei > 0`.execute(tx)
  return rows.map((row) => ({ kind: 'takenBack', ...row }))
}

async function latestTotals(
  tx: Kysely<Database>,
  accounts: readonly bigint[],
): Promise<ReadonlyMap<bigint, AccountTotal>> {
  const { rows } = await sql<AccountTotal>`
    select t.* from unnest(${sql.val(accounts)}::int8[]) a (account)
    cross join lateral (select * from account_total where account = a.account order by block desc limit 1) t`.execute(
    tx,
  )
  return new Map(rows.map((row) => [row.account, row]))
}
