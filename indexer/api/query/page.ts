import { type CompiledQuery, type Kysely, type RawBuilder, sql } from 'kysely'
import type { Database } from '../../store/schema.ts'
import { type AsOf, revertedOf } from './asOf.ts'
import { BadRequest } from './badRequest.ts'
import { decodeCursor, encodeCursor, orderColumns } from './cursor.ts'
import { columnOf, type Entity, orderOf, type Row } from './entity.ts'
import { bind } from './operators.ts'
import { type BoundColumn, boundColumns, joinedTo, type Scope, scopeSql } from './scope.ts'
import { anyBlock, anyValues, type Templates, templates } from './template.ts'
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

/** Where pages are read from, and who hears how often the head had been reverted when a row was read. */
export interface Reading {
  readonly db: Kysely<Database>
  readonly saw: (reverted: bigint) => void
}

/**
 * Fetches the same page of many lists at once: one for each tuple of the scope, or the root list
 * without one.
 */
export async function fetchPages(
  { db, saw }: Reading,
  entity: Entity,
  args: PageArgs,
  at: AsOf,
  scope?: Scope,
): Promise<readonly Page[]> {
  const plan = planOf(entity, args)
  const lists = scope && boundColumns(entity, scope)
  const rows = await readNewest(entity, at, async (of) => {
    const asked = { of, entity, args, plan, joined: scope?.columns ?? [] }
    const isFilled = !args.where && !plan.hasCursor
    const query = isFilled ? filled(db, asked, at, lists) : pageSql(asked, at, lists).compile(db)
    return (await db.executeQuery(query)).rows as readonly Stored[]
  })
  if (!at.pinned && rows[0] !== undefined) saw(rows[0].blockReverted as bigint)
  if (scope === undefined) return [pageOf(entity, plan, rows, at)]
  const byList = Map.groupBy(rows, ({ list }) => list)
  return scope.tuples.map((_, i) => pageOf(entity, plan, byList.get(BigInt(i + 1)) ?? [], at))
}

/** What the text of a page's statement follows from, but for the block and the parents' values. */
interface Asked {
  /** The tables that keep only the newest state, or those that know what was then. */
  readonly of: 'now' | 'then'
  readonly entity: Entity
  readonly args: PageArgs
  readonly plan: Plan
  /** The columns that parents' values equal. */
  readonly joined: readonly string[]
}

function pageSql(
  { of, entity, args, plan, joined }: Asked,
  at: AsOf,
  lists?: readonly BoundColumn[],
): RawBuilder<unknown> {
  const { source, hasChanged } =
    of === 'now' && entity.newest ? entity.newest : { source: entity.source, hasChanged: () => sql`false` }
  const conditions = [...filters(entity, args, at), ...joinedTo(joined), ...plan.conditions]
  // The limit is part of the text: a plan for any limit is one for a tenth of all rows.
  const page = sql`
    select ${selected(entity, plan, args.columns)}, ${hasChanged(at)} as has_changed, ${revertedOf(at)} as block_reverted
    from (${source(at)}) t
    where ${all(conditions)} order by ${orderClause(entity, plan)} limit ${sql.lit(plan.limit + 1n)}`
  // A look-up for each list, so that every one of them ends as soon as its page is full.
  return lists === undefined
    ? page
    : sql`select s.list, p.* from ${scopeSql(lists)} cross join lateral (${page}) p order by s.list`
}

const templatesOf = new WeakMap<Entity, Templates>()

/** The statement of a page without conditions of its own: most are asked again with another block or other parents. */
function filled(db: Kysely<Database>, asked: Asked, at: AsOf, lists: readonly BoundColumn[] = []): CompiledQuery {
  const { of, entity, args, plan, joined } = asked
  const known = templatesOf.get(entity) ?? templates()
  templatesOf.set(entity, known)
  const types = lists.map(({ type }) => type)
  const name = JSON.stringify([of, plan.orderBy, plan.descending, `${plan.limit}`, args.columns, joined, types])
  const anyLists = types.map((type, i) => ({ type, values: anyValues(i) }))
  const make = () => pageSql(asked, anyBlock, types.length === 0 ? undefined : anyLists)
  return known.fill(db, name, make, { at, arrays: lists.map(({ values }) => values) })
}

/** From the newest state, if the answer is of the newest block; anew as of that block if it has changed since. */
async function readNewest(
  { newest }: Entity,
  { pinned }: AsOf,
  read: (of: 'now' | 'then') => Promise<readonly Stored[]>,
): Promise<readonly Stored[]> {
  if (newest === undefined || pinned) return await read('then')
  const rows = await read('now')
  return rows.length === 0 || rows.some(({ hasChanged }) => hasChanged) ? await read('then') : rows
}

/** The total number of rows of each list. */
export async function countRows(
  db: Kysely<Database>,
  entity: Entity,
  args: PageArgs,
  at: AsOf,
  scope?: Scope,
): Promise<readonly bigint[]> {
  const conditions = [...filters(entity, args, at), ...(scope === undefined ? [] : joinedTo(scope.columns))]
  const count = sql`select count(*) as total from (${entity.source(at)}) t where ${all(conditions)}`
  const { rows } = await sql<{ readonly total: bigint }>`${
    scope === undefined
      ? count
      : sql`select p.total from ${scopeSql(boundColumns(entity, scope))} cross join lateral (${count}) p order by s.list`
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
  if (limit < 1n || limit > MAX_LIMIT)
    throw new BadRequest(`limit is ${limit}; a page holds 1 to ${MAX_LIMIT} items`, 'BAD_REQUEST', {
      argument: 'limit',
    })
  if (args.before && args.after)
    throw new BadRequest('Give before or after, not both', 'BAD_REQUEST', { argument: 'before' })
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
