import type { Kysely } from 'kysely'
import { openEmbedded } from './embedded.ts'
import { openPostgres } from './postgres.ts'
import type { Database } from './schema.ts'

/** Where the history is kept: in a folder, with no server to install, or on a PostgreSQL server. */
export type DatabaseLocation =
  | { readonly kind: 'embedded'; readonly folder: string }
  | { readonly kind: 'postgres'; readonly url: string }

/** Two ways in: one writer, who holds the database's lock for as long as it is open, and any number of readers. */
export interface Doors {
  readonly write: Kysely<Database>
  readonly read: Kysely<Database>
  close(): Promise<void>
}

export async function openDatabase(location: DatabaseLocation): Promise<Doors> {
  switch (location.kind) {
    case 'embedded':
      return await openEmbedded(location.folder)
    case 'postgres':
      return await openPostgres(location.url)
  }
}
