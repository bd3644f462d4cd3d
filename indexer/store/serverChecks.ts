import { setTimeout as sleep } from 'node:timers/promises'
import { type Kysely, sql } from 'kysely'
import type pg from 'pg'
import { StopError } from '../../sdk/errors.ts'
import { quoted } from './history.ts'
import type { Database } from './schema.ts'

/** PostgreSQL 14 is the oldest that its makers still mend. */
const OLDEST = 140_000

/** Throws on a server or a database that cannot hold a history. */
export async function mustSuit(client: pg.ClientBase, place: string): Promise<void> {
  const { rows } = await client.query<{ version: number; named: string; encoding: string; name: string }>(
    `select current_setting('server_version_num')::int4 as version, current_setting('server_version') as named,
       current_setting('server_encoding') as encoding, current_database() as name`,
  )
  const [server] = rows
  if (server === undefined) throw new Error('The server does not say what it is')
  const { version, named, encoding, name } = server
  if (version < OLDEST) {
    throw new StopError(
      `The database ${place} is on PostgreSQL ${named}, which is too old`,
      {},
      'Use PostgreSQL 14 or newer.',
    )
  }
  if (encoding !== 'UTF8') {
    throw new StopError(
      `The database ${place} stores text as ${encoding}, and not as UTF8`,
      {},
      `An encoding cannot be changed: create another database, by: create database "${name}_utf8" encoding 'UTF8' template template0.`,
    )
  }
}

const ROUNDS = 3
const PROBE_WITHIN_MS = 5_000

/**
 * Throws where statements of one connection go to different sessions of the server, as transaction
 * pooling does it: the lock of the writer and the search path are lost from one to the next.
 */
export async function mustKeepSessions(a: pg.ClientBase, b: pg.ClientBase, place: string): Promise<void> {
  const probed = pooledByTransaction(a, b)
  // A pool that has no session left for a second connection says nothing about its kind.
  const isPooled = await Promise.race([probed, sleep(PROBE_WITHIN_MS, false, { ref: false })])
  if (!isPooled) return
  throw new StopError(
    `The database ${place} is behind a pooler that gives sessions away between transactions`,
    {},
    'Use its session mode, or the address of the server itself: PgBouncer with pool_mode = session, Supabase at port 5432 and not 6543, Neon without "-pooler" in the host.',
  )
}

/** Evidence: two connections at once in one session, or one connection in two. */
async function pooledByTransaction(a: pg.ClientBase, b: pg.ClientBase): Promise<boolean> {
  const token = `${process.pid}.${Math.random()}`
  const home = await sessionOf(a)
  await a.query(`select set_config('attribution.session', $1, false)`, [token])
  for (let round = 0; round < ROUNDS; round++) {
    try {
      await b.query('begin')
    } catch (error) {
      // Statement pooling takes no transactions.
      if (error instanceof Error && /pooling/i.test(error.message)) return true
      throw error
    }
    try {
      const other = await sessionOf(b)
      if (other.pid === home.pid || other.token === token) return true
      const again = await sessionOf(a)
      if (again.pid !== home.pid || again.token !== token) return true
    } finally {
      await b.query('rollback')
    }
  }
  return false
}

async function sessionOf(client: pg.ClientBase): Promise<{ readonly pid: number; readonly token: string | null }> {
  const { rows } = await client.query<{ pid: number; token: string | null }>(
    `select pg_backend_pid()::int4 as pid, current_setting('attribution.session', true) as token`,
  )
  return rows[0] ?? { pid: 0, token: null }
}

/** Throws where the user may not write the history: before anything is fetched for it. */
export async function mustOwn(client: pg.ClientBase, schema: string, place: string): Promise<void> {
  const { rows } = await client.query<{ mayCreate: boolean; owns: boolean | null; isReadOnly: boolean; name: string }>(
    `select has_database_privilege(current_database(), 'create') as "mayCreate", current_database() as name,
       (select pg_has_role(nspowner, 'usage') from pg_namespace where nspname = $1) as owns,
       current_setting('default_transaction_read_only') = 'on' as "isReadOnly"`,
    [schema],
  )
  const [rights] = rows
  if (rights?.isReadOnly === true) {
    throw new StopError(
      `The database ${place} is set to take no writes: default_transaction_read_only is on`,
      {},
      'Set it off for that user or database. Hosts switch it on where the disk is full: make room first.',
    )
  }
  if (rights?.owns === false) {
    throw new StopError(
      `The schema ${schema} in the database ${place} belongs to another user`,
      {},
      `Write as its owner, or let the owner run: grant <owner> to <the URL's user>. To read only, run the serve command.`,
    )
  }
  if (rights?.owns === true || rights?.mayCreate === true) return
  throw new StopError(
    `The URL's user may not create schemas in the database ${place}`,
    {},
    `Let the owner run: grant create on database ${quoted(rights?.name ?? '')} to that user.`,
  )
}

/** Throws where the user may not read a schema that is there. */
export async function mustRead(db: Kysely<Database>, schema: string): Promise<void> {
  const { rows } = await sql<{ uses: boolean; reads: boolean | null }>`
    select has_schema_privilege(n.oid, 'usage') as uses,
      (select bool_and(has_table_privilege(c.oid, 'select')) from pg_class c
       where c.relnamespace = n.oid and c.relkind in ('v', 'r')) as reads
    from pg_namespace n where n.nspname = ${schema}`.execute(db)
  const [rights] = rows
  if (rights === undefined || (rights.uses && rights.reads !== false)) return
  const name = quoted(schema)
  throw new StopError(
    `The URL's user may not read the schema ${schema}`,
    {},
    `Let its owner run: grant usage on schema ${name} to that user; grant select on all tables in schema ${name} to that user.`,
  )
}
