import type { Hex } from 'viem'
import { BadRequest } from './badRequest.ts'
import { columnOf, type Entity, type Row } from './entity.ts'

/**
 * The `id` of every type: the values that name it, such as `7` or `12-3`. In an answer as of a block that
 * the request names, it names the block too (`7@1234-0x…`), so that caches keep past and present apart.
 */

export function idOf({ key }: Entity, row: Row): string {
  const { pinned, block, hash } = row.at
  const name = key.map((column) => row[column]).join('-')
  return pinned ? `${name}@${block}-${hash}` : name
}

/** What an id says: the key's values, and the block that it names. */
export interface ParsedId {
  readonly tuple: readonly unknown[]
  readonly block?: { readonly number: bigint; readonly hash: Hex }
}

/** @param argument Where the id was given. */
export function parseId(entity: Entity, id: string, argument = 'id'): ParsedId {
  const [name = '', at] = id.split('@')
  const parts = name.split('-')
  const block = at === undefined ? undefined : /^(\d{1,15})-(0x[0-9a-f]{64})$/.exec(at)
  if (parts.length !== entity.key.length || block === null) throw badId(entity, id, argument)
  const tuple = entity.key.map((column, i) => keyValue(entity, column, parts[i] ?? '') ?? badKey(entity, id, argument))
  return block === undefined ? { tuple } : { tuple, block: { number: BigInt(block[1] ?? 0), hash: block[2] as Hex } }
}

function keyValue(entity: Entity, column: string, part: string): unknown {
  const { kind } = columnOf(entity, column)
  if (kind === 'UInt') return /^\d{1,15}$/.test(part) ? BigInt(part) : undefined
  if (kind === 'BigInt') return /^\d{1,78}$/.test(part) ? BigInt(part) : undefined
  if (kind === 'Bytes') return /^0x([0-9a-fA-F]{2})*$/.test(part) ? part.toLowerCase() : undefined
  return /^\w+$/.test(part) ? part : undefined
}

function badKey(entity: Entity, id: string, argument: string): never {
  throw badId(entity, id, argument)
}

function badId({ type, key }: Entity, id: string, argument: string): BadRequest {
  const shape = key.map((column) => `<${column}>`).join('-')
  return new BadRequest(
    `${argument}: ${JSON.stringify(shownId(id))} is no id of a ${type}; one reads ${shape}, with @<block>-<hash> of the past`,
    'BAD_REQUEST',
    { argument },
  )
}

const LONGEST_SHOWN = 100

function shownId(id: string): string {
  return id.length <= LONGEST_SHOWN ? id : `${id.slice(0, LONGEST_SHOWN)}…`
}
