import { type RawBuilder, sql } from 'kysely'
import type { Hex } from 'viem'
import { toBytea } from '../../store/types.ts'
import { BadRequest } from './badRequest.ts'
import { type Column, type ColumnKind, columnOf, type Entity } from './entity.ts'

/**
 * A filter in GraphQL: `{ model: 3, feeGwei_gt: 5, OR: [{ … }, { … }] }`. All conditions must hold.
 */
export type Where = Readonly<Record<string, unknown>>

type Comparison = (column: RawBuilder<unknown>, value: unknown, kind: ColumnKind) => RawBuilder<unknown>

const binary =
  (operator: string): Comparison =>
  (column, value, kind) =>
    sql`${column} ${sql.raw(operator)} ${bind(value, kind)}`

const among =
  (operator: string): Comparison =>
  (column, values, kind) => {
    const list = values as readonly unknown[]
    if (list.length === 0) return operator === 'in' ? sql`false` : sql`true`
    return sql`${column} ${sql.raw(operator)} (${sql.join(list.map((value) => bind(value, kind)))})`
  }

const comparisons: Readonly<Record<string, Comparison>> = {
  '': binary('='),
  not: binary('<>'),
  gt: binary('>'),
  gte: binary('>='),
  lt: binary('<'),
  lte: binary('<='),
  in: among('in'),
  not_in: among('not in'),
  contains: (column, value) => sql`position(${value} in ${column}) > 0`,
  starts_with: (column, value) => sql`starts_with(${column}, ${value})`,
}

const EQUALITY = ['', 'not', 'in', 'not_in']
const ORDER = ['gt', 'gte', 'lt', 'lte']

/** The operators of a column; the empty one is equality. */
export function operatorsOf({ kind }: Column): readonly string[] {
  if (kind === 'UInt' || kind === 'BigInt') return [...EQUALITY, ...ORDER]
  if (kind === 'String') return [...EQUALITY, 'contains', 'starts_with']
  if (kind === 'Boolean') return ['', 'not']
  return EQUALITY
}

export function condition(entity: Entity, where: Where): RawBuilder<unknown> {
  const parts = Object.entries(where).map(([field, value]) => {
    if (field === 'AND') return all((value as Where[]).map((part) => condition(entity, part)))
    if (field === 'OR') return any((value as Where[]).map((part) => condition(entity, part)))
    const [name = '', operator = ''] = field.split(/_(.*)/s)
    const compare = comparisons[operator]
    if (compare === undefined) throw new Error(`The schema has a filter ${field} that means nothing`)
    if (value === null) throw new BadRequest(`The filter ${field} is null; leave it out, or give a value`)
    return compare(sql`t.${sql.ref(name)}`, value, columnOf(entity, name).kind)
  })
  return all(parts)
}

/** A value as the driver takes it. */
export function bind(value: unknown, kind: ColumnKind): RawBuilder<unknown> {
  return kind === 'Bytes' ? sql`${toBytea(value as Hex)}` : sql`${value}`
}

export function all(parts: readonly RawBuilder<unknown>[]): RawBuilder<unknown> {
  return parts.length === 0 ? sql`true` : sql`(${sql.join(parts, sql` and `)})`
}

function any(parts: readonly RawBuilder<unknown>[]): RawBuilder<unknown> {
  return parts.length === 0 ? sql`false` : sql`(${sql.join(parts, sql` or `)})`
}
