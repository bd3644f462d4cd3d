import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { CamelCasePlugin, Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { RetryError } from '../../sdk/errors.ts'
import type { Connections, LockWait, Writer } from './connections.ts'
import { type History, quoted } from './history.ts'
import { type QueryPool, queryPool, sessionSettings } from './queryPool.ts'
import type { Database } from './schema.ts'
import { parsers } from './types.ts'
import { takeLock } from './writerLock.ts'

const READERS = 8
/** Of the processes that answer strangers. */
const QUERY_CONNECTIONS = 6
const CONNECT_WITHIN_MS = 10_000

export async function openPostgres(url: string): Promise<Connections> {
  const pools = new Map<string, pg.Pool>()
  const queryPools = new Map<string, { readonly pool: pg.Pool; readonly queries: QueryPool }>()
  const reading = (schema: string): pg.Pool => {
    const known = pools.get(schema)
    if (known !== undefined) return known
    const made = pool(url, { max: READERS, onConnect: (client) => setSearchPath(client, schema) })
    pools.set(schema, made)
    return made
  }
  const querying = (schema: string, statementMs: number): QueryPool => {
    const known = queryPools.get(schema)
    if (known !== undefined) return known.queries
    const made = pool(url, {
      max: QUERY_CONNECTIONS,
      onConnect: async (client) => {
        await setSearchPath(client, schema)
        await client.query(sessionSettings(statementMs))
      },
    })
    const queries = queryPool(made)
    queryPools.set(schema, { pool: made, queries })
    return queries
  }
  const writers: Writer[] = []
  const close = async () => {
    const open = [...pools.values(), ...[...queryPools.values()].map((one) => one.pool)]
    await Promise.all([...open.map((one) => one.end()), ...writers.map((one) => one.close())])
  }
  try {
    await reading('public').query('select 1')
  } catch (error) {
    await close()
    throw unreachable(url, error)
  }
  return {
    url,
    reader: (schema) => kysely(reading(schema)),
    queries: querying,
    writer: async (history, lockWait) => {
      const writer = await openWriter(url, history, lockWait)
      writers.push(writer)
      return writer
    },
    close,
  }
}

/**
 * The writer's pool has a single connection, which takes the lock before it is used. A lost
 * connection loses the lock, and no row is written before the next one holds it again.
 */
async function openWriter(url: string, history: History, lockWait: LockWait | undefined): Promise<Writer> {
  let current: pg.ClientBase | undefined
  const writers = pool(url, {
    max: 1,
    idleTimeoutMillis: 0,
    // While the connection waits for the lock, its users wait too.
    connectionTimeoutMillis: 0,
    Client: ImpatientClient,
    onConnect: async (client) => {
      await takeLock(client, history, nameOf(url), lockWait)
      await setSearchPath(client, history.schema)
      current = client
    },
  })
  let closed: Promise<unknown> | undefined
  const close = async () => {
    // An open statement is not awaited: the server rolls back its transaction.
    const cut = current instanceof pg.Client ? current.end() : undefined
    closed ??= Promise.all([cut, writers.end()])
    await closed
  }
  try {
    await writers.query('select 1')
  } catch (error) {
    await writers.end()
    throw error
  }
  return {
    write: kysely(writers),
    copy: async (table, columns, image) => {
      if (current === undefined) throw new Error('No transaction is open')
      const into = current.query(copyFrom(`copy ${table} (${columns}) from stdin (format binary)`))
      await pipeline(Readable.from(image), into)
    },
    close,
  }
}

/** Times out while connecting, where its pool would wait for ever. */
class ImpatientClient extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super({ ...config, connectionTimeoutMillis: CONNECT_WITHIN_MS })
  }
}

/** Set on the connection and not in the URL, so that it works through PgBouncer too. */
async function setSearchPath(client: pg.ClientBase, schema: string): Promise<void> {
  await client.query(`set search_path to ${quoted(schema)}`)
}

function pool(url: string, options: pg.PoolConfig): pg.Pool {
  const made = new pg.Pool({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_WITHIN_MS,
    application_name: 'attribution indexer',
    keepAlive: true,
    keepAliveInitialDelayMillis: 3_000,
    types: { getTypeParser: (oid, format) => parsers[oid] ?? pg.types.getTypeParser(oid, format) },
    ...options,
  })
  // A broken idle connection is dropped from the pool; the next user gets a new one, or the error.
  made.on('error', () => {})
  // A connection that breaks in use rejects its query; the event that it also emits must not end
  // the process.
  made.on('connect', (client) => client.on('error', () => {}))
  return made
}

function kysely(from: pg.Pool): Kysely<Database> {
  return new Kysely<Database>({
    dialect: new PostgresDialect({ pool: from }),
    plugins: [new CamelCasePlugin()],
  })
}

function unreachable(url: string, cause: unknown): RetryError {
  const reason =
    cause instanceof Error ? cause.message || ('code' in cause ? String(cause.code) : cause.name) : String(cause)
  return new RetryError(
    `The database ${nameOf(url)} cannot be opened`,
    { reason },
    'Check that PostgreSQL runs there, and the user, password and database name in the URL.',
    cause,
  )
}

/** Host, port and database, without the password that the URL may contain. */
function nameOf(url: string): string {
  if (!URL.canParse(url)) return 'at the given URL'
  const { hostname, port, pathname } = new URL(url)
  return `${hostname}${port === '' ? '' : `:${port}`}${pathname}`
}
