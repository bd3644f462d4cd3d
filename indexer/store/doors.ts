import type { Kysely } from 'kysely'
import type { History } from './history.ts'
import type { Database } from './schema.ts'

/** The ways into one database, for one process. */
export interface Doors {
  /** Many connections; they see the tables of `schema` by their plain names. */
  reader(schema: string): Kysely<Database>
  /** Waits, or fails, while another process writes that history. */
  writer(history: History, patience?: Patience): Promise<Writer>
  /** Transactions still under way are cut off, and so undone. */
  close(): Promise<void>
}

/** The way in for the one who writes a history: no connection is behind it that does not hold the history's lock. */
export interface Writer {
  readonly write: Kysely<Database>
  /** Copies rows in PostgreSQL's binary format, within the transaction that `write` has open. Names come quoted. */
  copy(table: string, columns: string, image: readonly Uint8Array[]): Promise<void>
  close(): Promise<void>
}

/** How to wait for what another process holds; without it, nobody waits. */
export interface Patience {
  readonly signal: AbortSignal
  /** Another holds it: called once each time that waiting begins. */
  waits(holder: string): void
  /** Now it is ours: also after it was lost and taken again. */
  holds(): void
}
