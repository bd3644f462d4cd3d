import type { Doors, Patience } from './doors.ts'
import { openEmbedded } from './embedded.ts'
import { openPostgres } from './postgres.ts'

/** Where histories are kept: in a folder, with no server to install, or on a PostgreSQL server. */
export type DatabaseLocation =
  | { readonly kind: 'embedded'; readonly folder: string }
  | { readonly kind: 'postgres'; readonly url: string }

/** A folder belongs to one process: whoever has patience waits for it. */
export async function openDatabase(location: DatabaseLocation, patience?: Patience): Promise<Doors> {
  switch (location.kind) {
    case 'embedded':
      return await openEmbedded(location.folder, patience)
    case 'postgres':
      return await openPostgres(location.url)
  }
}
