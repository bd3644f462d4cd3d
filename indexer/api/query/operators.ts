import { type RawBuilder, sql } from 'kysely'
import type { Hex } from 'viem'
import { toBytea } from '../../store/types.ts'
import { BadRequest } from './badRequest.ts'
import type { Column, ColumnKind } from './entity.ts'

/** The operators of filters: suffixes of a field's name, as The Graph calls them. */

export interface Operator {
  readonly doc: string
  /** Whether it takes a list of values, one of them, or true or false. */
  readonly takes: 'value' | 'list' | 'flag'
  readonly sql: (column: RawBuilder<unknown>, value: unknown, kind: ColumnKind, field: string) => RawBuilder<unknown>
}

const compare = (doc: string, symbol: string): Operator => ({
  doc,
  takes: 'value',
  sql: (column, value, kind, field) => {
    const bound = bind(value, kind, field)
    return isWide(value, kind)
      ? sql`${column}::numeric ${sql.raw(symbol)} ${bound}`
      : sql`${column} ${sql.raw(symbol)} ${bound}`
  },
})

/** A negated operator keeps rows without a value. */
const none = (doc: string, of: Operator): Operator => ({
  ...of,
  doc: `${doc} Rows without a value are kept.`,
  sql: (...args) => sql`(${of.sql(...args)}) is not true`,
})

const among: Operator = {
  doc: 'One of these.',
  takes: 'list',
  sql: (column, values, kind, field) => {
    const list = values as readonly unknown[]
    if (list.length === 0) return sql`false`
    const compared = list.some((value) => isWide(value, kind)) ? sql`${column}::numeric` : column
    return sql`${compared} in (${sql.join(list.map((value) => bind(value, kind, field)))})`
  },
}

const like = (doc: string, before: string, after: string, nocase: boolean): Operator => ({
  doc: nocase ? `${doc} Upper and lower case are the same.` : doc,
  takes: 'value',
  sql: (column, value, kind, field) => {
    const pattern = `${before}${String(value).replace(/[\\%_]/g, '\\$&')}${after}`
    return sql`${column} ${sql.raw(nocase ? 'ilike' : 'like')} ${bind(pattern, kind, field)}`
  },
})

const is = compare('Equal to this.', '=')
const equality: Readonly<Record<string, Operator>> = {
  '': is,
  not: none('Not this.', is),
  in: among,
  not_in: none('None of these.', among),
}
const order: Readonly<Record<string, Operator>> = {
  gt: compare('Above this.', '>'),
  gte: compare('This or above.', '>='),
  lt: compare('Below this.', '<'),
  lte: compare('This or below.', '<='),
}
const texts = [
  ['contains', 'With this in it.', '%', '%'],
  ['starts_with', 'Beginning with this.', '', '%'],
  ['ends_with', 'Ending with this.', '%', ''],
] as const
const search: Readonly<Record<string, Operator>> = Object.fromEntries(
  texts.flatMap(([name, doc, before, after]): [string, Operator][] => [
    [name, like(doc, before, after, false)],
    [`${name}_nocase`, like(doc, before, after, true)],
  ]),
)
const absent: Readonly<Record<string, Operator>> = {
  not_contains: none('Without this in it.', like('', '%', '%', false)),
  not_contains_nocase: none('Without this in it, in upper or lower case.', like('', '%', '%', true)),
}
const isNull: Operator = {
  doc: 'True: has no value. False: has one.',
  takes: 'flag',
  sql: (column, value) => sql`${column} ${sql.raw(value === true ? 'is null' : 'is not null')}`,
}

/** The operators of a column, by suffix; the empty one is equality. */
export function operatorsOf({ kind, nullable }: Column): Readonly<Record<string, Operator>> {
  const nulls = nullable ? { is_null: isNull } : {}
  if (kind === 'UInt' || kind === 'BigInt') return { ...equality, ...order, ...nulls }
  if (kind === 'String') return { ...equality, ...search, ...absent, ...nulls }
  if (kind === 'Boolean') return { '': is, not: none('Not this.', is), ...nulls }
  return { ...equality, ...nulls }
}

/** A value as the driver takes it. */
export function bind(value: unknown, kind: ColumnKind, field: string): RawBuilder<unknown> {
  if (value === null) throw new BadRequest(`${field} is null; leave it out, or ask for _is_null`)
  if (kind === 'Bytes') return sql`${toBytea(value as Hex)}`
  if (typeof value === 'string' && value.includes('\0')) {
    throw new BadRequest(`${field} holds a NUL character, which no stored text does`)
  }
  return isWide(value, kind) ? sql`${value}::numeric` : sql`${value}`
}

/** Beyond an int8, which some columns are: it is compared as a wider number. */
function isWide(value: unknown, kind: ColumnKind): boolean {
  return kind === 'BigInt' && typeof value === 'bigint' && value !== BigInt.asIntN(64, value)
}
