import type { Context } from 'hono'
import { openBatch } from '../../sdk/batch.ts'
import { proveRecord } from '../../sdk/recordProof.ts'
import { ApiError } from '../apiError.ts'
import type { Gateway } from '../gateway.ts'
import { callById } from '../store/calls.ts'

/**
 * A receipt by its address, with the way from its record to its batch's commitment once it is on chain. Saved as it is, it is a file for
 * `attribution receipt verify` and `claim`.
 */
export async function handleReceipt({ database, models }: Gateway, c: Context): Promise<Response> {
  const id = c.req.param('id') ?? ''
  const call = /^call-[0-9a-f]{32}$/.test(id) ? await callById(database.pool, id) : undefined
  if (call === undefined) {
    throw new ApiError(
      404,
      'receipt_not_found',
      `There is no receipt ${id.slice(0, 50)}: the call was not answered, or not here.`,
    )
  }
  const { receipt, batch, index, transaction } = call
  if (batch === undefined || index === undefined) return c.json({ id, receipt, record: null })
  const { serving } = [...models.values()].find(({ serving }) => serving.model.model === receipt.model) ?? {}
  const record = {
    batch: `${batch.batch}`,
    book: `${batch.book}`,
    index,
    block: batch.recordedIn,
    transaction,
    // As it was recorded: whether it still stands, the chain says.
    proof: serving && plain(proveRecord(openBatch(batch, serving.k), index)),
  }
  return c.json({ id, receipt, record })
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_, one) => (typeof one === 'bigint' ? `${one}` : one)))
}
