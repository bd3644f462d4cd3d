import { existsSync } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { CamelCasePlugin, Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { StopError } from '../../sdk/errors.ts'
import type { Connections, LockWait, Writer } from './connections.ts'
import { checkDatabaseUrl, driverUrl, placeOf, sslFilesOf, withoutUser } from './databaseUrl.ts'
import type { History } from './history.ts'
import { openingError } from './openingError.ts'
import { type QueryPool, queryPool, sessionSettings } from './queryPool.ts'
import type { Database } from './schema.ts'
import { mustKeepSessions, mustOwn, mustSuit } from './serverChecks.ts'
import { beginSession } from './session.ts'
import { parsers } from './types.ts'
import { takeLock } from './writerLock.ts'

const READERS = 8
/** Of the processes that answer strangers. */
const QUERY_CONNECTIONS = 14
const CONNECT_WITHIN_MS = 10_000

export async function openPostgres(url: string): Promise<Connections> {
  checkDatabaseUrl(url)
  for (const [option, file] of sslFilesOf(url)) {
    if (!existsSync(file)) throw new StopError(`There is no file ${file}`, { option }, `Correct ${option} in the URL.`)
  }
  const pools = new Map<string, pg.Pool>()
  const queryPools = new Map<string, { readonly pool: pg.Pool; readonly queries: QueryPool }>()
  const reading = (schema: string): pg.Pool => {
    const known = pools.get(schema)
    if (known !== undefined) return known
    const made = pool(url, { max: READERS, onConnect: (client) => beginSession(client, schema) })
    pools.set(schema, made)
    return made
  }
  const querying = (schema: string, statementMs: number): QueryPool => {
    const known = queryPools.get(schema)
    if (known !== undefined) return known.queries
    const made = pool(url, {
      max: QUERY_CONNECTIONS,
      onConnect: async (client) => {
        await beginSession(client, schema)
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
    await checkServer(reading('public'), url)
  } catch (error) {
    await close()
    throw openingError(url, error)
  }
  return {
    url,
    reader: (schema) => kysely(reading(schema)),
    prepared: (schema) => queryPool(reading(schema)).of({ signal: new AbortController().signal }),
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
    Client: clientOf(url, CONNECT_WITHIN_MS),
    onConnect: async (client) => {
      await beginSession(client, history.schema)
      await mustOwn(client, history.schema, placeOf(url))
      await takeLock(client, history, placeOf(url), lockWait)
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

async function checkServer(connections: pg.Pool, url: string): Promise<void> {
  const first = await connections.connect()
  try {
    await mustSuit(first, placeOf(url))
    const second = await connections.connect()
    try {
      await mustKeepSessions(first, second, placeOf(url))
    } finally {
      second.release()
    }
  } finally {
    first.release()
  }
}

/**
 * A client whose failures to connect hold no part of the URL's user information. With
 * `connectWithinMs` it times out by itself, where its pool would wait for ever.
 */
function clientOf(url: string, connectWithinMs?: number): typeof pg.Client {
  return class extends pg.Client {
    constructor(config?: pg.ClientConfig) {
      super({ ...config, ...(connectWithinMs !== undefined && { connectionTimeoutMillis: connectWithinMs }) })
    }

    override connect(): Promise<pg.Client>
    override connect(callback: (error: Error) => void): void
    override connect(callback?: (error: Error) => void): Promise<pg.Client> | undefined {
      const connected = super.connect().catch((error: unknown) => {
        if (error instanceof Error) error.message = withoutUser(error.message, url)
        throw error
      })
      if (callback === undefined) return connected as Promise<never>
      connected.then(() => callback(undefined as never), callback)
      return undefined
    }
  }
}

function pool(url: string, options: pg.PoolConfig): pg.Pool {
  const made = new pg.Pool({
    connectionString: driverUrl(url),
    Client: clientOf(url),
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
