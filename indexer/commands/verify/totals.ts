import type { Kysely } from 'kysely'
import type { Block } from '../../../chain/block.ts'
import type { Fact } from '../../../chain/events/facts.ts'
import { type AccountTotal, totalsAfter } from '../../store/accountTotal.ts'
import { movesIn } from '../../store/appendTotals.ts'
import type { Database } from '../../store/schema.ts'

/** The newest total of every account that has one. */
export type Totals = ReadonlyMap<bigint, AccountTotal>

/** The totals that the stored facts of some blocks lead to. */
export async function totalsIn(
  tx: Kysely<Database>,
  before: Totals,
  blocks: readonly Block[],
  facts: readonly Fact[],
): Promise<readonly AccountTotal[]> {
  const timestamps = new Map(blocks.map(({ number, timestamp }) => [number, timestamp]))
  return totalsAfter(before, await movesIn(tx, facts), (block) => timestamps.get(block) ?? 0n)
}

export function newestTotals(before: Totals, rows: readonly AccountTotal[]): Totals {
  const newest = new Map(before)
  for (const row of rows) newest.set(row.account, row)
  return newest
}
