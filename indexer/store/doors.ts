import type { Kysely } from 'kysely'
import type { Database } from './schema.ts'

/** Two ways in: one writer, who holds the database's lock for as long as it is open, and any number of readers. */
export interface Doors {
  readonly write: Kysely<Database>
  readonly read: Kysely<Database>
  close(): Promise<void>
}
