import { type Kysely, sql } from 'kysely'
import type { AccountTotal } from '../../store/accountTotal.ts'
import { appendRows } from '../../store/appendFacts.ts'
import type { Database } from '../../store/schema.ts'
import type { Store } from '../../store/store.ts'
import type { Keys } from '../keys.ts'
import { blockColumn, type ChainRows, type ComparedTable, type Row } from './chainRows.ts'

/** Blocks as the chain has them, and which tables are to be put right there. */
export interface Repair {
  readonly first: bigint
  readonly last: bigint
  readonly node: string
  readonly chain: ChainRows
  readonly differing: ReadonlySet<ComparedTable>
  /** The totals that the facts lead to, once those are right. */
  readonly totals: (tx: Kysely<Database>) => Promise<readonly AccountTotal[]>
}

/**
 * Puts the chain's rows in the place of the stored ones, in the tables that differ, and writes down what that proves: all or nothing.
 * Gives back the totals of these blocks.
 */
export async function repairStretch(store: Store, keys: Keys, repair: Repair): Promise<readonly AccountTotal[]> {
  const { first, last, node, chain, differing } = repair
  return await store.write.transaction().execute(async (tx) => {
    const replace = async (table: ComparedTable, rows: readonly Row[]) => {
      await sql`
        delete from ${sql.table(table)} where ${sql.ref(blockColumn(table))} between ${first} and ${last}`.execute(tx)
      await makeRoom(tx, table, keys.get(table) ?? [], rows)
      await appendRows(tx, store, table, rows as never)
    }
    for (const table of differing) await replace(table, chain.get(table) ?? [])
    const totals = await repair.totals(tx)
    if (differing.size > 0) await replace('accountTotal', totals as readonly object[] as readonly Row[])
    await provenByReceipts(tx, first, last, node)
    return totals
  })
}

/** A row whose block was altered stands elsewhere, where its key keeps the true one out. */
async function makeRoom(
  tx: Kysely<Database>,
  table: ComparedTable,
  key: readonly string[],
  rows: readonly Row[],
): Promise<void> {
  if (key.length === 0 || key.includes('block') || table === 'block') return
  for (const row of rows) {
    const same = key.map((column) => sql`${sql.ref(column)} = ${row[column]}`)
    await sql`delete from ${sql.table(table)} where ${sql.join(same, sql` and `)}`.execute(tx)
  }
}

/** What was bloom's or a node's word about these blocks is receipts' now. When they were stored, and what was final then, stays. */
async function provenByReceipts(tx: Kysely<Database>, first: bigint, last: bigint, node: string): Promise<void> {
  await splitStretchAt(tx, first)
  await splitStretchAt(tx, last + 1n)
  await sql`update stretch set verdict = 'receipts', node = ${node} where first >= ${first} and last <= ${last}`.execute(
    tx,
  )
}

/** Makes a stretch begin at a block that lies within one. */
async function splitStretchAt(tx: Kysely<Database>, block: bigint): Promise<void> {
  await sql`
    insert into stretch (first, last, verdict, journals, safe, finalised, node, stored_at)
    select ${block}::int8, last, verdict, journals, safe, finalised, node, stored_at from stretch
    where first < ${block} and last >= ${block}`.execute(tx)
  await sql`update stretch set last = ${block}::int8 - 1, journals = null where first < ${block} and last >= ${block}`.execute(
    tx,
  )
}
