import { sql } from 'kysely'
import { type DatabaseLocation, openDatabase } from '../../../indexer/store/database.ts'

/** How many rows every table has and a hash of them all, whatever order they were written in. */
export type Digest = Readonly<Record<string, { readonly rows: bigint; readonly hash: string | null }>>

/** Opens a database that no indexer is writing to, and sums it up. */
export async function digestOf(location: DatabaseLocation): Promise<Digest> {
  const { read, close } = await openDatabase(location)
  try {
    const tables = await read.introspection.getTables()
    const sums = tables
      .map(({ name }) => name)
      .toSorted()
      .map(async (name) => {
        const { rows } = await sql<{ rows: bigint; hash: string | null }>`
          select count(*) as rows, md5(string_agg(t::text, ' ' order by t::text collate "C")) as hash
          from ${sql.raw(name)} t`.execute(read)
        return [name, rows[0] ?? { rows: 0n, hash: null }] as const
      })
    return Object.fromEntries(await Promise.all(sums))
  } finally {
    await close()
  }
}
