import { type Kysely, sql } from 'kysely'
import type { Database } from './schema.ts'

export interface Table {
  /** As the database calls it. */
  readonly sqlName: string
  readonly columns: readonly Column[]
}

export interface Column {
  /** As rows here call it, such as `feeGwei`. */
  readonly name: string
  /** As the database calls it, such as `fee_gwei`. */
  readonly sqlName: string
  /** As the database calls its type, such as `int8`. */
  readonly type: string
}

/** Which columns every table of the history has: read from the database, so that migrations are the only place where it is written. */
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
