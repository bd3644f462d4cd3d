// What a book pays by proof: from the hash of a block that a wallet trusts to the gwei of each unit.
//
//   storage of the Ledger → the book, its terms and gifts, the commitment of each of its batches ─ header → sumHash ─ bytes → P
//   provenModel.ts → terms and units;  both → attribution/bookPay.ts, which is what the contracts compute
//
// Of a settled book it is what was paid; of one whose window is over, what will be; before, what would be as it stood then.

import { type Address, type Hex, hexToBytes } from 'viem'
import { type BookPay, payBook } from '../attribution/bookPay.ts'
import { bookSum } from '../attribution/bookSum.ts'
import { decodeSum, sumHash } from '../attribution/querySumBytes.ts'
import { type BatchHeader, batchCommitment } from './batch.ts'
import type { TrustedBlock } from './blockHeader.ts'
import { type BookKey, bookId, closeOfBook } from './book.ts'
import { StopError } from './errors.ts'
import { bookIn, bookSlot, commitmentSlot, openingIn, openingSlot } from './ledgerStorage.ts'
import { recordDims } from './predictPay.ts'
import { type ProofSource, type ProvenModel, proveModel } from './provenModel.ts'
import { proveStorage } from './storageProof.ts'

/** A batch of the book as it stands: what GraphQL says of it (`batches { … sum }`). */
export interface ShownBatch {
  readonly header: BatchHeader
  /** The sum of its query sketches; 0x where records have none. */
  readonly sum: Hex
}

export interface ProvenPay extends Pick<BookPay, 'units' | 'operator' | 'weights' | 'floor'> {
  readonly isSettled: boolean
  /** From when the book can be settled, by the contracts' clock. */
  readonly windowEnd: number
  readonly model: ProvenModel
}

/** @param batches All of them, in their order. */
export async function provePay(
  block: TrustedBlock,
  source: ProofSource,
  { ledger, models }: { readonly ledger: Address; readonly models: Address },
  key: BookKey,
  batches: readonly ShownBatch[],
): Promise<ProvenPay> {
  const slots = [bookSlot(key), openingSlot(key), ...batches.map(({ header }) => commitmentSlot(header.batch))]
  const words = proveStorage(block.stateRoot, ledger, slots, await source.proof(ledger, slots)).values
  const [state, opened, ...commitments] = words as readonly [Hex, Hex, ...Hex[]]
  const book = bookIn(state)
  const { openedAt, givenGwei, treasuryBps, windowSeconds } = openingIn(opened)
  const isWhole =
    BigInt(batches.length) === book.batches && batches.every((shown, i) => isBatch(shown, key, i, commitments[i]))
  if (!isWhole) {
    throw new StopError(
      `These are not the batches of book ${key.number} of model ${key.model} at operator ${key.operator}`,
      { block: block.number, batches: batches.length, recorded: book.batches },
      'Take all of its batches, in their order, from one answer of an indexer, of the same block.',
    )
  }
  const model = await proveModel(block, source, models, key.model)
  const closesAt = closeOfBook({ openedAt, closesAt: Number(book.closesAt) }, model.struckAt || undefined)
  const windowEnd = closesAt + windowSeconds
  const k = recordDims(model)
  const sums = batches.map(({ header, sum }) => ({
    feeUnits: Number(header.units),
    sum: k === 0 ? new Uint32Array() : decodeSum(hexToBytes(sum), k),
  }))
  if (!batches.every(({ header }, i) => sumHash(sums[i]?.sum ?? new Uint32Array()) === header.sumHash)) {
    throw new StopError(
      'A sum of query sketches is not the one that its batch commits to',
      { block: block.number },
      'Take sums and batches from one answer of an indexer, of the same block.',
    )
  }
  const { units, operator, weights, floor } = payBook(
    // Royalties leave units and operator what they are.
    { ...model, feeUnit: model.feeUnitGwei, royaltiesBps: [], treasuryBps },
    model.units.map((unit, u) => ({ ...unit, struck: (model.struck.get(u) ?? windowEnd) < windowEnd })),
    { ...bookSum(sums, k), given: givenGwei },
  )
  return { isSettled: book.isSettled, windowEnd, model, units, operator, weights, floor }
}

function isBatch({ header }: ShownBatch, key: BookKey, number: number, commitment: Hex | undefined): boolean {
  return header.book === bookId(key) && header.number === number && batchCommitment(header) === commitment
}
