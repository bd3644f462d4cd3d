import type { Kysely } from 'kysely'
import { type DatabaseLocation, openDatabase } from '../../indexer/store/database.ts'
import { historiesIn } from '../../indexer/store/histories.ts'
import type { Database } from '../../indexer/store/schema.ts'

/** Does something with the one history of a database. */
export async function inHistory<T>(location: DatabaseLocation, act: (db: Kysely<Database>) => Promise<T>): Promise<T> {
  const doors = await openDatabase(location)
  try {
    const [history] = await historiesIn(doors.reader('public'))
    return await act(doors.reader(history?.schema ?? 'public'))
  } finally {
    await doors.close()
  }
}
