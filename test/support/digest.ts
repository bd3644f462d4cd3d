import { type Kysely, sql } from 'kysely'
import { type DatabaseLocation, openDatabase } from '../../indexer/store/database.ts'
import { historiesIn } from '../../indexer/store/histories.ts'
import type { Database } from '../../indexer/store/schema.ts'

/** How many rows every table of the chain's history has and a hash of them all, whatever order they were written in. */
export type Digest = Readonly<Record<string, { readonly rows: bigint; readonly hash: string | null }>>

/** What was observed of the chain, and when: it differs between two who index the same. */
const observations = new Set(['stretch', 'reverted_block', 'reverted_fact', 'status', 'deferred_index'])

/** Opens a database that holds one history, which no indexer is writing, and sums it up. */
export async function digestOf(location: DatabaseLocation): Promise<Digest> {
  const connections = await openDatabase(location)
  try {
    const [history, ...others] = await historiesIn(connections.reader('public'))
    if (history === undefined || others.length > 0) throw new Error('The database does not hold one history')
    return await digestThrough(connections.reader(history.schema))
  } finally {
    await connections.close()
  }
}

/** The same through an open door, as of one moment; of a history that goes further, only up to a block. */
export async function digestThrough(db: Kysely<Database>, upTo?: bigint): Promise<Digest> {
  const snapshot = db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only')
  return await snapshot.execute(async (tx) => {
    const digest: Record<string, Digest[string]> = {}
    const here = await sql<{ schema: string }>`select current_schema() as schema`.execute(tx)
    const tables = (await tx.introspection.getTables()).toSorted((a, b) => (a.name < b.name ? -1 : 1))
    for (const { schema, name, columns } of tables) {
      if (schema !== here.rows[0]?.schema || observations.has(name)) continue
      const place = columns.find((column) => column.name === (name === 'block' ? 'number' : 'block'))
      const within = upTo === undefined || place === undefined ? sql`true` : sql`${sql.ref(place.name)} <= ${upTo}`
      const { rows } = await sql<Digest[string]>`
        select count(*) as rows, md5(string_agg(t::text, ' ' order by t::text collate "C")) as hash
        from ${sql.table(name)} t where ${within}`.execute(tx)
      digest[name] = rows[0] ?? { rows: 0n, hash: null }
    }
    return digest
  })
}
