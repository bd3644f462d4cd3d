import type { Doors } from './doors.ts'
import { openEmbedded } from './embedded.ts'
import { openPostgres } from './postgres.ts'

/** Where the history is kept: in a folder, with no server to install, or on a PostgreSQL server. */
export type DatabaseLocation =
  | { readonly kind: 'embedded'; readonly folder: string }
  | { readonly kind: 'postgres'; readonly url: string }

export async function openDatabase(location: DatabaseLocation): Promise<Doors> {
  switch (location.kind) {
    case 'embedded':
      return await openEmbedded(location.folder)
    case 'postgres':
      return await openPostgres(location.url)
  }
}
