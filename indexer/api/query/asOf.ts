import { type Kysely, type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Hex } from 'viem'
import type { Database } from '../../store/schema.ts'
import { toBytea } from '../../store/types.ts'
import { BadRequest } from './badRequest.ts'

/**
 * The block of an answer: the head at the request's start, or the block that it names. Later blocks
 * change nothing in it.
 */
export interface AsOf {
  readonly block: bigint
  readonly hash: Hex
  readonly timestamp: bigint
  /** By the contracts' clock, which stands still while they are paused. */
  readonly time: bigint
  /** Whether the request named it: ids of the answer name it then. */
  readonly pinned: boolean
}

/** The newest block, with what shows later whether a reorg rolled it back. */
export interface Head extends AsOf {
  /** How often a block of its number has been reverted. */
  readonly reverted: bigint
}

/** How often a block of the answer's number has been reverted: once more, and the answer is of a branch that is gone. */
export function revertedOf({ block }: AsOf): RawBuilder<bigint> {
  return sql<bigint>`(select count(*) from reverted_block r where r.number = ${block})`
}

/** The argument `block` of a root field. */
export interface BlockArg {
  readonly number?: bigint | null
  readonly hash?: Hex | null
  readonly number_gte?: bigint | null
}

const time = sql<bigint>`clock_at(timestamp)`.as('time')

/** The block that the argument asks for: the head itself for `number_gte`. */
export async function blockAsOf(db: Kysely<Database>, asked: BlockArg, head: AsOf): Promise<AsOf> {
  const { number = null, hash = null, number_gte: least = null } = asked
  if (least !== null) {
    if (number !== null || hash !== null) throw new BadRequest('block: give number_gte alone, or number or hash')
    if (head.block >= least) return head
    throw new BadRequest(
      `block.number_gte: block ${least} is not indexed yet, the newest one is ${head.block}; wait, and ask again`,
      'BLOCK_NOT_REACHED',
    )
  }
  if (number === null && hash === null) throw new BadRequest('block: give number, hash or number_gte')
  const row = await db
    .selectFrom('block')
    .selectAll()
    .select(time)
    .where(hash === null ? sql<SqlBool>`number = ${number}` : sql<SqlBool>`number = ${await numberOf(db, hash, head)}`)
    .where('number', '<=', head.block)
    .executeTakeFirst()
  if (row === undefined) {
    throw new BadRequest(
      `block.number: block ${number} is not indexed; the newest one is ${head.block}`,
      'BLOCK_NOT_INDEXED',
    )
  }
  if (hash !== null && number !== null && row.number !== number) {
    throw new BadRequest(`block: the hash is of block ${row.number}, and not of ${number}`)
  }
  return { ...row, block: row.number, pinned: true }
}

/** The number of the block of a hash, which a reorg may have rolled back. */
async function numberOf(db: Kysely<Database>, hash: Hex, head: AsOf): Promise<bigint> {
  const named = sql<SqlBool>`hash = ${toBytea(hash)}`
  const stored = await db.selectFrom('block').select('number').where(named).executeTakeFirst()
  if (stored !== undefined) return stored.number
  const reverted = await db.selectFrom('revertedBlock').select('number').where(named).executeTakeFirst()
  if (reverted !== undefined) {
    throw new BadRequest(
      `block.hash: the chain left this block ${reverted.number} in a reorg; ask for the one that is there now`,
      'BLOCK_REORGED',
    )
  }
  throw new BadRequest(
    `block.hash: no block with this hash is indexed; the newest one is ${head.block}`,
    'BLOCK_NOT_INDEXED',
  )
}
