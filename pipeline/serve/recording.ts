import { type Address, bytesToHex, type Hex, hexToBytes, type TransactionReceipt } from 'viem'
import type { ToldBatch } from '../../sdk/batch.ts'
import { bookId } from '../../sdk/book.ts'
import type { Wallet } from '../../sdk/chain.ts'
import { encodeChannels } from '../../sdk/channel.ts'
import { callTo, eventIn } from '../../sdk/contractCall.ts'
import type { Connection, Contracts } from '../../sdk/contracts.ts'
import { toldBatch } from '../../sdk/openBook.ts'
import { promisedRecord, type Receipt } from '../../sdk/receipt.ts'
import { decodeRecords, encodeRecords } from '../../sdk/record.ts'
import { encodeVouchers } from '../../sdk/voucher.ts'
import type { OperatorJournal } from './operatorJournal.ts'
import { receiptOf, resend, sendOnce } from './sentOnce.ts'
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

/** Simulates a batch, records it, and keeps its bytes: the settlement of its book needs them. */
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
  const receipt = await sendOnce(
    reader,
    wallet,
    callTo(contracts.ledger, 'recordBatch', [
      model.model,
      bytesToHex(encodeChannels(channels)),
      bytesToHex(encodeVouchers(vouchers)),
      bytesToHex(encodeRecords(records, k, channels.length)),
    ]),
    journal.keepSent,
  )
  const told = toldIn(contracts, receipt)
  journal.keepBatch(told)
  return { receipt, batch: told.batch, count: records.length }
}

/** Waits until every batch that was sent is on chain or cannot be any more: only then is it known what is unrecorded. */
export async function finishSent(
  { reader, contracts }: Connection,
  from: Address,
  journal: OperatorJournal,
): Promise<void> {
  const arrived = await resend(reader, from, journal.sent)
  // The last one may have arrived unseen.
  const last = journal.sent.at(-1)
  const unseen = arrived.length > 0 || last === undefined ? undefined : await receiptOf(reader, last)
  for (const receipt of unseen === undefined ? arrived : [unseen]) {
    if (receipt.status !== 'success') continue
    const told = toldIn(contracts, receipt)
    if (journal.batches.get(told.batch)?.root !== told.root) journal.keepBatch(told)
  }
}

function toldIn({ ledger }: Contracts, receipt: TransactionReceipt): ToldBatch {
  return toldBatch(eventIn(receipt, ledger, 'BatchRecorded'), receipt.blockNumber)
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
