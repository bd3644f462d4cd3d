// Books and their batches (contracts/ledger/). What a batch commits to is computed again from its records, and again whenever one
// of them is voided.

import type { Hex } from 'viem'
import {
  type BatchHeader,
  batchCommitment,
  type OpenedBatch,
  openBatch,
  type ToldBatch,
  voidRecord,
} from '../../sdk/batch.ts'
import { type BookKey, bookKeyOf, closeOfBook } from '../../sdk/book.ts'
import { channelId, decodeToldChannels } from '../../sdk/channel.ts'
import { bookSlot, commitmentSlot, openingSlot } from '../../sdk/ledgerStorage.ts'
import { count } from '../report/tally.ts'
import type { ExpectedSlot } from '../storage/expectedSlot.ts'
import { mappedSlot, packed, plainSlot } from '../storage/words.ts'
import type { Book, BooksWorld, PendingBatch } from '../world/books.ts'
import { coversModel, expose, relieve } from './bonds.ts'
import { charge } from './channels.ts'
import { timeIn } from './clock.ts'
import { credit } from './earnings.ts'
import { expectTold, type Handlers, type Step, wanting } from './step.ts'

/** The arguments of `BatchRecorded`. */
export interface BatchEvent {
  readonly batch: bigint
  readonly book: bigint
  readonly number: number
  readonly units: bigint
  readonly root: Hex
  readonly channels: Hex
  readonly records: Hex
}

const [BATCH_COUNT, BOOK_COUNTS, UNSETTLED] = [4, 7, 8]
const LONGEST_BOOK = 28n * 86_400n
const BPS = 10_000n

export const bookHandlers: Handlers = {
  bookOpened: (step, row) => {
    const { world, at } = step
    const { epochSeconds, windowSeconds, minBookGwei, treasuryBps } = row
    const terms = world.settings.ledgerTerms
    const [told, ruled] = [row, terms ?? row].map((one) =>
      [one.epochSeconds, one.windowSeconds, one.minBookGwei, one.treasuryBps].join(' '),
    )
    expectTold(step, 'A book was opened with other terms than the Ledger’s', told as string, ruled as string)
    const openedAt = timeIn(step)
    const longest = epochSeconds > LONGEST_BOOK ? epochSeconds : LONGEST_BOOK
    expectTold(step, 'A book closes at another time than its terms say', row.closesAt, openedAt + longest)
    world.books.set(row.book, {
      ...bookKeyOf(row.book),
      openedAt,
      closesAt: row.closesAt,
      windowSeconds,
      epochSeconds,
      minBookGwei,
      treasuryBps: Number(treasuryBps),
      givenGwei: 0n,
      units: 0n,
      coverGwei: 0n,
      isClosing: false,
      isCovered: false,
      isSettled: false,
      pending: [],
      settling: { pages: [], weights: [], unitsGwei: [] },
      batches: 0,
      settled: undefined,
      records: 0,
      at,
    })
  },
  bookClosing: (step, { book, closesAt }) => {
    const known = step.world.books.get(book)
    if (known !== undefined) Object.assign(known, { closesAt, isClosing: true, at: step.at })
  },
  givenToBook: (step, { book, amountGwei }) => {
    const known = step.world.books.get(book)
    if (known !== undefined) Object.assign(known, { givenGwei: known.givenGwei + amountGwei, at: step.at })
  },
  recordVoided: (step, row) => {
    const { world } = step
    const recorded = world.batches.get(row.batch)
    const book = recorded && world.books.get(recorded.book)
    const batch = book?.pending.find(({ told }) => told.batch === row.batch)
    if (recorded === undefined || book === undefined || batch === undefined) {
      wanting(step, 'batches', 'A record of a batch that is not open was voided', `batch ${row.batch}`, 'an open batch')
      return
    }
    const feeUnitGwei = world.models.get(book.model)?.feeUnitGwei ?? 1n
    batch.voided.push(Number(row.position))
    const opened = reopen(step, batch)
    const { units, root, sumHash } = opened?.header ?? row
    for (const [what, told, found] of [
      ['units', row.units, units],
      ['root', row.root, root],
      ['hash of the sum', row.sumHash, sumHash],
      ['fee', row.feeGwei, (batch.header.units - units) * feeUnitGwei],
    ] as const) {
      expectTold(step, `The ${what} of batch ${row.batch} without its record ${row.position}`, told, found, 'batches')
    }
    const left = batch.header.units - units
    book.units -= left
    addUnsettled(world, book.model, -left)
    if (opened !== undefined) Object.assign(batch, { header: opened.header, sum: opened.sum })
    Object.assign(recorded, { commitment: batchCommitment(batch.header), at: step.at })
    if (row.isSetAside) world.asidePayer = row.payer
    else if (row.payer !== 0) credit(step, row.payer, row.feeGwei)
  },
  feeReturned: (step, { payer, feeGwei, toPayer }) => {
    if (toPayer && payer !== 0) credit(step, payer, feeGwei)
  },
  bookReleased: (step, { book }) => {
    const known = step.world.books.get(book)
    if (known === undefined) return
    const { contributorBps = 0, feeUnitGwei = 0n } = step.world.models.get(known.model) ?? {}
    const poolGwei = (known.units * feeUnitGwei * BigInt(contributorBps)) / BPS
    addUnsettled(step.world, known.model, -known.units)
    relieve(step, known.operator, known.model, known.coverGwei, poolGwei)
    Object.assign(known, { isSettled: true, pending: [], at: step.at })
  },
}

