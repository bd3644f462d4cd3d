import { createHash } from 'node:crypto'
import { resolve } from 'node:path'
import pg from 'pg'
import { startFolderServer } from '../../postgres/folderServer.ts'
import { holdFolder } from '../../postgres/lockFolder.ts'
import { RetryError } from '../../sdk/errors.ts'
import { makeFolder } from '../../sdk/node/makeFolder.ts'
import { beThere } from './presence.ts'
import { tables } from './tables.ts'

/**
 * What a gateway must not forget, in PostgreSQL: vouchers before calls are answered on them, calls
 * with their receipts before any answer leaves, transactions before they are sent. It holds salts,
 * so it never leaves the operator. No request or answer is in it, only their hashes.
 */
export interface Database {
  readonly pool: pg.Pool
  /** A connection beside the pool, which sees the same tables. */
  client(): Promise<pg.Client>
  readonly schema: string
  /** This process, among those that share the database. */
  readonly process: number
  close(): Promise<void>
}

/** In a folder, which belongs to one process at a time, or on a server, which many may share. */
export type DatabaseLocation =
  | { readonly kind: 'embedded'; readonly folder: string }
  | { readonly kind: 'postgres'; readonly url: string }

/** A statement runs on the pool, or on the one connection of a transaction. */
export type Queries = Pick<pg.ClientBase, 'query'>

const POOL = 8
const CONNECT_WITHIN_MS = 10_000

/** Opens the tables of one deployment: several may share a database. */
export async function openDatabase(location: DatabaseLocation, deployment: string): Promise<Database> {
  // Resources close in reverse order, each even if another fails.
  await using opened = new AsyncDisposableStack()
  const url = await urlOf(location, opened)
  const schema = schemaOf(deployment)
  const pool = opened.adopt(poolAt(url, schema), (one) => one.end())
  await createTables(pool, schema)
  const presence = opened.adopt(await beThere(() => clientAt(url, schema), schema), (one) => one.leave())
  const resources = opened.move()
  return {
    pool,
    schema,
    process: presence.process,
    client: () => clientAt(url, schema),
    close: () => resources.disposeAsync(),
  }
}

/** Runs `work` in one transaction, on one connection. */
export async function transaction<T>(pool: pg.Pool, work: (queries: Queries) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let failure: Error | undefined
  try {
    return await inTransaction(client, work)
  } catch (error) {
    failure = error instanceof pg.DatabaseError || !(error instanceof Error) ? undefined : error
    throw error
  } finally {
    // A connection that broke in the middle is not used again.
    client.release(failure !== undefined && 'code' in failure ? failure : undefined)
  }
}

export async function inTransaction<T>(client: pg.ClientBase, work: (queries: Queries) => Promise<T>): Promise<T> {
  await client.query('begin')
  try {
    const result = await work(client)
    await client.query('commit')
    return result
  } catch (error) {
    await client.query('rollback').catch(() => {})
    throw error
  }
}

async function urlOf(location: DatabaseLocation, opened: AsyncDisposableStack): Promise<string> {
  if (location.kind === 'postgres') return location.url
  const folder = resolve(location.folder)
  makeFolder(folder)
  opened.defer(await holdFolder(folder, undefined))
  return opened.adopt(await startFolderServer(folder), (server) => server.stop()).url
}

function poolAt(url: string, schema: string): pg.Pool {
  const pool = new pg.Pool({ ...connectionTo(url), max: POOL, onConnect: (client) => prepare(client, schema) })
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

async function clientAt(url: string, schema: string): Promise<pg.Client> {
  const client = new pg.Client(connectionTo(url))
  client.on('error', () => {})
  try {
    await client.connect()
    await prepare(client, schema)
    return client
  } catch (error) {
    await client.end().catch(() => {})
    throw error
  }
}

function connectionTo(url: string): pg.ClientConfig {
  return {
    connectionString: url,
    connectionTimeoutMillis: CONNECT_WITHIN_MS,
    application_name: 'attribution gateway',
    keepAlive: true,
    types: { getTypeParser: (oid, format) => parsers[oid] ?? pg.types.getTypeParser(oid, format) },
  }
}

/** The server in a folder is set to lose its last moments to a crash; vouchers and receipts may not be among them. */
async function prepare(client: pg.ClientBase, schema: string): Promise<void> {
  await client.query(`set synchronous_commit to on; set search_path to ${schema}`)
}

/** Plain letters and digits: it needs no quoting. */
export function schemaOf(deployment: string): string {
  return `gateway_${createHash('sha256').update(deployment).digest('hex').slice(0, 12)}`
}

async function createTables(pool: pg.Pool, schema: string): Promise<void> {
  try {
    await transaction(pool, async (queries) => {
      // Two processes that start at once would both find nothing.
      await queries.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [schema])
      await queries.query(`create schema if not exists ${schema}`)
      await queries.query(tables)
    })
  } catch (cause) {
    throw new RetryError(
      'The gateway’s database does not open',
      { reason: cause instanceof Error ? cause.message : String(cause) },
      'Check that it runs, and that its user may create a schema.',
      cause,
    )
  }
}

const INT8 = 20
const NUMERIC = 1_700
const parsers: Readonly<Record<number, (text: string) => unknown>> = { [INT8]: BigInt, [NUMERIC]: BigInt }
