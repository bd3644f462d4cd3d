import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { Database } from '../../store/schema.ts'
import type { AsOf } from './asOf.ts'
import { BadRequest } from './badRequest.ts'
import { decodeCursor, encodeCursor, orderColumns } from './cursor.ts'
import { columnOf, type Entity, orderOf, type Row } from './entity.ts'
import { bind } from './operators.ts'
import { joinedTo, type Scope, scopeSql } from './scope.ts'
import { all, condition, type Where } from './where.ts'

export const DEFAULT_LIMIT = 50n
export const MAX_LIMIT = 500n

/** The arguments of a list. */
export interface PageArgs {
  readonly where?: Where | null
  readonly orderBy?: string | null
  readonly orderDirection?: 'asc' | 'desc' | null
  readonly before?: string | null
  readonly after?: string | null
  readonly limit?: bigint | null
  /** The columns that the request needs; all of them without it. */
  readonly columns?: readonly string[]
}

export interface Page {
  readonly items: readonly Row[]
  readonly pageInfo: {
    readonly hasNextPage: boolean
    readonly hasPreviousPage: boolean
    readonly startCursor: string | null
    readonly endCursor: string | null
  }
}

/**
 * Fetches the same page of many lists at once: one for each tuple of the scope, or the root list
 * without one.
 */
export async function fetchPages(
  db: Kysely<Database>,
  entity: Entity,
  args: PageArgs,
  at: AsOf,
  scope?: Scope,
): Promise<readonly Page[]> {
  const plan = planOf(entity, args)
  const conditions = [...filters(entity, args, at), ...(scope === undefined ? [] : joinedTo(scope)), ...plan.conditions]
  const read = async (source: RawBuilder<unknown>, hasChanged = sql`false`): Promise<readonly Stored[]> => {
    // The limit is part of the text: a plan for any limit is one for a tenth of all rows.
    const page = sql`select ${selected(entity, plan, args.columns)}, ${hasChanged} as has_changed from (${source}) t
      where ${all(conditions)} order by ${orderClause(entity, plan)} limit ${sql.lit(plan.limit + 1n)}`
    // A look-up for each list, so that every one of them ends as soon as its page is full.
    const query =
      scope === undefined
        ? sql<Stored>`${page}`
        : sql<Stored>`select s.list, p.* from ${scopeSql(entity, scope)} cross join lateral (${page}) p order by s.list`
    return (await query.execute(db)).rows
  }
  const rows = await readNewest(entity, at, read)
  if (scope === undefined) return [pageOf(entity, plan, rows, at)]
  const lists = Map.groupBy(rows, ({ list }) => list)
  return scope.tuples.map((_, i) => pageOf(entity, plan, lists.get(BigInt(i + 1)) ?? [], at))
}

/** From the newest state, if the answer is of the newest block; anew as of that block if it has changed since. */
async function readNewest(
  { newest, source }: Entity,
  at: AsOf,
  read: (source: RawBuilder<unknown>, hasChanged?: RawBuilder<unknown>) => Promise<readonly Stored[]>,
): Promise<readonly Stored[]> {
  if (newest === undefined || at.pinned) return await read(source(at))
  const rows = await read(newest.source(at), newest.hasChanged(at))
  return rows.length === 0 || rows.some(({ hasChanged }) => hasChanged) ? await read(source(at)) : rows
}

/** The total number of rows of each list. */
export async function countRows(
  db: Kysely<Database>,
  entity: Entity,
  args: PageArgs,
  at: AsOf,
  scope?: Scope,
): Promise<readonly bigint[]> {
  const conditions = [...filters(entity, args, at), ...(scope === undefined ? [] : joinedTo(scope))]
  const count = sql`select count(*) as total from (${entity.source(at)}) t where ${all(conditions)}`
  const { rows } = await sql<{ readonly total: bigint }>`${
    scope === undefined
      ? count
      : sql`select p.total from ${scopeSql(entity, scope)} cross join lateral (${count}) p order by s.list`
  }`.execute(db)
  return rows.map(({ total }) => total)
}

type Stored = Readonly<Record<string, unknown>>

interface Plan {
  readonly orderBy: string
  /** Rows before a cursor are fetched in reverse order, and reversed again. */
  readonly backwards: boolean
  readonly descending: boolean
  readonly limit: bigint
  readonly hasCursor: boolean
  readonly conditions: readonly RawBuilder<unknown>[]
}

function planOf(entity: Entity, args: PageArgs): Plan {
  const limit = args.limit ?? DEFAULT_LIMIT
  if (limit < 1n || limit > MAX_LIMIT) throw new BadRequest(`limit is ${limit}; a page holds 1 to ${MAX_LIMIT} items`)
  if (args.before && args.after) throw new BadRequest('Give before or after, not both')
  const orderBy = orderOf(entity, args.orderBy)
  const backwards = Boolean(args.before)
  const descending = (args.orderDirection === 'desc') !== backwards
  const text = args.before ?? args.after
  if (!text) return { orderBy, backwards, descending, limit, hasCursor: false, conditions: [] }

  const { values } = decodeCursor(entity, orderBy, text)
  const names = orderColumns(entity, orderBy)
  const cursor = args.before ? 'before' : 'after'
  const position = sql.join(names.map((name, i) => bind(values[i], columnOf(entity, name).kind, cursor)))
  const beyond = sql`(${sql.join(names.map(column))}) ${sql.raw(descending ? '<' : '>')} (${position})`
  return { orderBy, backwards, descending, limit, hasCursor: true, conditions: [beyond] }
}

/** What the page needs of each row. The database leaves out what only other columns need. */
function selected(
  entity: Entity,
  { orderBy }: Plan,
  wanted: readonly string[] = Object.keys(entity.columns),
): RawBuilder<unknown> {
  const names = new Set([...entity.key, orderBy, ...wanted])
  return sql.join(
    [...names].map((name) =>
      columnOf(entity, name).isBlockTime
        ? sql`(select b.timestamp from block b where b.number = t.block) as ${sql.ref(name)}`
        : column(name),
    ),
  )
}

function orderClause(entity: Entity, { orderBy, descending }: Plan): RawBuilder<unknown> {
  const direction = sql.raw(descending ? 'desc' : 'asc')
  return sql.join(orderColumns(entity, orderBy).map((name) => sql`${column(name)} ${direction}`))
}

function filters(entity: Entity, { where }: PageArgs, at: AsOf): readonly RawBuilder<unknown>[] {
  return where ? [condition(entity, where, at)] : []
}

function pageOf(entity: Entity, plan: Plan, found: readonly Stored[], at: AsOf): Page {
  const more = BigInt(found.length) > plan.limit
  const kept = found.slice(0, Number(plan.limit)).map((row): Row => ({ ...row, at }))
  const items = plan.backwards ? kept.toReversed() : kept
  const cursor = (row: Row | undefined) => (row === undefined ? null : encodeCursor(entity, plan.orderBy, row))
  return {
    items,
    pageInfo: {
      // A cursor is a row's position, so on its side there is at least that row.
      hasNextPage: plan.backwards ? plan.hasCursor : more,
      hasPreviousPage: plan.backwards ? more : plan.hasCursor,
      startCursor: cursor(items[0]),
      endCursor: cursor(items.at(-1)),
    },
  }
}

function column(name: string): RawBuilder<unknown> {
  return sql`t.${sql.ref(name)}`
}
