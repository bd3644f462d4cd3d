import type { Hex } from 'viem'
import { expect } from 'vitest'
import { batchCommitment } from '../../../sdk/batch.ts'
import { STAGES } from '../../../sdk/settlement.ts'
import { type Moment, readerAt, rowsOf } from './asked.ts'

/** Books, batches, settlements and what was rated, by the indexer and by the contracts. */

interface Book {
  readonly id: string
  readonly model: number
  readonly status: string
  readonly feesGwei: string
  readonly calledModel: { readonly feeUnitGwei: number }
}

export async function booksAreTrue(moment: Moment): Promise<void> {
  const { contracts, read } = readerAt(moment)
  const time = await read({ ...contracts.clock, functionName: 'time' })
  const books = await rowsOf<Book>(
    moment,
    'books',
    `id: bookId model: modelId status openedAt closesAt windowSeconds epochSeconds minBookGwei treasuryBps batchCount feesGwei givenGwei coverGwei
     windowEnd calledModel: model { feeUnitGwei }`,
  )
  const settlements = new Map(
    (await rowsOf<Settlement>(moment, 'settlements', 'book: bookId stage next')).map((one) => [one.book, one]),
  )
  for (const { id, model, status, feesGwei, calledModel, ...book } of books) {
    const args = [BigInt(id)] as const
    const state = await read({ ...contracts.ledger, functionName: 'bookStateOf', args })
    const { units, batches, isSettled, isCovered: _, minBookGwei, givenGwei, coverGwei, ...rest } = state
    const windowEnd = await read({ ...contracts.ledger, functionName: 'windowEndOf', args })
    expect({ id, ...book }).toEqual({
      id,
      ...rest,
      windowEnd,
      batchCount: batches,
      minBookGwei: `${minBookGwei}`,
      givenGwei: `${givenGwei}`,
      coverGwei: `${coverGwei}`,
    })
    expect(feesGwei).toBe(`${units * BigInt(calledModel.feeUnitGwei)}`)

    const [stage, next] = await read({ ...contracts.settlement, functionName: 'progressOf', args })
    const settlement = settlements.get(id)
    const begun = stage !== STAGES.summing || next > 0
    expect(settlement !== undefined).toBe(begun)
    if (settlement !== undefined) {
      expect(settlement).toEqual({ book: id, stage: ['Summing', 'Weighing', 'Paying', 'Settled'][stage], next })
    }
    const due = begun ? 'Settling' : 'Settleable'
    const open = time < rest.closesAt ? 'Open' : time < windowEnd ? 'Closed' : due
    expect(status).toBe(isSettled ? 'Settled' : open)
  }
}

interface Settlement {
  readonly book: string
  readonly stage: string
  readonly next: number
}

interface Batch {
  readonly id: string
  readonly book: string
  readonly number: number
  readonly block: number
  readonly count: number
  readonly units: number
  readonly root: Hex
  readonly sumHash: Hex
}

export async function batchesAreTrue(moment: Moment): Promise<void> {
  const { contracts, read } = readerAt(moment)
  const batches = await rowsOf<Batch>(
    moment,
    'batches',
    'id: batchId book: bookId number block count units root sumHash',
  )
  expect(BigInt(batches.length)).toBe(await read({ ...contracts.ledger, functionName: 'batchCount' }))
  for (const { id, book, block: recordedIn, units, ...header } of batches) {
    const batch = BigInt(id)
    const commitment = await read({ ...contracts.ledger, functionName: 'batchCommitmentOf', args: [batch] })
    expect(batchCommitment({ ...header, batch, book: BigInt(book), recordedIn, units: BigInt(units) })).toBe(commitment)
  }
}

export async function ratingsAreTrue(moment: Moment): Promise<void> {
  const { contracts, read } = readerAt(moment)
  const { evaluations } = contracts
  const models = await rowsOf<{ id: number }>(moment, 'models', 'id: modelId ratingCount ratedFeesGwei ratingStarsGwei')
  for (const model of models) {
    const rating = await read({ ...evaluations, functionName: 'ratingOf', args: [model.id] })
    expect(model).toEqual({
      id: model.id,
      ratingCount: Number(rating.count),
      ratedFeesGwei: `${rating.feesGwei}`,
      ratingStarsGwei: `${rating.starsGwei}`,
    })
  }
  const ratings = await rowsOf<{ batch: string; position: number; stars: number; dropped: boolean }>(
    moment,
    'ratings',
    'batch: batchId position stars dropped',
  )
  for (const { batch, position, stars, dropped } of ratings) {
    const args = [BigInt(batch), BigInt(position)] as const
    expect(await read({ ...evaluations, functionName: 'starsOf', args })).toBe(dropped ? 0 : stars)
  }
}
