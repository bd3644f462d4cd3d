import { RetryError } from '../../sdk/errors.ts'
import type { Fact, FactTable } from '../decode/facts.ts'
import { append } from './append.ts'
import { advanceCursors } from './cursors.ts'
import { headOf } from './position.ts'
import type { Database } from './schema.ts'
import type { Store } from './store.ts'
import { appendStretch, type Stretch } from './stretch.ts'

/**
 * Stores blocks and their facts in one transaction. The blocks are the cursor: whatever ends this process leaves either all
 * of a stretch or nothing of it.
 */
export async function appendBlocks(store: Store, stretch: Stretch): Promise<void> {
  const { blocks, facts, journalMoves } = stretch
  const [first] = blocks
  const last = blocks.at(-1)
  if (first === undefined || last === undefined) return
  await store.write.transaction().execute(async (tx) => {
    // Another writer may have been here between losing our lock and taking it again.
    const head = await headOf(tx)
    if (head !== undefined && head.hash !== first.parentHash) {
      throw new RetryError(
        'The database has moved on without us',
        { ourNext: first.number, databaseAt: head.number },
        'Its position is read again.',
      )
    }
    for (const [table, rows] of byTable(facts)) await append(tx, store.catalogue, table, rows)
    await append(tx, store.catalogue, 'journalMove', journalMoves)
    await append(tx, store.catalogue, 'block', blocks)
    await appendStretch(tx, stretch, first.number, last.number)
    await advanceCursors(tx, stretch.contracts, first.number, last.number, head === undefined)
  })
}

function byTable(facts: readonly Fact[]): ReadonlyMap<FactTable, Database[FactTable][]> {
  const tables = new Map<FactTable, Database[FactTable][]>()
  for (const { table, row } of facts) {
    const rows = tables.get(table)
    if (rows === undefined) tables.set(table, [row])
    else rows.push(row)
  }
  return tables
}
