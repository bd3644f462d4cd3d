import { sql } from 'kysely'
import { factTables } from './schema.ts'
import type { Store } from './store.ts'

/** Forgets every block above `ancestor` and all that happened there. Totals need no undoing: they are sums over facts. */
export async function undoAbove(store: Store, ancestor: bigint): Promise<void> {
  await store.write.transaction().execute(async (tx) => {
    for (const table of [...factTables, 'journalMove'] as const) {
      await sql`delete from ${sql.table(table)} where block > ${ancestor}`.execute(tx)
    }
    await tx.deleteFrom('block').where('number', '>', ancestor).execute()
  })
}
