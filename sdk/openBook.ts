import { hexToBytes } from 'viem'
import { batchCommitment, type OpenedBatch, openBatch, type ToldBatch, voidRecord } from './batch.ts'
import { type BookKey, bookId, bookKeyOf } from './book.ts'
import { decodeToldChannels } from './channel.ts'
import type { Reading } from './contracts.ts'
import { StopError } from './errors.ts'
import { recordDims } from './predictPay.ts'

/** A book as it stands, with all of its batches, asked of a node and of a keeper of their bytes. */
export interface OpenedBook {
  readonly key: BookKey
  readonly book: bigint
  readonly batches: readonly OpenedBatch[]
  readonly givenGwei: bigint
  readonly treasuryBps: number
  readonly closesAt: number
  /** Until when its records can be voided, and from when it can be settled. */
  readonly windowEnd: number
  readonly isSettled: boolean
}

/** What somebody kept of a book's batches: nodes may drop old logs. */
export type KeptBatches = (book: bigint) => readonly ToldBatch[]

/**
 * @param k Dimensions of the records' sketches.
 * @param kept Batches that need not be asked for again.
 */
export async function openBook(
  reading: Reading,
  key: BookKey,
  k: number,
  kept: KeptBatches = () => [],
): Promise<OpenedBook> {
  const { reader, contracts } = reading
  const book = bookId(key)
  const state = await reader.readContract({ ...contracts.ledger, functionName: 'bookStateOf', args: [book] })
  const batches = await batchesOf(reading, book, state.batches, k, kept(book))
  return {
    key,
    book,
    batches,
    givenGwei: state.givenGwei,
    treasuryBps: state.treasuryBps,
    closesAt: state.closesAt,
    windowEnd: state.closesAt + state.windowSeconds,
    isSettled: state.isSettled,
  }
}

async function batchesOf(
  reading: Reading,
  book: bigint,
  count: number,
  k: number,
  kept: readonly ToldBatch[],
): Promise<readonly OpenedBatch[]> {
  if (isWhole(kept, count)) {
    const opened = await standing(reading, kept, k)
    // What was kept may have been undone by a reorg.
    if (await areCommitted(reading, opened)) return opened
  }
  const told = await toldBatches(reading, book)
  if (isWhole(told, count)) return await standing(reading, told, k)
  throw new StopError(
    `Book ${book} has ${count} batches, and this node has logs of ${told.length}`,
    { book },
    'Ask a node that keeps old logs, or settle from kept files of its batches.',
  )
}

/** Batches without what was voided or set aside. */
async function standing(reading: Reading, told: readonly ToldBatch[], k: number): Promise<readonly OpenedBatch[]> {
  const voided = await voidedRecords(
    reading,
    told.map(({ batch }) => batch),
  )
  return told.map((one) => (voided.get(one.batch) ?? []).reduce(voidRecord, openBatch(one, k)))
}

async function areCommitted({ reader, contracts }: Reading, batches: readonly OpenedBatch[]): Promise<boolean> {
  const committed = await Promise.all(
    batches.map(({ header: { batch } }) =>
      reader.readContract({ ...contracts.ledger, functionName: 'batchCommitmentOf', args: [batch] }),
    ),
  )
  return batches.every(({ header }, i) => batchCommitment(header) === committed[i])
}

/** As many batches as one filter names. */
const A_FILTER = 500

/** Records that were voided or set aside, by batch. */
async function voidedRecords(
  { reader, contracts, fromBlock }: Reading,
  batches: readonly bigint[],
): Promise<ReadonlyMap<bigint, readonly number[]>> {
  const voided = new Map<bigint, number[]>()
  for (let at = 0; at < batches.length; at += A_FILTER) {
    const events = await reader.getContractEvents({
      ...contracts.ledger,
      eventName: 'RecordVoided',
      args: { batch: batches.slice(at, at + A_FILTER) },
      fromBlock,
      strict: true,
    })
    for (const { args } of events) voided.set(args.batch, [...(voided.get(args.batch) ?? []), args.index])
  }
  return voided
}

/** Every batch of a book, in its order. */
async function toldBatches({ reader, contracts, fromBlock }: Reading, book: bigint): Promise<readonly ToldBatch[]> {
  const events = await reader.getContractEvents({
    ...contracts.ledger,
    eventName: 'BatchRecorded',
    args: { book },
    fromBlock,
    strict: true,
  })
  return events.map(({ args, blockNumber }) => toldBatch(args, blockNumber)).toSorted((a, b) => a.number - b.number)
}

/** One batch as it stands, whatever its model's sketches are like. */
export async function openBatchNumber(reading: Reading, batch: bigint): Promise<OpenedBatch> {
  const { reader, contracts, fromBlock } = reading
  const [recorded] = await reader.getContractEvents({
    ...contracts.ledger,
    eventName: 'BatchRecorded',
    args: { batch },
    fromBlock,
    strict: true,
  })
  if (recorded === undefined) {
    throw new StopError(
      `This node has no logs of batch ${batch}`,
      { batch },
      'Ask a node that keeps old logs, at a block after the batch.',
    )
  }
  const { model } = bookKeyOf(recorded.args.book)
  const [entered] = await reader.getContractEvents({
    ...contracts.models,
    eventName: 'FineTuneEntered',
    args: { model },
    fromBlock,
    strict: true,
  })
  const terms = entered?.args.terms
  const k = terms === undefined ? 0 : recordDims({ sketched: terms.pay.sketched, dims: terms.dims })
  const [opened] = await standing(reading, [toldBatch(recorded.args, recorded.blockNumber)], k)
  return opened as OpenedBatch
}

/** What a `BatchRecorded` says. */
export function toldBatch(
  args: {
    readonly batch: bigint
    readonly book: bigint
    readonly number: number
    readonly units: bigint
    readonly root: `0x${string}`
    readonly channels: `0x${string}`
    readonly records: `0x${string}`
  },
  blockNumber: bigint,
): ToldBatch {
  const { batch, book, number, units, root } = args
  return {
    batch,
    book,
    number,
    units,
    root,
    recordedIn: Number(blockNumber),
    channels: decodeToldChannels(hexToBytes(args.channels)),
    records: hexToBytes(args.records),
  }
}

function isWhole(batches: readonly ToldBatch[], count: number): boolean {
  return batches.length === count && batches.every(({ number }, i) => number === i)
}
