import { CamelCasePlugin, Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { RetryError } from '../../sdk/errors.ts'
import type { Doors } from './doors.ts'
import type { Database } from './schema.ts'
import { parsers } from './types.ts'

/** The advisory lock of the one writer: any number, as long as it is always the same. */
const WRITER_LOCK = '7022364301938683252'

const READERS = 8

/**
 * The writer's pool has a single connection, and no connection enters it without the lock: whoever loses its connection
 * loses the lock with it, and cannot write another row before it holds it again.
 */
export async function openPostgres(url: string): Promise<Doors> {
  const writers = pool(url, { max: 1, idleTimeoutMillis: 0, onConnect: (client) => takeLock(client, url) })
  const readers = pool(url, { max: READERS })
  const close = async () => {
    await Promise.all([writers.end(), readers.end()])
  }
  try {
    await writers.query('select 1')
  } catch (error) {
    await close()
    throw error instanceof RetryError ? error : unreachable(url, error)
  }
  return { write: kysely(writers), read: kysely(readers), close }
}

function pool(url: string, options: pg.PoolConfig): pg.Pool {
  const made = new pg.Pool({
    connectionString: url,
    connectionTimeoutMillis: 10_000,
    types: { getTypeParser: (oid, format) => parsers[oid] ?? pg.types.getTypeParser(oid, format) },
    ...options,
  })
  // An idle connection that breaks is dropped from the pool; whoever needs one next gets a new one, or the error.
  made.on('error', () => {})
  return made
}

function kysely(from: pg.Pool): Kysely<Database> {
  return new Kysely<Database>({
    dialect: new PostgresDialect({ pool: from }),
    plugins: [new CamelCasePlugin()],
  })
}

async function takeLock(client: pg.ClientBase, url: string): Promise<void> {
  const { rows } = await client.query<{ locked: boolean }>('select pg_try_advisory_lock($1) as locked', [WRITER_LOCK])
  if (rows[0]?.locked === true) return
  throw new RetryError(
    `Another indexer is writing to ${nameOf(url)}`,
    {},
    'Stop that one, or give this one another database.',
  )
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

/** The database's place without the password that the URL may carry. */
function nameOf(url: string): string {
  if (!URL.canParse(url)) return 'at the given URL'
  const { hostname, port, pathname } = new URL(url)
  return `${hostname}${port === '' ? '' : `:${port}`}${pathname}`
}
