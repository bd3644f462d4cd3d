import { type Kysely, sql } from 'kysely'
import type { Block } from '../../chain/block.ts'
import type { Fact, FactTable } from '../../chain/events/facts.ts'
import { refreshAccounts } from './accountNow.ts'
import { type AccountTotal, type EarningsMove, totalsAfter } from './accountTotal.ts'
import { appendRows } from './appendFacts.ts'
import type { Database } from './schema.ts'
import type { Store } from './store.ts'

/** The facts by which accounts earn or claim. */
const moving: ReadonlySet<FactTable> = new Set<FactTable>([
  'unitPaid',
  'bookSettled',
  'jointDrawn',
  'recordVoided',
  'feeReturned',
  'bondSlashed',
  'rewardClaimed',
])

/** Appends the totals of accounts after each of these blocks. Their facts are appended already. */
export async function appendTotals(
  tx: Kysely<Database>,
  store: Store,
  blocks: readonly Block[],
  facts: readonly Fact[],
): Promise<void> {
  const opened = facts.flatMap(({ table, row }) => (table === 'accountOpened' ? [BigInt(row.account)] : []))
  const moves = await movesIn(tx, facts)
  if (moves.length === 0) return await refreshAccounts(tx, opened)
  const timestamps = new Map(blocks.map(({ number, timestamp }) => [number, timestamp]))
  const timestampOf = (block: bigint): bigint => {
    const timestamp = timestamps.get(block)
    if (timestamp === undefined) throw new Error(`A fact is of block ${block}, which is not among the blocks`)
    return timestamp
  }
  const moved = new Set(moves.map(({ account }) => account))
  const before = await latestTotals(tx, [...moved])
  await appendRows(tx, store, 'accountTotal', totalsAfter(before, moves, timestampOf))
  await refreshAccounts(tx, [...moved.union(new Set(opened))])
}

/** The moves of earnings that stored facts lead to, in block order. */
export async function movesIn(tx: Kysely<Database>, facts: readonly Fact[]): Promise<readonly EarningsMove[]> {
  const blocks = facts.filter(({ table }) => moving.has(table)).map(({ row }) => row.block)
  const [first, last] = [blocks[0], blocks.at(-1)]
  if (first === undefined || last === undefined) return []
  const { rows } = await sql<EarningsMove>`
    select account, block, kind, sum(amount_gwei) as gwei from (
      select account, block, role as kind, amount_gwei from credit where block between ${first} and ${last}
      union all
      select account, block, 'Claimed', amount_gwei from reward_claimed where block between ${first} and ${last}
    ) moved group by account, block, kind order by block, account, kind`.execute(tx)
  return rows
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
