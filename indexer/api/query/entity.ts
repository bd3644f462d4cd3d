import type { RawBuilder } from 'kysely'
import type { AsOf } from './asOf.ts'

/**
 * A type of the API, defined once: its columns, the SQL that gives them as of a block, and its
 * links. The GraphQL type, its filters, orders, page and resolvers are derived from it.
 */
export interface Entity {
  /**
   * The GraphQL type, such as `Account`. Two entities may show the same type from different
   * sources.
   */
  readonly type: string
  readonly doc: string
  /** The root field that lists it; without one it is reached by links only. */
  readonly list?: string
  /** The root field that shows one of it, by its key. */
  readonly single?: string
  /** Columns that name a row, and break ties when rows are ordered by another. */
  readonly key: readonly string[]
  readonly columns: Readonly<Record<string, Column>>
  readonly source: (at: AsOf) => RawBuilder<unknown>
  readonly links?: Readonly<Record<string, Link>>
}

export type ColumnKind = 'UInt' | 'BigInt' | 'Bytes' | 'String' | 'Boolean' | { readonly oneOf: string }

export interface Column {
  readonly kind: ColumnKind
  readonly doc: string
  /** May be null: it can be filtered by, but rows cannot be ordered by it. */
  readonly nullable: boolean
  /** Only for links to select by; no part of the type. */
  readonly hidden: boolean
}

/**
 * Rows of another entity whose columns (the keys of `on`) equal columns of this one (the values).
 */
export interface Link {
  readonly kind: 'one' | 'many'
  readonly to: () => Entity
  readonly on: Readonly<Record<string, string>>
  readonly doc: string
  /** There may be none although every column has a value. */
  readonly optional?: true
}

export type Row = Readonly<Record<string, unknown>> & { readonly at: AsOf }

const column = (kind: ColumnKind) => (doc: string) => ({ kind, doc, nullable: false, hidden: false }) satisfies Column

export const uint = column('UInt')
export const bigInt = column('BigInt')
export const bytes = column('Bytes')
export const text = column('String')
export const bool = column('Boolean')
export const oneOf = (name: string, doc: string): Column => column({ oneOf: name })(doc)
export const nullable = (of: Column): Column => ({ ...of, nullable: true })
export const hidden = (of: Column): Column => ({ ...of, hidden: true })

export const one = (to: () => Entity, on: Link['on'], doc: string): Link => ({ kind: 'one', to, on, doc })
export const oneOrNone = (to: () => Entity, on: Link['on'], doc: string): Link => ({
  ...one(to, on, doc),
  optional: true,
})
export const many = (to: () => Entity, on: Link['on'], doc: string): Link => ({ kind: 'many', to, on, doc })

export function columnOf(entity: Entity, name: string): Column {
  const found = entity.columns[name]
  if (found === undefined) throw new Error(`${entity.type} has no column ${name}`)
  return found
}
