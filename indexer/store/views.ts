import { type Kysely, sql } from 'kysely'
import type { Identity } from '../../chain/node/identity.ts'
import { RetryError, StopError } from '../../sdk/errors.ts'
import { type History, quoted } from './history.ts'
import { mustBeSame } from './identity.ts'
import type { Database } from './schema.ts'

/**
 * A deployment's history is read through a schema of views. The schema's name stays; one
 * transaction switches its views to another history. The view `served` names that history.
 */
export interface Served {
  /** The history's schema. */
  readonly history: string
  readonly version: number
  readonly since: Date
}

export type Outcome = 'switched' | 'unchanged' | 'newerIsServed' | 'busy'

/** If a reader locks the views for longer, the switch is retried later. */
const LOCK_TIMEOUT = '1s'

export async function servedIn(db: Kysely<Database>, schema: string): Promise<Served | undefined> {
  const marker = `${quoted(schema)}.served`
  const { rows } = await sql<{ there: boolean }>`select to_regclass(${marker}) is not null as there`.execute(db)
  if (rows[0]?.there !== true) return undefined
  const found = await sql<Served>`select history, version::int, since from ${sql.raw(marker)}`.execute(db)
  return found.rows[0]
}

/** Throws if the schema shows the history of another chain or deployment. */
export async function mustBeOurs(db: Kysely<Database>, schema: string, ours: Identity): Promise<void> {
  const served = await servedIn(db, schema)
  if (served === undefined) return
  const { rows } = await sql<Identity>`select * from ${sql.raw(quoted(served.history))}.identity`.execute(db)
  if (rows[0] !== undefined) mustBeSame(rows[0], ours)
}

/** Switches the views in `schema` to this history, unless they show a newer version. */
export async function serveHistory(db: Kysely<Database>, history: History, schema: string): Promise<Outcome> {
  try {
    return await db.transaction().execute(async (tx) => {
      await sql`set local lock_timeout to ${sql.lit(LOCK_TIMEOUT)}`.execute(tx)
      await sql`select pg_advisory_xact_lock(hashtextextended(${schema}, 0))`.execute(tx)
      const served = await servedIn(tx, schema)
      if (served !== undefined && served.version > history.version) return 'newerIsServed'
      if (served?.history === history.schema && (await showsAll(tx, history, schema))) return 'unchanged'
      await sql`create schema if not exists ${sql.raw(quoted(schema))}`.execute(tx)
      if (served === undefined) await mustBeFree(tx, schema)
      else if (served.history !== history.schema) await dropViews(tx, schema, served)
      await createViews(tx, history, schema)
      return 'switched'
    })
  } catch (error) {
    if (codeOf(error) === LOCK_NOT_AVAILABLE) return 'busy'
    throw error
  }
}

const LOCK_NOT_AVAILABLE = '55P03'
const DEPENDENT_OBJECTS_STILL_EXIST = '2BP01'

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}

/** Whether the views show every column: a migration may have added some. */
async function showsAll(tx: Kysely<Database>, history: History, schema: string): Promise<boolean> {
  const { rows } = await sql`
    select table_name, column_name from information_schema.columns
      where table_schema = ${history.schema} and not starts_with(table_name, 'kysely_')
    except select table_name, column_name from information_schema.columns where table_schema = ${schema}
    limit 1`.execute(tx)
  return rows.length === 0
}

async function mustBeFree(tx: Kysely<Database>, schema: string): Promise<void> {
  const [found] = await relationsIn(tx, schema)
  if (found === undefined) return
  throw new StopError(
    `The schema ${schema} is used for something else`,
    { holds: found },
    'Give --schema a name that is free.',
  )
}

/** Drops the history's views, and no other view beside or on top of them. */
async function dropViews(tx: Kysely<Database>, schema: string, { history }: Served): Promise<void> {
  const shown = new Set(['served', ...(await relationsIn(tx, history))])
  const ours = (await relationsIn(tx, schema)).filter((name) => shown.has(name))
  const views = ours.map((name) => `${quoted(schema)}.${quoted(name)}`)
  try {
    await sql`drop view ${sql.raw(views.join(', '))}`.execute(tx)
  } catch (error) {
    throw codeOf(error) === DEPENDENT_OBJECTS_STILL_EXIST ? dependentViews(schema, error) : error
  }
}

/** The server's detail has a line for each: `view mine.sums depends on view ours.inference`. */
function dependentViews(schema: string, cause: unknown): RetryError {
  const detail = cause instanceof Error && 'detail' in cause ? `${cause.detail}` : ''
  const dependents = new Set(detail.split('\n').map((line) => line.replace(/ depends on .*/, '')))
  return new RetryError(
    `Other views depend on those in ${schema}, so that they cannot switch to a newer history`,
    {},
    `Drop ${[...dependents].join(', ')}, and create them again after the switch. Until then it is retried, and the older history is served.`,
    cause,
  )
}

async function createViews(tx: Kysely<Database>, history: History, schema: string): Promise<void> {
  for (const name of await relationsIn(tx, history.schema)) {
    if (name.startsWith('kysely_')) continue
    const [view, table] = [schema, history.schema].map((one) => sql.raw(`${quoted(one)}.${quoted(name)}`))
    await sql`create or replace view ${view} as select * from ${table}`.execute(tx)
  }
  await sql`create or replace view ${sql.raw(quoted(schema))}.served as select ${sql.lit(history.schema)}::text as history,
    ${sql.lit(history.version)}::int8 as version, ${sql.lit(new Date().toISOString())}::timestamptz as since`.execute(
    tx,
  )
}

/** Tables and views. */
async function relationsIn(db: Kysely<Database>, schema: string): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string }>`
    select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = ${schema} and c.relkind in ('r', 'p', 'v', 'm', 'f') order by c.relname`.execute(db)
  return rows.map(({ name }) => name)
}
