import type pg from 'pg'
import type { Address, Hex } from 'viem'
import type { ToldBatch } from '../../sdk/batch.ts'
import type { Attempt } from '../../sdk/node/transactions/journal.ts'
import type { Queries } from './database.ts'
import { toldFrom, toldToJson } from './toldBatch.ts'

/** Batches that were signed, kept before they are sent. */
export interface SentBatch {
  readonly id: bigint
  readonly model: number
  readonly sender: Address
  readonly nonce: number
  readonly attempts: readonly Attempt[]
  readonly sentAt: Date
  readonly state: 'sent' | 'mined'
  readonly blockHash: Hex | undefined
}

export interface BatchToKeep {
  readonly operator: number
  readonly model: number
  readonly sender: Address
  readonly attempt: Attempt
  /** In the order of their records. */
  readonly calls: readonly string[]
}

/** Keeps a batch with its calls, which are in no other batch from now on. */
export async function keepBatch(queries: Queries, { operator, model, sender, attempt, calls }: BatchToKeep) {
  const { rows } = await queries.query(
    `insert into batches (operator, model, sender, nonce, attempts, state) values ($1, $2, $3, $4, $5, 'sent') returning id`,
    [operator, model, sender, attempt.nonce, JSON.stringify([attempt])],
  )
  const taken = await queries.query(
    `update calls c set batch = $1, place = t.place - 1 from unnest($2::text[]) with ordinality as t (id, place)
    where c.id = t.id and c.batch is null and c.state = 'answered'`,
    [rows[0].id, calls],
  )
  if (taken.rowCount !== calls.length) throw new Error('A call of this batch is in another one')
}

/** Those that a reorg could undo, or that are not on chain yet, in the order of their nonces. */
export async function openBatches(queries: Queries, operator: number): Promise<readonly SentBatch[]> {
  const { rows } = await queries.query(
    `select id, model, sender, nonce, attempts, sent_at, state, block_hash from batches
    where operator = $1 and state in ('sent', 'mined') order by nonce, id`,
    [operator],
  )
  return rows.map((row) => ({
    id: row.id,
    model: row.model,
    sender: row.sender,
    nonce: Number(row.nonce),
    attempts: row.attempts,
    sentAt: row.sent_at,
    state: row.state,
    blockHash: row.block_hash ?? undefined,
  }))
}

export async function keepAttempt(queries: Queries, id: bigint, attempts: readonly Attempt[]): Promise<void> {
  await queries.query(`update batches set attempts = $2, sent_at = now() where id = $1`, [id, JSON.stringify(attempts)])
}

export async function markMined(
  queries: Queries,
  id: bigint,
  told: ToldBatch,
  { hash, blockHash }: { readonly hash: Hex; readonly blockHash: Hex },
): Promise<void> {
  await queries.query(
    `update batches set state = 'mined', told = $2, block_hash = $3, block_number = $4 where id = $1`,
    [id, toldToJson(told, hash), blockHash, told.recordedIn],
  )
}

/** A reorg took it off the chain: it is sent again. */
export async function markSent(queries: Queries, id: bigint): Promise<void> {
  await queries.query(
    `update batches set state = 'sent', told = null, block_hash = null, sent_at = now() where id = $1`,
    [id],
  )
}

/** It can never be mined any more: its calls wait for another batch. */
export async function dropBatch(queries: Queries, id: bigint): Promise<void> {
  await queries.query(
    `with dropped as (update batches set state = 'dropped' where id = $1 returning id)
    update calls set batch = null, place = null from dropped where batch = dropped.id`,
    [id],
  )
}

/** No reorg reaches so deep. */
export async function finaliseBatches(queries: Queries, operator: number, below: bigint): Promise<void> {
  await queries.query(
    `update batches set state = 'final' where operator = $1 and state = 'mined' and block_number <= $2`,
    [operator, below],
  )
}

/** The batches of a book as they were recorded, in its order. */
export async function toldOfBook(pool: pg.Pool, book: bigint): Promise<readonly ToldBatch[]> {
  const { rows } = await pool.query(
    `select told from batches where told->>'book' = $1 and state in ('mined', 'final') order by (told->>'number')::int`,
    [`${book}`],
  )
  return rows.map(({ told }) => toldFrom(told))
}
