import { type RawBuilder, sql } from 'kysely'
import type { AsOf } from './asOf.ts'
import { BadRequest } from './badRequest.ts'
import { type Column, type Entity, fieldsOf, type Link } from './entity.ts'
import { parseId } from './id.ts'
import { bind, type Operator, operatorsOf } from './operators.ts'

/**
 * A filter in GraphQL: `{ modelId: 3, feeGwei_gt: 5, model_: { name_contains: "x" }, NOT: { … } }`. All
 * conditions must hold.
 */
export type Where = Readonly<Record<string, unknown>>

/** A field of a filter. */
export type Filter =
  | {
      readonly kind: 'column'
      readonly name: string
      readonly column: Column
      readonly operator: Operator
      readonly suffix: string
    }
  | { readonly kind: 'link'; readonly name: string; readonly link: Link }
  | { readonly kind: 'id'; readonly isList: boolean }
  | { readonly kind: 'AND' | 'OR' | 'NOT' }

const known = new WeakMap<Entity, ReadonlyMap<string, Filter>>()

/** All fields that a type can be filtered by. */
export function filtersOf(entity: Entity): ReadonlyMap<string, Filter> {
  const before = known.get(entity)
  if (before !== undefined) return before
  const found = new Map<string, Filter>([
    ['AND', { kind: 'AND' }],
    ['OR', { kind: 'OR' }],
    ['NOT', { kind: 'NOT' }],
    ['id', { kind: 'id', isList: false }],
    ['id_in', { kind: 'id', isList: true }],
  ])
  for (const { field, name, column } of fieldsOf(entity)) {
    for (const [suffix, operator] of Object.entries(operatorsOf(column))) {
      found.set(suffix === '' ? field : `${field}_${suffix}`, { kind: 'column', name, column, operator, suffix })
    }
  }
  for (const [name, link] of Object.entries(entity.links ?? {})) found.set(`${name}_`, { kind: 'link', name, link })
  known.set(entity, found)
  return found
}

/** The condition that a filter stands for, of the rows called `row`. */
export function condition(entity: Entity, where: Where, at: AsOf, row = 't', path = 'where'): RawBuilder<unknown> {
  const filters = filtersOf(entity)
  const parts = Object.entries(where).map(([field, value]) => {
    const filter = filters.get(field)
    if (filter === undefined) throw new BadRequest(`${path}.${field}: ${entity.type} has no such filter`)
    if (value === null) throw isNull(`${path}.${field}`, field, filter)
    return conditionOf(entity, filter, value, at, row, `${path}.${field}`)
  })
  return all(parts)
}

function isNull(argument: string, field: string, filter: Filter): BadRequest {
  const base = filter.kind !== 'column' || filter.suffix === '' ? field : field.slice(0, -filter.suffix.length - 1)
  const other = filter.kind === 'column' && filter.column.nullable ? `ask for ${base}_is_null: true` : 'give a value'
  return new BadRequest(`${argument} is null; leave it out, or ${other}`, 'BAD_REQUEST', { argument })
}

function conditionOf(
  entity: Entity,
  filter: Filter,
  value: unknown,
  at: AsOf,
  row: string,
  path: string,
): RawBuilder<unknown> {
  switch (filter.kind) {
    case 'AND':
      return all((value as Where[]).map((part) => condition(entity, part, at, row, path)))
    case 'OR':
      return any((value as Where[]).map((part) => condition(entity, part, at, row, path)))
    case 'NOT':
      return sql`(${condition(entity, value as Where, at, row, path)}) is not true`
    case 'id':
      return any(
        (filter.isList ? (value as string[]) : [value as string]).map((id) => named(entity, id, at, row, path)),
      )
    case 'link':
      return linked(filter.link, value as Where, at, row, path)
    case 'column':
      return compared(entity, filter, value, at, row, path)
  }
}

function compared(
  entity: Entity,
  { name, column, operator, suffix }: Extract<Filter, { kind: 'column' }>,
  value: unknown,
  at: AsOf,
  row: string,
  path: string,
): RawBuilder<unknown> {
  if (column.isBlockTime) return atTime(operator, suffix, value, row, path)
  const holds = operator.sql(ref(row, name), value, column.kind, path)
  if (column.candidates === undefined || (suffix !== '' && suffix !== 'in')) return holds
  const values = (suffix === 'in' ? (value as unknown[]) : [value]).map((one) => bind(one, column.kind, path))
  if (values.length === 0) return holds
  const keys = sql.join(entity.key.map((key) => ref(row, key)))
  return sql`(${holds} and (${keys}) in (${column.candidates(sql.join(values), at)}))`
}

/** By the block's number, which an index finds: a later block is never of an earlier time. */
function atTime(operator: Operator, suffix: string, value: unknown, row: string, path: string): RawBuilder<unknown> {
  const block = ref(row, 'block')
  const last = (symbol: '<' | '<=') =>
    sql`coalesce((select number from block where timestamp ${sql.raw(symbol)} ${bind(value, 'UInt', path)} order by timestamp desc, number desc limit 1), -1)`
  if (suffix === 'gt') return sql`${block} > ${last('<=')}`
  if (suffix === 'gte') return sql`${block} > ${last('<')}`
  if (suffix === 'lt') return sql`${block} <= ${last('<')}`
  if (suffix === 'lte') return sql`${block} <= ${last('<=')}`
  if (suffix === '') return sql`(${block} > ${last('<')} and ${block} <= ${last('<=')})`
  return operator.sql(sql`(select b.timestamp from block b where b.number = ${block})`, value, 'UInt', path)
}

function linked({ to, on }: Link, where: Where, at: AsOf, row: string, path: string): RawBuilder<unknown> {
  const inner = `${row}x`
  const joined = Object.entries(on).map(([theirs, ours]) => sql`${ref(inner, theirs)} = ${ref(row, ours)}`)
  return sql`exists (select from (${to().source(at)}) ${sql.ref(inner)} where ${all([...joined, condition(to(), where, at, inner, path)])})`
}

function named(entity: Entity, id: string, at: AsOf, row: string, path: string): RawBuilder<unknown> {
  const { tuple, block } = parseId(entity, id, path)
  if (block !== undefined && (!at.pinned || block.hash !== at.hash)) {
    throw new BadRequest(
      `${path}: the id ${id} is of another block; ask with block: { number: ${block.number} }`,
      'BAD_REQUEST',
      { argument: path },
    )
  }
  return all(
    entity.key.map((key, i) => sql`${ref(row, key)} = ${bind(tuple[i], entity.columns[key]?.kind ?? 'String', path)}`),
  )
}

function ref(row: string, name: string): RawBuilder<unknown> {
  return sql`${sql.ref(row)}.${sql.ref(name)}`
}

export function all(parts: readonly RawBuilder<unknown>[]): RawBuilder<unknown> {
  return parts.length === 0 ? sql`true` : sql`(${sql.join(parts, sql` and `)})`
}

function any(parts: readonly RawBuilder<unknown>[]): RawBuilder<unknown> {
  return parts.length === 0 ? sql`false` : sql`(${sql.join(parts, sql` or `)})`
}
