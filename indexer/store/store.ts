import type { Kysely } from 'kysely'
import { type Catalogue, readCatalogue } from './catalogue.ts'
import { type DatabaseLocation, openDatabase } from './database.ts'
import { claimIdentity } from './identity.ts'
import { migrate } from './migrate.ts'
import type { Database, Identity } from './schema.ts'

/** An open history: of one deployment on one chain, with the newest schema, and ours alone to write. */
export interface Store {
  readonly write: Kysely<Database>
  readonly read: Kysely<Database>
  readonly catalogue: Catalogue
  close(): Promise<void>
}

export async function openStore(location: DatabaseLocation, identity: Identity): Promise<Store> {
  const doors = await openDatabase(location)
  try {
    await migrate(doors.write)
    const catalogue = await readCatalogue(doors.write)
    await claimIdentity(doors.write, catalogue, identity)
    return { ...doors, catalogue }
  } catch (error) {
    await doors.close()
    throw error
  }
}
