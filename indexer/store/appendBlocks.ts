import { RetryError } from '../../sdk/errors.ts'
import { appendFacts, appendRows } from './appendFacts.ts'
import { appendTotals } from './appendTotals.ts'
import { advanceCursors } from './cursors.ts'
import { headOf } from './position.ts'
import type { Store } from './store.ts'
import { appendStretch, type Stretch } from './stretch.ts'

/**
 * Stores blocks and their facts in one transaction. The blocks are the cursor: a crash leaves all
 * of a stretch or nothing.
 */
export async function appendBlocks(store: Store, stretch: Stretch): Promise<void> {
  const { blocks, facts, journalMoves, contracts } = stretch
  const first = blocks[0]
  const last = blocks.at(-1)
  if (first === undefined || last === undefined) return
  await store.write.transaction().execute(async (tx) => {
    // Another process may have written between the loss of the lock and its return.
    const head = await headOf(tx)
    if (head !== undefined && head.hash !== first.parentHash) {
      throw new RetryError(
        'The database has moved on without this indexer',
        { ourNext: first.number, databaseAt: head.number },
        'Its position is read again.',
      )
    }
    await appendFacts(tx, store, facts)
    await appendTotals(tx, store, blocks, facts)
    await appendRows(tx, store, 'journalMove', journalMoves)
    await appendRows(tx, store, 'block', blocks)
    await appendStretch(tx, stretch, first.number, last.number)
    await advanceCursors(tx, contracts, first.number, last.number, head === undefined)
  })
}
