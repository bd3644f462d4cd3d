import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { Database } from '../../store/schema.ts'
import type { AsOf } from './asOf.ts'
import { BadRequest } from './badRequest.ts'
import { decodeCursor, encodeCursor, orderColumns } from './cursor.ts'
import { columnOf, type Entity, type Row } from './entity.ts'
import { all, bind, condition, type Where } from './where.ts'

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

/** The rows of a list: those whose columns equal one of these tuples. A root list has no scope. */
export interface Scope {
  readonly columns: readonly string[]
  readonly tuples: readonly (readonly unknown[])[]
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
  const order = orderClause(entity, plan)
  const scoped = scope?.columns ?? []
  const partition = scoped.length === 0 ? sql`` : sql`partition by ${sql.join(scoped.map(column))}`
  const conditions = [...filters(entity, args, scope), ...plan.conditions]
  const rank = sql`row_number() over (${partition} order by ${order})`
  const query =
    scope === undefined
      ? sql`select t.* from (${entity.source(at)}) t where ${all(conditions)} order by ${order} limit ${plan.limit + 1n}`
      : sql`select * from (select t.*, ${rank} as page_rank from (${entity.source(at)}) t where ${all(conditions)}) p
            where page_rank <= ${plan.limit + 1n} order by page_rank`
  const { rows } = await query.execute(db)
  const found = (rows as Readonly<Record<string, unknown>>[]).map((row): Row => ({ ...row, at }))
  if (scope === undefined) return [pageOf(entity, plan, found)]

  const groups = Map.groupBy(found, (row) => nameOf(scope.columns.map((name) => row[name])))
  return scope.tuples.map((tuple) => pageOf(entity, plan, groups.get(nameOf(tuple)) ?? []))
}

/** The total number of rows of each list. */
export async function countRows(
  db: Kysely<Database>,
  entity: Entity,
  args: PageArgs,
  at: AsOf,
  scope?: Scope,
): Promise<readonly bigint[]> {
  const columns = (scope?.columns ?? []).map(column)
  const names = columns.map((name) => sql`${name}, `)
  const groupBy = columns.length === 0 ? sql`` : sql`group by ${sql.join(columns)}`
  const { rows } = await sql<Readonly<Record<string, unknown>>>`
    select ${sql.join(names, sql``)} count(*) as total from (${entity.source(at)}) t
    where ${all(filters(entity, args, scope))} ${groupBy}`.execute(db)
  if (scope === undefined) return [rows[0]?.total as bigint]
  const totals = new Map(rows.map((row) => [nameOf(scope.columns.map((name) => row[name])), row.total as bigint]))
  return scope.tuples.map((tuple) => totals.get(nameOf(tuple)) ?? 0n)
}

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
  const orderBy = args.orderBy ?? entity.key[0] ?? ''
  const backwards = Boolean(args.before)
  const descending = (args.orderDirection === 'desc') !== backwards
  const text = args.before ?? args.after
  if (!text) return { orderBy, backwards, descending, limit, hasCursor: false, conditions: [] }

  const { values } = decodeCursor(entity, orderBy, text)
  const names = orderColumns(entity, orderBy)
  const position = sql.join(names.map((name, i) => bind(values[i], columnOf(entity, name).kind)))
  const beyond = sql`(${sql.join(names.map(column))}) ${sql.raw(descending ? '<' : '>')} (${position})`
  return { orderBy, backwards, descending, limit, hasCursor: true, conditions: [beyond] }
}

function orderClause(entity: Entity, { orderBy, descending }: Plan): RawBuilder<unknown> {
  const direction = sql.raw(descending ? 'desc' : 'asc')
  return sql.join(orderColumns(entity, orderBy).map((name) => sql`${column(name)} ${direction}`))
}

function filters(entity: Entity, args: PageArgs, scope: Scope | undefined): readonly RawBuilder<unknown>[] {
  const asked = args.where ? [condition(entity, args.where)] : []
  return scope === undefined ? asked : [...asked, inScope(entity, scope)]
}

function inScope(entity: Entity, { columns, tuples }: Scope): RawBuilder<unknown> {
  const kinds = columns.map((name) => columnOf(entity, name).kind)
  const bound = tuples.map((tuple) => sql`(${sql.join(tuple.map((value, i) => bind(value, kinds[i] ?? 'String')))})`)
  return sql`(${sql.join(columns.map(column))}) in (${sql.join(bound)})`
}

function pageOf(entity: Entity, plan: Plan, found: readonly Row[]): Page {
  const more = BigInt(found.length) > plan.limit
  const kept = found.slice(0, Number(plan.limit))
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

function nameOf(tuple: readonly unknown[]): string {
  return tuple.join(' ')
}
