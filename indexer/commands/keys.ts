import { type Kysely, sql } from 'kysely'
import type { Catalogue } from '../store/catalogue.ts'
import type { Database } from '../store/schema.ts'

/** The columns of each table's primary key, in order, by their names in rows. */
export type Keys = ReadonlyMap<string, readonly string[]>

export async function readKeys(db: Kysely<Database>, catalogue: Catalogue): Promise<Keys> {
  const { rows } = await sql<{ table: string; column: string }>`
    select c.relname::text as "table", a.attname::text as "column"
    from pg_index i
    join pg_class c on c.oid = i.indrelid
    join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey::int2[])
    where i.indisprimary and n.nspname = current_schema()
    order by c.relname, array_position(i.indkey::int2[], a.attnum)`.execute(db)
  const columnsOf = Map.groupBy(rows, ({ table }) => table)
  return new Map(
    [...catalogue].map(([name, { sqlName, columns }]) => [
      name,
      (columnsOf.get(sqlName) ?? []).map(({ column }) => columns.find((one) => one.sqlName === column)?.name ?? column),
    ]),
  )
}
