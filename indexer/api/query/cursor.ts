import * as z from 'zod'
import { BadRequest } from './badRequest.ts'
import { type ColumnKind, columnOf, type Entity } from './entity.ts'

/**
 * A position in an ordered list: the order, and the values that place a row in it. Opaque to
 * callers.
 */
export interface Cursor {
  readonly orderBy: string
  readonly values: readonly unknown[]
}

const cursorSchema = z.tuple([z.string()], z.union([z.string(), z.boolean()]))

/** The columns that decide a row's position. */
export function orderColumns(entity: Entity, orderBy: string): readonly string[] {
  return [orderBy, ...entity.key.filter((name) => name !== orderBy)]
}

export function encodeCursor(entity: Entity, orderBy: string, row: Readonly<Record<string, unknown>>): string {
  const values = orderColumns(entity, orderBy).map((name) => {
    const value = row[name]
    return typeof value === 'bigint' ? value.toString() : value
  })
  return Buffer.from(JSON.stringify([orderBy, ...values])).toString('base64url')
}

export function decodeCursor(entity: Entity, orderBy: string, text: string): Cursor {
  const columns = orderColumns(entity, orderBy)
  const [order, ...values] = parse(text)
  if (order !== orderBy) {
    throw new BadRequest(
      `The cursor is of a list ordered by ${order.slice(0, 50)}, and this one is by ${orderBy}; give the same orderBy`,
      'BAD_CURSOR',
    )
  }
  if (values.length !== columns.length) throw badCursor()
  return { orderBy, values: columns.map((name, i) => restore(entity, name, values[i])) }
}

function restore(entity: Entity, name: string, value: unknown): unknown {
  const { kind } = columnOf(entity, name)
  if (kind === 'Boolean') {
    if (typeof value === 'boolean') return value
  } else if (typeof value === 'string') {
    if (kind !== 'UInt' && kind !== 'BigInt') {
      if (kind !== 'Bytes' || /^0x([0-9a-f]{2})*$/.test(value)) return noNul(value)
    } else if (/^-?\d{1,78}$/.test(value) && fits(BigInt(value), kind)) {
      return BigInt(value)
    }
  }
  throw badCursor()
}

/** A UInt is below 2^53; what a BigInt's column holds, the database knows. */
function fits(value: bigint, kind: ColumnKind): boolean {
  return kind === 'BigInt' || (value >= 0n && value <= BigInt(Number.MAX_SAFE_INTEGER))
}

/** No stored text holds a NUL. */
function noNul(value: string): string {
  if (value.includes('\0')) throw badCursor()
  return value
}

function parse(text: string): readonly [string, ...unknown[]] {
  try {
    return cursorSchema.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')))
  } catch {
    throw badCursor()
  }
}

function badCursor(): BadRequest {
  return new BadRequest(
    'The cursor is not one of this list; give its startCursor or endCursor, unchanged',
    'BAD_CURSOR',
  )
}
