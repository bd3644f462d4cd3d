import type { Kysely } from 'kysely'
import type { Database } from './schema.ts'

export interface Column {
  /** As rows here call it, such as `feeGwei`. */
  readonly name: string
  /** As the database calls its type, such as `int8`. */
  readonly type: string
}

/** Which columns every table has: read from the database, so that migrations are the only place where it is written. */
export type Catalogue = ReadonlyMap<string, readonly Column[]>

export async function readCatalogue(db: Kysely<Database>): Promise<Catalogue> {
  const tables = await db.introspection.getTables()
  return new Map(
    tables.map(({ name, columns }) => [
      camelCase(name),
      columns.map((column) => ({ name: camelCase(column.name), type: column.dataType })),
    ]),
  )
}

function camelCase(snake: string): string {
  return snake.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}
