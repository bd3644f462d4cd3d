import { CamelCasePlugin, Kysely, PostgresDialect, type PostgresPool } from 'kysely'
import pg from 'pg'
import { type PreparedStatements, preparedStatements } from './preparedStatements.ts'
import type { Database } from './schema.ts'

/** What one request may ask of the database. */
export interface QueryScope {
  /** Aborts when nobody waits for the answer any more: its statements are cancelled. */
  readonly signal: AbortSignal
  /** Called with the bytes that a statement returned; may throw. */
  readonly received?: (bytes: number) => void
}

/**
 * Connections for the questions of strangers. They cannot write, a statement has a time limit, and
 * one whose request is gone is cancelled in PostgreSQL.
 */
export interface QueryPool {
  of(scope: QueryScope): Kysely<Database>
}

/** A request loads its lists side by side, and must not take all connections. */
const CONNECTIONS_A_REQUEST = 2
const CANCEL_WITHIN_MS = 2_000

/** Set on each connection, so that they hold whatever the server's own settings are. */
export function sessionSettings(statementMs: number): string {
  return [
    'default_transaction_read_only = on',
    `statement_timeout = ${statementMs}`,
    'lock_timeout = 1000',
    'idle_in_transaction_session_timeout = 10000',
    // One question takes one core at most.
    'max_parallel_workers_per_gather = 0',
    'jit = off',
    // Planning takes longer than most answers do, so a prepared statement is planned once.
    'plan_cache_mode = force_generic_plan',
  ]
    .map((setting) => `set ${setting}`)
    .join(';')
}

export function queryPool(connections: pg.Pool): QueryPool {
  const plugins = [new CamelCasePlugin()]
  const prepared = preparedStatements()
  return {
    of: (scope) =>
      new Kysely<Database>({ dialect: new PostgresDialect({ pool: poolOf(scope, connections, prepared) }), plugins }),
  }
}

/** The pool as one request sees it. */
function poolOf({ signal, received }: QueryScope, connections: pg.Pool, prepared: PreparedStatements): PostgresPool {
  const turns = turnsOf(CONNECTIONS_A_REQUEST)
  return {
    connect: async () => {
      await turns.take()
      try {
        signal.throwIfAborted()
        const client = await connections.connect()
        return {
          query: ((sql: string, parameters: readonly unknown[]) =>
            queryUntil(
              signal,
              client,
              connections,
              { name: prepared.nameOf(sql), text: sql, values: [...parameters] },
              received,
            )) as never,
          release: () => {
            client.release()
            turns.give()
          },
        }
      } catch (error) {
        turns.give()
        throw error
      }
    },
    end: async () => {},
    options: {},
  }
}

async function queryUntil(
  signal: AbortSignal,
  client: pg.PoolClient,
  connections: pg.Pool,
  query: pg.QueryConfig,
  received: QueryScope['received'],
): Promise<pg.QueryResult> {
  // A transaction's last statement must run, so that the connection is clean.
  if (query.text !== 'rollback') signal.throwIfAborted()
  let cancelled: Promise<void> | undefined
  const cancel = () => {
    cancelled = cancelStatement(client, connections)
  }
  const before = bytesReadBy(client)
  signal.addEventListener('abort', cancel)
  try {
    const result = await client.query(query)
    received?.(bytesReadBy(client) - before)
    return result
  } catch (error) {
    signal.throwIfAborted()
    throw error
  } finally {
    signal.removeEventListener('abort', cancel)
    // A late cancellation must not meet the next user's statement.
    await cancelled
  }
}

/** What the server has sent on a connection so far. */
function bytesReadBy(client: pg.PoolClient): number {
  const { connection } = client as { readonly connection?: { readonly stream?: { readonly bytesRead?: number } } }
  return connection?.stream?.bytesRead ?? 0
}

/** By a connection of its own, since all others may be busy. */
async function cancelStatement(client: pg.PoolClient, { options }: pg.Pool): Promise<void> {
  if (!('processID' in client)) return
  const { password } = options
  const canceller = new pg.Client({ ...options, password, connectionTimeoutMillis: CANCEL_WITHIN_MS })
  canceller.on('error', () => {})
  try {
    await canceller.connect()
    await canceller.query('select pg_cancel_backend($1)', [client.processID])
  } catch {
    // The statement's time limit ends it.
  } finally {
    await canceller.end().catch(() => {})
  }
}

interface Turns {
  take(): Promise<void>
  give(): void
}

function turnsOf(most: number): Turns {
  const waiting: (() => void)[] = []
  let taken = 0
  return {
    take: async () => {
      if (taken < most) taken += 1
      else await new Promise<void>((resolve) => waiting.push(resolve))
    },
    give: () => {
      const next = waiting.shift()
      if (next === undefined) taken -= 1
      else next()
    },
  }
}
