import type { Hex } from 'viem'
import { batchCommitment, type OpenedBatch } from '../../../sdk/batch.ts'
import { bookKeyOf } from '../../../sdk/book.ts'
import type { Connection } from '../../../sdk/contracts.ts'
import { StopError } from '../../../sdk/errors.ts'
import { openBook } from '../../../sdk/openBook.ts'
import { openModel } from '../../../sdk/openModel.ts'
import { recordDims } from '../../../sdk/predictPay.ts'
import { parseReceipt, promisedRecord, type Receipt, signedReceipt } from '../../../sdk/receipt.ts'
import { leafOf, proveRecord, standingOf } from '../../../sdk/recordProof.ts'
import { requireCounting } from '../../../watcher/receipts.ts'
import { readNamed } from '../../readNamed.ts'

/** Whether the record that a receipt promises exists. */
export type Found =
  /** Nothing with its commitment is recorded. */
  | { readonly kind: 'unrecorded' }
  | { readonly kind: 'recorded' | 'voided' | 'broken'; readonly batch: OpenedBatch; readonly index: number }

/** A receipt that a court would take: as a file of its own, or within an operator's answer. */
export async function readReceipt(connection: Connection, path: string): Promise<Receipt> {
  const text = readNamed(path).toString()
  const receipt = parseReceipt(receiptIn(text) ?? text, path)
  await requireCounting(connection, receipt, path)
  return receipt
}

function receiptIn(text: string): string | undefined {
  try {
    const { receipt } = JSON.parse(text) as { receipt?: unknown }
    return receipt === undefined ? undefined : JSON.stringify(receipt)
  } catch {
    return undefined
  }
}

/** Looks through the operator's books of this model, the newest first. */
export async function findRecord(connection: Connection, receipt: Receipt): Promise<Found> {
  const { reader, contracts } = connection
  const { model, operator } = receipt
  const { commitment } = promisedRecord(receipt)
  const { recordHash } = signedReceipt(receipt)
  const { terms } = await openModel(connection, model)
  const count = await reader.readContract({ ...contracts.ledger, functionName: 'bookCountOf', args: [model, operator] })
  for (let number = count; number > 0; number--) {
    const { batches } = await openBook(connection, { model, operator, number }, recordDims(terms))
    for (const batch of batches) {
      const index = batch.records.findIndex((record) => record.commitment === commitment)
      if (index < 0) continue
      const proof = proveRecord(batch, index)
      const standing = standingOf(proof, batchCommitment(batch.header))
      if (standing === 'voided') return { kind: 'voided', batch, index }
      const isAsPromised = leafOf(proof.record, model, operator) === recordHash
      return { kind: isAsPromised ? 'recorded' : 'broken', batch, index }
    }
  }
  return { kind: 'unrecorded' }
}

export const DEMAND = { none: 0, open: 1, shown: 2, closed: 3 } as const

/** Whether somebody demanded to see the record, and until when it has to be shown. */
export async function demandOf({ reader, contracts }: Connection, recordHash: Hex) {
  return await reader.readContract({ ...contracts.court, functionName: 'demandOf', args: [recordHash] })
}

/** A batch with its records as they are now. */
export async function findBatch(connection: Connection, batch: bigint): Promise<OpenedBatch> {
  const { contracts, reader, fromBlock } = connection
  const asked = { ...contracts.ledger, eventName: 'BatchRecorded', args: { batch }, fromBlock, strict: true } as const
  const [recorded] = await reader.getContractEvents(asked)
  if (recorded === undefined)
    throw new StopError(`There is no batch ${batch}`, {}, '`attribution receipt verify` says where a record is.')
  const key = bookKeyOf(recorded.args.book)
  const { terms } = await openModel(connection, key.model)
  const { batches } = await openBook(connection, key, recordDims(terms))
  const found = batches.find(({ header }) => header.batch === batch)
  if (found === undefined) throw new StopError(`Batch ${batch} is not in its book`, {}, 'Ask another node.')
  return found
}
