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
  /** The root field that shows one of it, by its id. */
  readonly single?: string
  /** Columns that name a row, and break ties when rows are ordered by another. */
  readonly key: readonly string[]
  /**
   * Whether keys grow with blocks: then both orders are one, and one index serves them.
   */
  readonly isChronological?: true
  readonly columns: Readonly<Record<string, Column>>
  readonly source: (at: AsOf) => RawBuilder<unknown>
  /** The same rows from tables that keep only the newest state, and whether that has changed after the answer's block. */
  readonly newest?: {
    readonly source: (at: AsOf) => RawBuilder<unknown>
    readonly hasChanged: (at: AsOf) => RawBuilder<unknown>
  }
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
  /** What the contracts call another thing by: the field is called `modelId`, beside the link `model`. */
  readonly isId: boolean
  /** The time of the block in the column `block`, looked up for the rows that are shown. */
  readonly isBlockTime: boolean
  /**
   * SQL that gives the keys of all rows whose column may have one of the values: for computed columns,
   * which no index can find.
   */
  readonly candidates?: (values: RawBuilder<unknown>, at: AsOf) => RawBuilder<unknown>
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

const column = (kind: ColumnKind) => (doc: string) =>
  ({ kind, doc, nullable: false, hidden: false, isId: false, isBlockTime: false }) satisfies Column

export const uint = column('UInt')
export const bigInt = column('BigInt')
export const bytes = column('Bytes')
export const text = column('String')
export const bool = column('Boolean')
export const oneOf = (name: string, doc: string): Column => column({ oneOf: name })(doc)
export const nullable = (of: Column): Column => ({ ...of, nullable: true })
export const hidden = (of: Column): Column => ({ ...of, hidden: true })
export const id = (of: Column): Column => ({ ...of, isId: true })
/** The time of the block in the column `block`. */
export const blockTime: Column = {
  ...uint('The time of that block, in seconds since 1970. Ordered by as the block is.'),
  isBlockTime: true,
}

export const one = (to: () => Entity, on: Link['on'], doc: string): Link => ({ kind: 'one', to, on, doc })
export const oneOrNone = (to: () => Entity, on: Link['on'], doc: string): Link => ({
  ...one(to, on, doc),
  optional: true,
})
export const many = (to: () => Entity, on: Link['on'], doc: string): Link => ({ kind: 'many', to, on, doc })

/** The column that rows are ordered by, where GraphQL calls for `orderBy`; by key without it. */
export function orderOf({ key, isChronological, columns }: Entity, orderBy?: string | null): string {
  const [first = ''] = key
  const by = orderBy ?? first
  if (columns[by]?.isBlockTime) return 'block'
  return isChronological && by === first ? 'block' : by
}

export function columnOf(entity: Entity, name: string): Column {
  const found = entity.columns[name]
  if (found === undefined) throw new Error(`${entity.type} has no column ${name}`)
  return found
}

/**
 * What a column is called in GraphQL: the number that names an account is `accountId` in Account and in
 * all that belongs to it.
 */
export function fieldOf({ type }: Entity, name: string, { isId }: Column): string {
  if (!isId) return name
  return name === 'id' ? `${type.charAt(0).toLowerCase()}${type.slice(1)}Id` : `${name}Id`
}

/** The columns that are fields of the type, with what GraphQL calls them. */
export function fieldsOf(
  entity: Entity,
): readonly { readonly field: string; readonly name: string; readonly column: Column }[] {
  return Object.entries(entity.columns)
    .filter(([, { hidden: isHidden }]) => !isHidden)
    .map(([name, shown]) => ({ field: fieldOf(entity, name, shown), name, column: shown }))
}
