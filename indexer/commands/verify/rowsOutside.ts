import { type Kysely, sql } from 'kysely'
import { type Catalogue, tableOf } from '../../store/catalogue.ts'
import { headOf } from '../../store/position.ts'
import type { Database } from '../../store/schema.ts'
import type { Store } from '../../store/store.ts'
import type { Keys } from '../keys.ts'
import { blockColumn, type ComparedTable, comparedTables, type Row } from './chainRows.ts'
import { type Difference, differencesOf } from './difference.ts'

/** Rows below the first block or above the newest one, which belong to no block. */
export async function rowsOutside(
  db: Kysely<Database>,
  catalogue: Catalogue,
  keys: Keys,
  first: bigint,
): Promise<readonly Difference[]> {
  return await db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (tx) => {
      const head = (await headOf(tx))?.number ?? first - 1n
      const found: Difference[] = []
      for (const name of comparedTables) {
        const { rows } = await sql<Row>`select * from ${sql.table(name)} where ${outside(name, first, head)}`.execute(
          tx,
        )
        found.push(...differencesOf(name, tableOf(catalogue, name), keys.get(name) ?? [], [], rows))
      }
      return found
    })
}

export async function removeOutside({ write }: Store, first: bigint): Promise<void> {
  await write.transaction().execute(async (tx) => {
    const head = (await headOf(tx))?.number ?? first - 1n
    for (const name of comparedTables) {
      await sql`delete from ${sql.table(name)} where ${outside(name, first, head)}`.execute(tx)
    }
  })
}

function outside(name: ComparedTable, first: bigint, head: bigint) {
  const block = sql.ref(blockColumn(name))
  return sql`(${block} < ${first} or ${block} > ${head})`
}
