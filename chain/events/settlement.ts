import type { Hex } from 'viem'
import { bookKeyOf } from '../../sdk/book.ts'
import { abis } from '../../sdk/contracts.ts'
import type { ChainLog } from './contracts.ts'
import { eventReader, unreachable } from './event.ts'
import type { EventOrigin } from './eventOrigin.ts'
import type { Fact } from './facts.ts'
import { lastBytes, uint32, uint96, wordAt } from './words.ts'

export const readSettlement = eventReader(abis.settlement, {
  UnitsWeighed: (topics, data) => ({
    book: uint96(topics[1]),
    from: uint32(wordAt(data, 0)),
    weights: lastBytes(data, 1),
  }),
  UnitsPaid: (topics, data) => ({
    book: uint96(topics[1]),
    from: uint32(wordAt(data, 0)),
    amounts: lastBytes(data, 1),
  }),
})

const WEIGHT_BYTES = 16
const AMOUNT_BYTES = 8

export function decodeSettlement(log: ChainLog, origin: EventOrigin): readonly Fact[] {
  const event = readSettlement(log)
  const { book } = event.args
  const { block, logIndex } = origin
  const { model, operator } = bookKeyOf(book)
  const ofBook = { block, book, model }
  switch (event.eventName) {
    case 'BatchesSummed': {
      const { from, to } = event.args
      return [{ table: 'batchesSummed', row: { ...origin, book, first: BigInt(from), end: BigInt(to) } }]
    }
    case 'UnitsWeighed': {
      const weights = integersIn(event.args.weights, WEIGHT_BYTES)
      const first = event.args.from
      const rows = weights.map(
        (weight, i): Fact => ({ table: 'unitWeighed', row: { ...ofBook, unit: first + i, weight } }),
      )
      return [{ table: 'unitsWeighed', row: { ...origin, book, ...range(first, weights.length) } }, ...rows]
    }
    case 'UnitsPaid': {
      const amounts = integersIn(event.args.amounts, AMOUNT_BYTES)
      const first = event.args.from
      const rows = amounts.map(
        (amountGwei, i): Fact => ({
          table: 'unitPaid',
          row: { ...ofBook, logIndex, unit: first + i, amountGwei },
        }),
      )
      return [{ table: 'unitsPaid', row: { ...origin, book, ...range(first, amounts.length) } }, ...rows]
    }
    case 'BookSettled': {
      const { operatorGwei, ownerGwei, royaltiesGwei, treasuryGwei, contributorsGwei } = event.args
      const row = {
        ...origin,
        ...ofBook,
        operator,
        operatorGwei,
        ownerGwei,
        royaltiesGwei: royaltiesGwei.reduce((sum, amount) => sum + amount, 0n),
        treasuryGwei,
        contributorsGwei,
      }
      const royalties = royaltiesGwei.map(
        (amountGwei, i): Fact => ({
          table: 'royaltyPaid',
          row: { ...ofBook, logIndex, position: BigInt(i), amountGwei },
        }),
      )
      return [{ table: 'bookSettled', row }, ...royalties]
    }
    default:
      return unreachable(event)
  }
}

/** The units of a page: from `first` to before `end`. */
function range(first: number, count: number): { readonly first: bigint; readonly end: bigint } {
  return { first: BigInt(first), end: BigInt(first + count) }
}

/** Unsigned integers of `size` bytes each. */
function integersIn(hex: Hex, size: number): readonly bigint[] {
  const digits = 2 * size
  return Array.from({ length: (hex.length - 2) / digits }, (_, i) =>
    BigInt(`0x${hex.slice(2 + i * digits, 2 + (i + 1) * digits)}`),
  )
}
