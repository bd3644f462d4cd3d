import { type Column, type Entity, fieldsOf, type Row } from '../query/entity.ts'
import { idOf } from '../query/id.ts'

/** A column of a file. */
export interface FileColumn {
  readonly name: string
  readonly type: 'text' | 'integer' | 'flag' | 'time'
  readonly nullable: boolean
  readonly value: (row: Row) => string | bigint | boolean | Date | null
}

const GWEI_A_TOKEN = 9

/**
 * What a file has of each row: its id, and the fields of its type. For people and their tax software, amounts
 * are there in OPEN as well, and times as dates.
 */
export function fileColumns(entity: Entity): readonly FileColumn[] {
  const columns = fieldsOf(entity).flatMap(({ field, name, column }) => [
    plain(field, name, column),
    ...(field.endsWith('Gwei') ? [inTokens(field, name, column)] : []),
    ...(column.isBlockTime ? [asDate(name)] : []),
  ])
  return [{ name: 'id', type: 'text', nullable: false, value: (row) => idOf(entity, unpinned(row)) }, ...columns]
}

/** A file says once which block it is as of. */
function unpinned(row: Row): Row {
  return { ...row, at: { ...row.at, pinned: false } }
}

function plain(field: string, name: string, { kind, nullable }: Column): FileColumn {
  const type = kind === 'UInt' ? 'integer' : kind === 'Boolean' ? 'flag' : 'text'
  const value = (row: Row) => {
    const found = row[name]
    if (found === null || found === undefined) return null
    if (type === 'integer') return BigInt(found as bigint)
    return type === 'flag' ? (found as boolean) : String(found)
  }
  return { name: field, type, nullable, value }
}

function inTokens(field: string, name: string, { nullable }: Column): FileColumn {
  const value = (row: Row) => {
    const found = row[name]
    if (typeof found !== 'bigint') return null
    const digits = `${found < 0n ? -found : found}`.padStart(GWEI_A_TOKEN + 1, '0')
    return `${found < 0n ? '-' : ''}${digits.slice(0, -GWEI_A_TOKEN)}.${digits.slice(-GWEI_A_TOKEN)}`
  }
  return { name: `${field.slice(0, -'Gwei'.length)}Open`, type: 'text', nullable, value }
}

function asDate(name: string): FileColumn {
  return { name: 'time', type: 'time', nullable: false, value: (row) => new Date(Number(row[name]) * 1_000) }
}
