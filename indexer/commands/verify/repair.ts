import { type Kysely, sql } from 'kysely'
import { refreshAllAccounts } from '../../store/accountNow.ts'
import type { AccountTotal } from '../../store/accountTotal.ts'
import { appendRows } from '../../store/appendFacts.ts'
import type { Database } from '../../store/schema.ts'
import type { Store } from '../../store/store.ts'
import type { Keys } from '../keys.ts'
import { blockColumn, type ChainRows, type ComparedTable, type Row } from './chainRows.ts'

/** The rows of the chain in some blocks, and the tables to repair. */
export interface Repair {
  readonly first: bigint
  readonly last: bigint
  readonly node: string
  readonly chain: ChainRows
  readonly differing: ReadonlySet<ComparedTable>
  /** The totals of the repaired facts. */
  readonly totals: (tx: Kysely<Database>) => Promise<readonly AccountTotal[]>
}

/**
 * Replaces stored rows by the chain's, in the tables that differ, and records their proof, in one
 * transaction. Returns the totals of these blocks.
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
    if (differing.size > 0) {
      await replace('accountTotal', totals as readonly object[] as readonly Row[])
      await refreshAllAccounts(tx)
    }
    await provenByReceipts(tx, first, last, node)
    return totals
  })
}

/** Deletes rows whose key collides: a row with an altered block is stored elsewhere. */
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

/** Records that receipts prove these blocks. Their times and finality stay. */
async function provenByReceipts(tx: Kysely<Database>, first: bigint, last: bigint, node: string): Promise<void> {
  await splitStretchAt(tx, first)
  await splitStretchAt(tx, last + 1n)
  await sql`update stretch set verdict = 'receipts', node = ${node} where first >= ${first} and last <= ${last}`.execute(
    tx,
  )
}

/** Splits a stretch so that one begins at `block`. */
async function splitStretchAt(tx: Kysely<Database>, block: bigint): Promise<void> {
  await sql`
    insert into stretch (first, last, verdict, journals, safe, finalised, node, stored_at)
    select ${block}::int8, last, verdict, journals, safe, finalised, node, stored_at from stretch
    where first < ${block} and last >= ${block}`.execute(tx)
  await sql`update stretch set last = ${block}::int8 - 1, journals = null where first < ${block} and last >= ${block}`.execute(
    tx,
  )
}
