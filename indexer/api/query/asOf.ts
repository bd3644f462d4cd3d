import type { Kysely } from 'kysely'
import type { Hex } from 'viem'
import type { Database } from '../../store/schema.ts'
import { BadRequest } from './badRequest.ts'

/**
 * The block that an answer speaks of. Everything asked in one request is answered as of the head at its beginning, or the
 * block it names, so that blocks stored meanwhile change nothing in it.
 */
export interface AsOf {
  readonly block: bigint
  readonly hash: Hex
  readonly timestamp: bigint
  /** The Ledger's epoch at that time. */
  readonly epoch: bigint
}

export async function headAsOf(db: Kysely<Database>, epochSeconds: bigint): Promise<AsOf> {
  const head = await db.selectFrom('block').selectAll().orderBy('number', 'desc').limit(1).executeTakeFirst()
  if (head === undefined) throw new BadRequest('No block is indexed yet; ask again in a moment', 'NOT_READY')
  return { ...head, block: head.number, epoch: head.timestamp / epochSeconds }
}

export async function blockAsOf(db: Kysely<Database>, number: bigint, epochSeconds: bigint, head: AsOf): Promise<AsOf> {
  const row = await db
    .selectFrom('block')
    .selectAll()
    .where('number', '=', number)
    .where('number', '<=', head.block)
    .executeTakeFirst()
  if (row === undefined) {
    throw new BadRequest(`Block ${number} is not indexed; the newest one is ${head.block}`, 'BLOCK_NOT_INDEXED')
  }
  return { ...row, block: row.number, epoch: row.timestamp / epochSeconds }
}
