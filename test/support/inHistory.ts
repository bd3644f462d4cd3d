import type { Kysely } from 'kysely'
import { type DatabaseLocation, openDatabase } from '../../indexer/store/database.ts'
import { historiesIn } from '../../indexer/store/histories.ts'
import type { Database } from '../../indexer/store/schema.ts'

/** Does something with the one history of a database. */
export async function inHistory<T>(location: DatabaseLocation, act: (db: Kysely<Database>) => Promise<T>): Promise<T> {
  const connections = await openDatabase(location)
  try {
    const [history] = await historiesIn(connections.reader('public'))
    return await act(connections.reader(history?.schema ?? 'public'))
  } finally {
    await connections.close()
  }
}
