import { type RawBuilder, sql } from 'kysely'
import type { Hex } from 'viem'
import { toBytea } from '../../store/types.ts'
import { type ColumnKind, columnOf, type Entity } from './entity.ts'

/** The lists of many parents: the rows whose columns equal each parent's values. */
export interface Scope {
  readonly columns: readonly string[]
  readonly tuples: readonly (readonly unknown[])[]
}

/** A column of the parents' values, as the database takes it. */
export interface BoundColumn {
  readonly type: string
  readonly values: unknown
}

export function boundColumns(entity: Entity, { columns, tuples }: Scope): readonly BoundColumn[] {
  return columns.map((name, i) => {
    const { kind } = columnOf(entity, name)
    const values = tuples.map((tuple) => tuple[i])
    return {
      type: `${typeOf(kind, values)}[]`,
      values: kind === 'Bytes' ? values.map((value) => toBytea(value as Hex)) : values,
    }
  })
}

/** The parents' values as a table `s`, whose text does not depend on how many there are. */
export function scopeSql(columns: readonly BoundColumn[]): RawBuilder<unknown> {
  const arrays = columns.map(({ type, values }) => sql`${sql.val(values)}::${sql.raw(type)}`)
  const names = columns.map((_, i) => sql.ref(placeOf(i)))
  return sql`unnest(${sql.join(arrays)}) with ordinality s (${sql.join([...names, sql.ref('list')])})`
}

/** A row of `t` belongs to the list of a row of `s`. */
export function joinedTo(columns: readonly string[]): readonly RawBuilder<unknown>[] {
  return columns.map((name, i) => sql`t.${sql.ref(name)} = s.${sql.ref(placeOf(i))}`)
}

function placeOf(i: number): string {
  return `c${i}`
}

/** An index on a numeric column takes an int8 too, but one on an int8 no numeric. */
function typeOf(kind: ColumnKind, values: readonly unknown[]): string {
  if (kind === 'Bytes') return 'bytea'
  if (kind === 'Boolean') return 'bool'
  if (kind !== 'UInt' && kind !== 'BigInt') return 'text'
  return values.every((value) => value === BigInt.asIntN(64, value as bigint)) ? 'int8' : 'numeric'
}
