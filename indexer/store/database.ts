import type { Connections, LockWait } from './connections.ts'
import { openEmbedded } from './embedded.ts'
import { openPostgres } from './postgres.ts'

/** Where histories are kept: in a folder, with no server to install, or on a PostgreSQL server. */
export type DatabaseLocation =
  | { readonly kind: 'embedded'; readonly folder: string }
  | { readonly kind: 'postgres'; readonly url: string }

/** A folder belongs to one process at a time: with `lockWait` this waits for it. */
export async function openDatabase(location: DatabaseLocation, lockWait?: LockWait): Promise<Connections> {
  switch (location.kind) {
    case 'embedded':
      return await openEmbedded(location.folder, lockWait)
    case 'postgres':
      return await openPostgres(location.url)
  }
}
