import { type Kysely, sql } from 'kysely'
import type { Hex } from 'viem'
import type { Database } from '../../store/schema.ts'
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
}

/** The newest block, with what shows later whether a reorg rolled it back. */
export interface Head extends AsOf {
  /** How often a block of its number has been reverted. */
  readonly reverted: bigint
}

const time = sql<bigint>`clock_at(timestamp)`.as('time')

export async function headAsOf(db: Kysely<Database>): Promise<Head> {
  const head = await db
    .selectFrom('block')
    .selectAll()
    .select([time, sql<bigint>`(select count(*) from reverted_block r where r.number = block.number)`.as('reverted')])
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (head === undefined) throw new BadRequest('No block is indexed yet; ask again in a moment', 'NOT_READY')
  return { ...head, block: head.number }
}

/** Whether the head was not rolled back since: then everything read in between is of one branch. */
export async function stillStands(db: Kysely<Database>, head: Head): Promise<boolean> {
  const { reverted } = await db
    .selectFrom('revertedBlock')
    .select(({ fn }) => fn.countAll<bigint>().as('reverted'))
    .where('number', '=', head.block)
    .executeTakeFirstOrThrow()
  return reverted === head.reverted
}

export async function blockAsOf(db: Kysely<Database>, number: bigint, head: AsOf): Promise<AsOf> {
  const row = await db
    .selectFrom('block')
    .selectAll()
    .select(time)
    .where('number', '=', number)
    .where('number', '<=', head.block)
    .executeTakeFirst()
  if (row === undefined) {
    throw new BadRequest(`Block ${number} is not indexed; the newest one is ${head.block}`, 'BLOCK_NOT_INDEXED')
  }
  return { ...row, block: row.number }
}
