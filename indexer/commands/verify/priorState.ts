import type { Kysely } from 'kysely'
import type { Block } from '../../../chain/block.ts'
import { emptyJournals, type Journals } from '../../../chain/events/journals.ts'
import type { Terms } from '../../../chain/events/terms.ts'
import { termsOf } from '../../store/position.ts'
import type { Database } from '../../store/schema.ts'
import type { Totals } from './totals.ts'

/** The state before the first verified block. It is trusted. */
export interface PriorState {
  readonly head: Block | undefined
  readonly journals: Journals
  readonly terms: Terms
  /** The totals of accounts. */
  readonly totals: Totals
}

export async function priorState(db: Kysely<Database>, first: bigint): Promise<PriorState> {
  const head = await db
    .selectFrom('block')
    .selectAll()
    .where('number', '=', first - 1n)
    .executeTakeFirst()
  const moves = await db
    .selectFrom('journalMove')
    .distinctOn('contract')
    .select(['contract', 'slot'])
    .where('block', '<', first)
    .orderBy('contract')
    .orderBy('block', 'desc')
    .execute()
  const totals = await db
    .selectFrom('accountTotal')
    .distinctOn('account')
    .selectAll()
    .where('block', '<', first)
    .orderBy('account')
    .orderBy('block', 'desc')
    .execute()
  return {
    head,
    journals: { ...emptyJournals, ...Object.fromEntries(moves.map(({ contract, slot }) => [contract, slot])) },
    terms: await termsOf(db, first - 1n),
    totals: new Map(totals.map((total) => [total.account, total])),
  }
}
