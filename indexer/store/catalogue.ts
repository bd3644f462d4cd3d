import { type Kysely, sql } from 'kysely'
import type { Database } from './schema.ts'

export interface Table {
  /** Its name in the database. */
  readonly sqlName: string
  readonly columns: readonly Column[]
}

export interface Column {
  /** Its name in rows, such as `feeGwei`. */
  readonly name: string
  /** Its name in the database, such as `fee_gwei`. */
  readonly sqlName: string
  /** Its type in the database, such as `int8`. */
  readonly type: string
}

/** The columns of every table, read from the database: migrations are their only definition. */
export type Catalogue = ReadonlyMap<string, Table>

export async function readCatalogue(db: Kysely<Database>): Promise<Catalogue> {
  const { rows } = await sql<{ schema: string }>`select current_schema() as schema`.execute(db)
  const tables = await db.introspection.getTables()
  return new Map(
    tables
      .filter(({ schema }) => schema === rows[0]?.schema)
      .map(({ name, columns }) => [
        camelCase(name),
        {
          sqlName: name,
          columns: columns.map((column) => ({
            name: camelCase(column.name),
            sqlName: column.name,
            type: column.dataType,
          })),
        },
      ]),
  )
}

export function tableOf(catalogue: Catalogue, name: string): Table {
  const table = catalogue.get(name)
  if (table === undefined) throw new Error(`The database has no table ${name}`)
  return table
}

function camelCase(snake: string): string {
  return snake.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}