/** Replays a batch. Its records are opened once, for its commitment, its sum and its charges. */
export function recordBatch(step: Step, event: BatchEvent): void {
  const { world, at } = step
  const { batch, book: bookNumber } = event
  const book = world.books.get(bookNumber)
  const layout = world.terms.models.get(bookKeyOf(bookNumber).model)
  if (book === undefined || layout === undefined) {
    wanting(step, 'batches', `Batch ${batch} is of a book that was never opened`, `book ${bookNumber}`, 'an open book')
    return
  }
  const channels = decodeToldChannels(Buffer.from(event.channels.slice(2), 'hex'))
  const records = Buffer.from(event.records.slice(2), 'hex')
  const told: ToldBatch = {
    batch,
    book: bookNumber,
    number: event.number,
    recordedIn: Number(at.block),
    units: event.units,
    root: event.root,
    channels: channels.map(({ payer, salt }) => ({ payer, salt })),
    records,
  }
  expectTold(step, 'Batches are not numbered one after the other', batch, world.batches.size + 1, 'batches')
  expectTold(step, `The number of batch ${batch} in its book`, event.number, book.batches, 'batches')
  const opened = open(step, told, layout.recordDims)
  const header = opened?.header ?? { ...told, count: 0, sumHash: `0x${'00'.repeat(32)}` as const }
  const sum = opened?.sum ?? new Uint32Array(layout.recordDims)
  const units = channels.map(() => 0)
  for (const { channel, feeUnits } of opened?.records ?? []) units[channel] = (units[channel] as number) + feeUnits
  for (const [i, { payer, salt, coveredUnits, chargedUnits }] of channels.entries()) {
    charge(step, {
      channel: channelId({ payer, salt, operator: book.operator, model: book.model }),
      units: BigInt(units[i] as number),
      coveredUnits: BigInt(coveredUnits),
      chargedUnits: BigInt(chargedUnits),
    })
  }
  takeBatch(step, book, header, layout.feeUnitGwei)
  book.pending.push({ told, header, sum, voided: [], at })
  world.batches.set(batch, { commitment: batchCommitment(header), book: bookNumber, at })
}

/** When a book closes, strikes of its model included. */
export function closesAt({ world }: Step, { openedAt, closesAt: at, model }: Book): bigint {
  const struckAt = Number(world.models.get(model)?.struckAt ?? 0n)
  return BigInt(closeOfBook({ openedAt: Number(openedAt), closesAt: Number(at) }, struckAt || undefined))
}

