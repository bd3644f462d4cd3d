import { type Kysely, sql } from 'kysely'
import type { Connections } from './connections.ts'
import { lockKeyOf, quoted } from './history.ts'
import type { Database } from './schema.ts'
import { type Served, servedIn } from './views.ts'

/** A history found in a database, of any deployment. */
export interface HistoryFound {
  readonly schema: string
  /** Undefined while its tables are being created. */
  readonly deployment: string | undefined
  readonly chainId: bigint | undefined
  readonly head: bigint | undefined
  readonly bytes: bigint
  /** The schemas whose views show it. */
  readonly servedAs: readonly string[]
  /** Whether an indexer is writing it. */
  readonly isWritten: boolean
}

/** Readers notice a switched history within a second. It counts as settled after a minute. */
const SETTLED_AFTER_MS = 60_000

export async function historiesIn(db: Kysely<Database>): Promise<readonly HistoryFound[]> {
  const { rows } = await sql<{ schema: string }>`
    select nspname as schema from pg_namespace where nspname ~ '^history_' order by nspname`.execute(db)
  const servings = await servingsIn(db)
  const found: HistoryFound[] = []
  for (const { schema } of rows) {
    const lockKey = lockKeyOf(schema)
    if (lockKey === undefined) continue
    const servedAs = servings.filter(({ history }) => history === schema).map(({ name }) => name)
    const content = await contentOf(db, schema)
    found.push({ schema, ...content, servedAs, isWritten: !(await isFree(db, lockKey)) })
  }
  return found
}

/**
 * Histories that no views show and no process writes. None for a minute after a switch: the old one
 * may still be read.
 */
export async function prunable(
  connections: Connections,
  now: () => number = Date.now,
): Promise<readonly HistoryFound[]> {
  const db = connections.reader('public')
  const servings = await servingsIn(db)
  if (servings.some(({ since }) => now() - since.getTime() < SETTLED_AFTER_MS)) return []
  return (await historiesIn(db)).filter(({ servedAs, isWritten }) => servedAs.length === 0 && !isWritten)
}

/**
 * Drops a history, unless a process has begun to write or serve it. Returns whether it was dropped.
 */
export async function prune(connections: Connections, { schema }: HistoryFound): Promise<boolean> {
  const lockKey = lockKeyOf(schema)
  if (lockKey === undefined) throw new Error(`${schema} is not a history`)
  return await connections
    .reader('public')
    .transaction()
    .execute(async (tx) => {
      if (!(await isFree(tx, lockKey))) return false
      if ((await servingsIn(tx)).some(({ history }) => history === schema)) return false
      await sql`drop schema ${sql.raw(quoted(schema))} cascade`.execute(tx)
      return true
    })
}

/** Takes a history's lock until the end of the transaction, if it is free. */
async function isFree(db: Kysely<Database>, lockKey: bigint): Promise<boolean> {
  const { rows } = await sql<{ free: boolean }>`select pg_try_advisory_xact_lock(${lockKey}::int8) as free`.execute(db)
  return rows[0]?.free === true
}

interface Serving extends Served {
  readonly name: string
}

async function servingsIn(db: Kysely<Database>): Promise<readonly Serving[]> {
  const { rows } = await sql<{ name: string }>`
    select schemaname as name from pg_views
    where viewname = 'served' and definition ~ 'history_[0-9a-f]{12}'`.execute(db)
  const servings: Serving[] = []
  for (const { name } of rows) {
    const served = await servedIn(db, name)
    if (served !== undefined) servings.push({ name, ...served })
  }
  return servings
}

type Content = Pick<HistoryFound, 'deployment' | 'chainId' | 'head' | 'bytes'>

async function contentOf(db: Kysely<Database>, schema: string): Promise<Content> {
  const size = await sql<{ bytes: bigint; isMade: boolean }>`
    select coalesce(sum(pg_total_relation_size(c.oid)), 0)::int8 as bytes,
      coalesce(bool_or(c.relname = 'identity'), false) as "isMade"
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = ${schema} and c.relkind in ('r', 'p')`.execute(db)
  const { bytes = 0n, isMade = false } = size.rows[0] ?? {}
  if (!isMade) return { deployment: undefined, chainId: undefined, head: undefined, bytes }
  const name = sql.raw(quoted(schema))
  const { rows } = await sql<{ deployment: string | null; chainId: bigint | null; head: bigint | null }>`
    select (select deployment from ${name}.identity) as deployment, (select chain_id from ${name}.identity) as chain_id,
      (select max(number) from ${name}.block) as head`.execute(db)
  const [row] = rows
  return {
    deployment: row?.deployment ?? undefined,
    chainId: row?.chainId ?? undefined,
    head: row?.head ?? undefined,
    bytes,
  }
}
