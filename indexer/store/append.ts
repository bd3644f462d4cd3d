import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { Hex } from 'viem'
import { type Catalogue, tableOf } from './catalogue.ts'
import type { Database } from './schema.ts'
import { toBytea } from './types.ts'

/** Appends any number of rows with one statement: an array a column, unnested by the database. */
export async function append<T extends keyof Database>(
  db: Kysely<Database>,
  catalogue: Catalogue,
  table: T,
  rows: readonly object[],
): Promise<void> {
  if (rows.length === 0) return
  const { columns } = tableOf(catalogue, table)
  const names = sql.join(columns.map(({ name }) => sql.ref(name)))
  const arrays = sql.join(
    columns.map(({ name, type }) =>
      array(
        type,
        rows.map((row) => cell(row, name)),
      ),
    ),
  )
  await sql`insert into ${sql.table(table)} (${names}) select * from unnest(${arrays})`.execute(db)
}

function array(type: string, values: readonly unknown[]): RawBuilder<unknown> {
  const encoded = type === 'bytea' ? values.map((value) => (value === null ? null : toBytea(value as Hex))) : values
  return sql`${sql.val(encoded)}::${sql.raw(type)}[]`
}

function cell(row: object, column: string): unknown {
  if (column in row) return row[column as keyof typeof row]
  throw new Error(`A row has no ${column}`)
}
