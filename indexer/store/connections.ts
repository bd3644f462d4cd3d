import type { Kysely } from 'kysely'
import type { History } from './history.ts'
import type { QueryPool } from './queryPool.ts'
import type { Database } from './schema.ts'

/** The connections of one process to one database. */
export interface Connections {
  /** Where other processes of this user connect to. */
  readonly url: string
  /** A pool of connections that see the tables of `schema` by their plain names. */
  reader(schema: string): Kysely<Database>
  /** The same for what is asked all the time: the database parses and plans it once. */
  prepared(schema: string): Kysely<Database>
  /** The same for the questions of strangers. */
  queries(schema: string, statementMs: number): QueryPool
  /** Waits while another process writes that history; throws without `lockWait`. */
  writer(history: History, lockWait?: LockWait): Promise<Writer>
  /** Cuts off transactions that are still open, which rolls them back. */
  close(): Promise<void>
}

/** The connection that writes a history. It always holds the history's lock. */
export interface Writer {
  readonly write: Kysely<Database>
  /**
   * Copies rows in PostgreSQL's binary format, within the open transaction of `write`. Names must
   * be quoted.
   */
  copy(table: string, columns: string, image: readonly Uint8Array[]): Promise<void>
  close(): Promise<void>
}

/** How to wait for a lock that another process holds. Without it, a held lock is an error. */
export interface LockWait {
  readonly signal: AbortSignal
  /** Another process holds the lock: called once whenever waiting begins. */
  waits(holder: string): void
  /** This process holds the lock: called again after it was lost and retaken. */
  holds(): void
}
