import { type TransactionReceipt, TransactionReceiptNotFoundError } from 'viem'
import { eventIn } from '../../sdk/contractCall.ts'
import { broadcast } from '../../sdk/node/transactions/broadcast.ts'
import type { Attempt } from '../../sdk/node/transactions/journal.ts'
import { signHigher } from '../../sdk/node/transactions/sign.ts'
import { toldBatch } from '../../sdk/openBook.ts'
import {
  dropBatch,
  finaliseBatches,
  keepAttempt,
  markMined,
  markSent,
  openBatches,
  type SentBatch,
} from '../store/batches.ts'
import type { Queries } from '../store/database.ts'
import type { Batching } from './batching.ts'

/**
 * Batches that were signed, until no reorg reaches them. One that the chain has not is sent again as it was signed, for a higher fee
 * once it is stuck. Its calls go into another batch only when it can never be mined: when another transaction with its nonce, or its
 * own failure, lies too deep for a reorg.
 */
export async function followSent(its: Batching, queries: Queries): Promise<readonly SentBatch[]> {
  const { reader } = its.connection
  const open = await openBatches(queries, its.operator)
  if (open.length === 0) return []
  const head = await reader.getBlockNumber({ cacheTime: 0 })
  const finalBlock = head > BigInt(its.finalityDepth) ? head - BigInt(its.finalityDepth) : 0n
  for (const batch of open) await followOne(its, queries, batch, finalBlock)
  await finaliseBatches(queries, its.operator, finalBlock)
  return (await openBatches(queries, its.operator)).filter(({ state }) => state === 'sent')
}

async function followOne(its: Batching, queries: Queries, batch: SentBatch, finalBlock: bigint): Promise<void> {
  const { connection, log } = its
  const receipt = await receiptOf(its, batch)
  if (receipt?.status === 'success') {
    if (batch.state === 'mined' && batch.blockHash === receipt.blockHash) return
    const told = toldBatch(eventIn(receipt, connection.contracts.ledger, 'BatchRecorded'), receipt.blockNumber)
    await markMined(queries, batch.id, told, { hash: receipt.transactionHash, blockHash: receipt.blockHash })
    log.info(
      { batch: `${told.batch}`, model: batch.model, gas: Number(receipt.gasUsed), block: told.recordedIn },
      'batch recorded',
    )
    its.onRecorded?.(receipt)
    return
  }
  if (receipt !== undefined) {
    if (receipt.blockNumber > finalBlock) return
    await dropBatch(queries, batch.id)
    log.warn({ transaction: receipt.transactionHash, model: batch.model }, 'batch reverted, its calls wait again')
    return
  }
  if (batch.state === 'mined') {
    await markSent(queries, batch.id)
    log.warn({ model: batch.model, nonce: batch.nonce }, 'a reorg removed a batch, it is sent again')
  }
  await sendAgain(its, queries, batch, finalBlock)
}

async function sendAgain(its: Batching, queries: Queries, batch: SentBatch, finalBlock: bigint): Promise<void> {
  const { connection, account, log } = its
  const { reader } = connection
  const { sender: address, nonce } = batch
  if ((await reader.getTransactionCount({ address, blockNumber: finalBlock })) > nonce) {
    await dropBatch(queries, batch.id)
    log.warn({ nonce, model: batch.model }, 'another transaction took a batch’s nonce, its calls wait again')
    return
  }
  if ((await reader.getTransactionCount({ address })) > nonce) return
  const last = batch.attempts.at(-1) as Attempt
  const isStuck = batch.state === 'sent' && its.now() - batch.sentAt.getTime() > its.stuckAfterMs
  if (!isStuck || address.toLowerCase() !== account.address.toLowerCase()) {
    await broadcast(last, { reader, patienceMs: 0 })
    return
  }
  const attempt = await signHigher(last, reader, account)
  await keepAttempt(queries, batch.id, [...batch.attempts, attempt])
  await broadcast(attempt, { reader })
  log.warn(
    { transaction: attempt.hash, earlier: last.hash },
    'a batch was not mined for a while, sent for a higher fee',
  )
}

/** Of whichever of the attempts was mined. */
async function receiptOf({ connection }: Batching, batch: SentBatch): Promise<TransactionReceipt | undefined> {
  for (const { hash } of batch.attempts.toReversed()) {
    try {
      return await connection.reader.getTransactionReceipt({ hash })
    } catch (error) {
      if (!(error instanceof TransactionReceiptNotFoundError)) throw error
    }
  }
  return undefined
}
