import { type Kysely, sql } from 'kysely'
import type { Database } from '../../store/schema.ts'

/** An amount that two sums disagree on. */
export interface Imbalance {
  /** Such as `channel`, `book` or `contract`. */
  readonly what: string
  readonly id: string
  readonly amount: string
  readonly expectedGwei: bigint | null
  readonly foundGwei: bigint | null
}

/** The imbalances at the newest block. A correct history has none. */
export async function imbalancesOf(db: Kysely<Database>): Promise<readonly Imbalance[]> {
  const { rows } = await sql<Imbalance>`select * from imbalance order by what, id, amount`.execute(db)
  return rows
}

/** In one sentence. */
export function imbalanceSentence({ what, id, amount, expectedGwei, foundGwei }: Imbalance): string {
  return `Money of ${what} ${id}: ${amount} should be ${expectedGwei ?? 'nothing'} gwei, and adds up to ${foundGwei ?? 'nothing'}`
}