export function* bookSlots({ books, batches, unsettledUnits }: BooksWorld): Iterable<ExpectedSlot> {
  const contract = 'ledger'
  yield { contract, slot: plainSlot(BATCH_COUNT), word: BigInt(batches.size), subject: 'number of batches' }
  const counts = new Map<string, Book>()
  for (const book of books.values()) {
    const { at, model, operator, number } = book
    const flags = [book.isSettled, book.isClosing, book.isCovered].map((flag) => [flag ? 1 : 0, 1] as const)
    const state = packed([book.units, 64], [book.coverGwei, 64], [book.batches, 32], [book.closesAt, 40], ...flags)
    const { openedAt, windowSeconds, epochSeconds, minBookGwei, givenGwei, treasuryBps } = book
    const times = [[openedAt, 40] as const, [windowSeconds, 32] as const, [epochSeconds, 32] as const]
    const opening = packed(...times, [minBookGwei, 64], [givenGwei, 64], [treasuryBps, 16])
    const subject = bookName(book)
    yield { contract, slot: bookSlot(book), word: state, subject: `state of ${subject}`, at }
    yield { contract, slot: openingSlot(book), word: opening, subject: `opening of ${subject}`, at }
    const whose = `${model}/${operator}`
    if (number > (counts.get(whose)?.number ?? 0)) counts.set(whose, book)
  }
  for (const { model, operator, number, at } of counts.values()) {
    const subject = `number of books of model ${model} at operator ${operator}`
    yield { contract, slot: mappedSlot(BOOK_COUNTS, model, operator), word: BigInt(number), subject, at }
  }
  for (const [model, units] of unsettledUnits) {
    yield { contract, slot: mappedSlot(UNSETTLED, model), word: units, subject: `unsettled units of model ${model}` }
  }
  for (const [batch, { commitment, at }] of batches) {
    const word = BigInt(commitment)
    yield { contract, slot: commitmentSlot(batch), word, subject: `commitment of batch ${batch}`, at }
  }
}

export function bookName({ model, operator, number }: BookKey): string {
  return `book ${number} of model ${model} at operator ${operator}`
}

/** A batch with its records that stand; undefined where its bytes do not lead to what it says. */
export function reopen(step: Step, { told, voided }: PendingBatch): OpenedBatch | undefined {
  const layout = step.world.terms.models.get(bookKeyOf(told.book).model)
  const opened = open(step, told, layout?.recordDims ?? 0)
  return opened && voided.reduce(voidRecord, opened)
}

function open(step: Step, told: ToldBatch, k: number): OpenedBatch | undefined {
  count(step.tally, 'batches')
  try {
    return openBatch(told, k)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    const expected = `records that add up to ${told.units} units under the root ${told.root}`
    wanting(step, 'batches', `The records of batch ${told.batch} are not those of its root and fees`, why, expected)
    return undefined
  }
}

/** The book's side of a batch, as `Recording._enter` has it. */
function takeBatch(step: Step, book: Book, header: BatchHeader, feeUnitGwei: bigint): void {
  const { world, at } = step
  const { contributorBps = 0 } = world.models.get(book.model) ?? {}
  if (book.batches === 0) {
    const unsettled = ((world.unsettledUnits.get(book.model) ?? 0n) * feeUnitGwei * BigInt(contributorBps)) / BPS
    book.isCovered = coversModel(step, book.model, unsettled)
  }
  book.coverGwei += expose(step, book.operator, header.units * feeUnitGwei, header.count)
  book.units += header.units
  book.batches += 1
  book.records += header.count
  if (!book.isClosing && book.units * feeUnitGwei >= book.minBookGwei) {
    const epochEnd = (timeIn(step) / book.epochSeconds + 1n) * book.epochSeconds
    book.isClosing = true
    if (epochEnd < book.closesAt) book.closesAt = epochEnd
  }
  book.at = at
  addUnsettled(world, book.model, header.units)
}

function addUnsettled({ unsettledUnits }: BooksWorld, model: number, units: bigint): void {
  unsettledUnits.set(model, (unsettledUnits.get(model) ?? 0n) + units)
}
