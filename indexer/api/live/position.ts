import { type Kysely, sql } from 'kysely'
import { type Hex, hexToBytes } from 'viem'
import type { Database } from '../../store/schema.ts'
import { BadRequest } from '../query/badRequest.ts'

/**
 * How far a subscriber is: it has everything up to a block. The blocks 1, 2, 4, 8 … below it say where to
 * go on from if a reorg rolls that block back.
 */
export interface Position {
  readonly block: bigint
  /** The first bytes of the hashes of the block and of those below it, in hexadecimal digits. */
  readonly hashes: readonly string[]
  /** If some rows of the block are still to come: the cursor of the last one that was sent. */
  readonly row?: string
}

/** A reorg that goes deeper than this ends what can be resumed: no chain here is known to do it. */
const DEPTHS = [0n, ...Array.from({ length: 17 }, (_, power) => 2n ** BigInt(power))]
const BYTES_A_HASH = 8
const BYTES_A_NUMBER = 8

/** @param row The cursor of the last row that was sent, if the block has more. */
export async function positionAt(db: Kysely<Database>, block: bigint, row?: string): Promise<Position> {
  const found = await hashesOf(db, block)
  const hashes: string[] = []
  for (const depth of DEPTHS) {
    const hash = found.get(block - depth)
    if (hash === undefined) break
    hashes.push(hash)
  }
  return { block, hashes, ...(row !== undefined && { row }) }
}

/** The highest block of a position that is still stored. */
export async function standingBlock(db: Kysely<Database>, { block, hashes }: Position): Promise<bigint> {
  const found = await hashesOf(db, block)
  const depth = DEPTHS.find((below, i) => hashes[i] !== undefined && found.get(block - below) === hashes[i])
  if (depth !== undefined) return block - depth
  throw new BadRequest(
    'after: none of the cursor’s blocks is on the chain that is indexed here; list what is there now, and follow from its _meta { cursor }',
    'BAD_CURSOR',
  )
}

async function hashesOf(db: Kysely<Database>, block: bigint): Promise<ReadonlyMap<bigint, string>> {
  const numbers = DEPTHS.map((depth) => block - depth).filter((number) => number >= 0n)
  const rows = await db
    .selectFrom('block')
    .select(['number', 'hash'])
    .where('number', '=', sql<bigint>`any(${numbers}::int8[])`)
    .execute()
  return new Map(rows.map(({ number, hash }) => [number, beginningOf(hash)]))
}

function beginningOf(hash: Hex): string {
  return Buffer.from(hexToBytes(hash).subarray(0, BYTES_A_HASH)).toString('hex')
}

/** Opaque to callers: the block's number, how many hashes follow, the hashes, and the row's cursor. */
export function encodePosition({ block, hashes, row = '' }: Position): string {
  const number = Buffer.alloc(BYTES_A_NUMBER)
  number.writeBigUInt64BE(block)
  const parts = [number, Buffer.of(hashes.length), Buffer.from(hashes.join(''), 'hex'), Buffer.from(row)]
  return Buffer.concat(parts).toString('base64url')
}

export function decodePosition(text: string): Position {
  const bytes = Buffer.from(text, 'base64url')
  const count = bytes[BYTES_A_NUMBER] ?? 0
  const start = BYTES_A_NUMBER + 1
  const end = start + count * BYTES_A_HASH
  // A number above 2^63 fits no column.
  if (count === 0 || count > DEPTHS.length || bytes.length < end || (bytes[0] ?? 0) > 127) throw badPosition()
  const hashes = Array.from({ length: count }, (_, i) => {
    const from = start + i * BYTES_A_HASH
    return bytes.toString('hex', from, from + BYTES_A_HASH)
  })
  const row = bytes.toString('utf8', end)
  return { block: bytes.readBigUInt64BE(), hashes, ...(row !== '' && { row }) }
}

function badPosition(): BadRequest {
  return new BadRequest(
    'after is no cursor of a subscription; give the cursor of a message, or of _meta, unchanged',
    'BAD_CURSOR',
  )
}
