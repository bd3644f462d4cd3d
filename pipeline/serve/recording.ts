import { bytesToHex, type Hex, hexToBytes, type TransactionReceipt } from 'viem'
import { bookId } from '../../sdk/book.ts'
import type { Wallet } from '../../sdk/chain.ts'
import { encodeChannels } from '../../sdk/channel.ts'
import type { Connection } from '../../sdk/contracts.ts'
import { toldBatch } from '../../sdk/openBook.ts'
import { promisedRecord, type Receipt } from '../../sdk/receipt.ts'
import { decodeRecords, encodeRecords } from '../../sdk/record.ts'
import { act, eventIn, transact } from '../../sdk/transact.ts'
import { encodeVouchers } from '../../sdk/voucher.ts'
import type { OperatorJournal } from './operatorJournal.ts'
import type { Serving } from './serving.ts'
import type { TakenBatch } from './takeBatch.ts'

/** Recording served calls: the journal says what was served, the chain what was recorded, and the difference waits. */

export interface RecordedBatch {
  readonly receipt: TransactionReceipt
  readonly batch: bigint
  readonly count: number
}

/** Receipts whose records no batch on chain holds yet, in the order in which they were served. */
export async function unrecorded(
  connection: Connection,
  serving: Serving,
  journal: OperatorJournal,
): Promise<readonly Receipt[]> {
  if (journal.calls.size === 0) return []
  const recorded = await recordedCommitments(connection, serving)
  const chainId = connection.reader.chain.id
  return [...journal.calls.values()].filter(
    (receipt) =>
      receipt.chainId === chainId &&
      receipt.model === serving.model.model &&
      receipt.operator === serving.operator &&
      !recorded.has(promisedRecord(receipt).commitment),
  )
}

/** Simulates a batch, records it, and keeps its bytes: whoever settles its book needs them. */
export async function recordTaken(
  { reader, contracts }: Connection,
  wallet: Wallet,
  { model, k }: Serving,
  journal: OperatorJournal,
  { receipts, channels, vouchers }: TakenBatch,
): Promise<RecordedBatch> {
  const records = receipts.map((receipt) => {
    const { feeUnits, commitment, sketch } = promisedRecord(receipt)
    const channel = channels.findIndex(({ payer, salt }) => payer === receipt.payer && salt === receipt.channelSalt)
    return { channel, feeUnits, commitment, sketch: hexToBytes(sketch) }
  })
  const receipt = await transact(
    reader,
    wallet,
    act(contracts.ledger, 'recordBatch', [
      model.model,
      bytesToHex(encodeChannels(channels)),
      bytesToHex(encodeVouchers(vouchers)),
      bytesToHex(encodeRecords(records, k, channels.length)),
    ]),
  )
  const told = toldBatch(eventIn(receipt, contracts.ledger, 'BatchRecorded'), receipt.blockNumber)
  journal.keepBatch(told)
  return { receipt, batch: told.batch, count: records.length }
}

async function recordedCommitments(
  { reader, contracts, fromBlock }: Connection,
  { model, operator, k }: Serving,
): Promise<ReadonlySet<Hex>> {
  const args = [model.model, operator] as const
  const count = await reader.readContract({ ...contracts.ledger, functionName: 'bookCountOf', args })
  if (count === 0) return new Set()
  const books = Array.from({ length: count }, (_, i) => bookId({ model: model.model, operator, number: i + 1 }))
  const events = await reader.getContractEvents({
    ...contracts.ledger,
    eventName: 'BatchRecorded',
    args: { book: books },
    fromBlock,
    strict: true,
  })
  const records = events.flatMap(({ args: told }) => decodeRecords(hexToBytes(told.records), k))
  return new Set(records.map(({ commitment }) => commitment))
}
