import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TrustedBlock, trustedBlock } from '../../sdk/blockHeader.ts'
import { bookKeyOf } from '../../sdk/book.ts'
import { StopError } from '../../sdk/errors.ts'
import { openModel } from '../../sdk/openModel.ts'
import { type ProofSource, proofSource, proveModel } from '../../sdk/provenModel.ts'
import { provePay, type ShownBatch } from '../../sdk/provenPay.ts'
import { ask } from '../support/ask.ts'
import { type Indexing, indexTo } from '../support/indexing.ts'
import { tellOfABook } from '../support/scenario.ts'
import { type Setting, startSetting } from '../support/setting.ts'

const QUESTION = `query ($at: AsOfBlock) {
  books(limit: 5, orderBy: batchCount, orderDirection: desc, block: $at) { items {
    id: bookId status windowEnd pay { pending operatorGwei floor units(limit: 500) { items { number: unitId weight amountGwei } } }
    batches(limit: 10, orderBy: number) { totalCount items { id: batchId book: bookId number block count units root sumHash sum } }
  } } }`

interface Book {
  readonly id: string
  readonly status: string
  readonly windowEnd: number
  readonly pay: {
    readonly pending: boolean
    readonly operatorGwei: string
    readonly floor: string
    readonly units: { readonly items: readonly { number: number; weight: string | null; amountGwei: string }[] }
  }
  readonly batches: { readonly totalCount: number; readonly items: readonly Batch[] }
}

interface Batch extends Omit<ShownBatch['header'], 'batch' | 'book' | 'units' | 'recordedIn'> {
  readonly id: string
  readonly book: string
  readonly units: number
  readonly block: number
  readonly sum: `0x${string}`
}

describe('a wallet that trusts one block hash', () => {
  let setting: Setting
  let indexer: Indexing
  let block: TrustedBlock
  let source: ProofSource
  let books: readonly Book[]

  beforeAll(async () => {
    setting = await startSetting(12)
    await tellOfABook(setting.scenario)
    await setting.scenario.does('recordBatch')
    indexer = await indexTo(setting.ledger, await setting.postgres.newDatabase())
    await indexer.atHead()
    const { reader } = setting.ledger.connection
    const { number, hash } = await reader.getBlock()
    const told = await reader.request({ method: 'eth_getBlockByHash', params: [hash, false] })
    block = trustedBlock(hash, { ...told })
    source = proofSource(reader, block)
    books = (
      await ask<{ books: { items: readonly Book[] } }>(indexer.url, QUESTION, { at: { number: Number(number) } })
    ).books.items
  })
  afterAll(async () => {
    await indexer?.close()
    await setting?.stop()
  })

  it('has a model’s terms and units from the chain’s state alone', async () => {
    const { connection, deployment } = setting.ledger
    for (const id of new Set(books.map((book) => bookKeyOf(BigInt(book.id)).model))) {
      const proven = await proveModel(block, source, deployment.contracts.models, id)
      const { registered, terms, index, owner, parent } = await openModel(connection, id)
      expect(proven.units).toEqual(registered.units)
      const { royaltiesBps: _, ...known } = terms
      expect(proven).toMatchObject({ ...known, owner, parent, indexRoot: index.root })
    }
  })

  it('needs to believe neither indexer nor node of what a book paid, or would pay', async () => {
    expect(new Set(books.map(({ pay }) => pay.pending))).toEqual(new Set([true, false]))
    for (const book of books) {
      expect(book.batches.items).toHaveLength(book.batches.totalCount)
      const proven = await prove(book)
      expect(proven.isSettled).toBe(book.status === 'Settled')
      expect(proven.windowEnd).toBe(book.windowEnd)
      const units = book.pay.units.items.toSorted((a, b) => a.number - b.number)
      expect(units.map(({ amountGwei }) => BigInt(amountGwei))).toEqual(proven.units)
      expect(`${proven.operator}`).toBe(book.pay.operatorGwei)
      if (proven.model.sketched) {
        expect(units.map(({ weight }) => BigInt(weight ?? -1))).toEqual(proven.weights)
        expect(`${proven.floor}`).toBe(book.pay.floor)
      }
    }
  })

  it('is not deceived about a book’s batches, their sums, or the code that holds units', async () => {
    const [book] = books.filter(({ batches }) => batches.items.some(({ sum }) => sum !== '0x'))
    if (book === undefined) throw new Error('No book of the scenario pays by sketches')
    const [first, ...others] = book.batches.items as readonly [Batch, ...Batch[]]
    const lies: readonly (readonly Batch[])[] = [
      others,
      [{ ...first, units: first.units + 1 }, ...others],
      [{ ...first, sum: `0xff${first.sum.slice(4)}` as const }, ...others],
      [{ ...first, number: first.number + 1 }, ...others],
    ]
    for (const items of lies) {
      await expect(prove({ ...book, batches: { ...book.batches, items } })).rejects.toThrow(Error)
    }
    const other: ProofSource = {
      ...source,
      code: async (address) => `0xff${(await source.code(address)).slice(4)}` as const,
    }
    const { models } = setting.ledger.deployment.contracts
    const { model } = bookKeyOf(BigInt(book.id))
    await expect(proveModel(block, other, models, model)).rejects.toThrow(StopError)
  })

  const prove = ({ id, batches }: Book) =>
    provePay(block, source, setting.ledger.deployment.contracts, bookKeyOf(BigInt(id)), batches.items.map(shown))
})

function shown({ id, book, block, units, sum, ...rest }: Batch): ShownBatch {
  return {
    header: { ...rest, batch: BigInt(id), book: BigInt(book), recordedIn: block, units: BigInt(units) },
    sum,
  }
}
