import type { Kysely } from 'kysely'
import type { Fact, Facts, FactTable } from '../../chain/events/facts.ts'
import { append } from './append.ts'
import { tableOf } from './catalogue.ts'
import { copyImage } from './copyImage.ts'
import type { Database } from './schema.ts'
import type { Store } from './store.ts'

/**
 * From this many rows on, COPY is faster than a statement with arrays, despite its additional round
 * trip.
 */
const ROWS_WORTH_COPYING = 100

/** Appends facts table by table, within the store's open transaction. */
export async function appendFacts(tx: Kysely<Database>, store: Store, facts: readonly Fact[]): Promise<void> {
  for (const [table, rows] of byTable(facts)) await appendRows(tx, store, table, rows)
}

/** A fact whose ids are numbers still: the database makes bigints of them. */
type Unstored<T> = T extends FactTable ? Facts[T] : never

export async function appendRows<T extends keyof Database>(
  tx: Kysely<Database>,
  { catalogue, copy }: Store,
  table: T,
  rows: readonly (Database[T] | Unstored<T>)[],
): Promise<void> {
  if (rows.length < ROWS_WORTH_COPYING) return await append(tx, catalogue, table, rows)
  const { sqlName, columns } = tableOf(catalogue, table)
  const names = columns.map((column) => `"${column.sqlName}"`).join(', ')
  await copy(`"${sqlName}"`, names, copyImage(columns, rows))
}

function byTable(facts: readonly Fact[]): ReadonlyMap<FactTable, Facts[FactTable][]> {
  const tables = new Map<FactTable, Facts[FactTable][]>()
  for (const { table, row } of facts) {
    const rows = tables.get(table)
    if (rows === undefined) tables.set(table, [row])
    else rows.push(row)
  }
  return tables
}
