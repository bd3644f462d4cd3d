import { zeroHash } from 'viem'
import { describe, expect, it } from 'vitest'
import { bookId } from '../../sdk/book.ts'
import {
  demandKey,
  emptyWatchState,
  forgetSettled,
  openUnitDemands,
  recordKey,
  undoAbove,
  unitKey,
  type WatchState,
  windowEndOf,
} from '../../watcher/watchState.ts'

const DAY = 86_400
const BOOK = bookId({ model: 7, operator: 2, number: 1 })

/** A book that closes at 1,000 and whose window is two days long. */
function withBook(state: WatchState, block: bigint): WatchState {
  const terms = { windowSeconds: 2 * DAY, epochSeconds: DAY, minBookGwei: 1n, treasuryBps: 200 }
  state.books.set(BOOK, { book: BOOK, closesAt: 1_000, ...terms, block })
  return state
}

function withBatch(state: WatchState, batch: bigint): WatchState {
  const empty = { channels: [], records: new Uint8Array(), root: zeroHash, units: 0n, number: 0, recordedIn: 1 }
  state.batches.set(batch, { batch, book: BOOK, ...empty, block: 1n })
  state.voided.set(recordKey(batch, 0), { batch, index: 0, block: 1n })
  return state
}

describe('the state of a watcher', () => {
  it('drops what lies above a block, and nothing below it', () => {
    const state = emptyWatchState()
    state.voided.set('1/0', { batch: 1n, index: 0, block: 4n })
    state.voided.set('1/1', { batch: 1n, index: 1, block: 5n })
    state.settled.set(BOOK, { block: 6n })
    undoAbove(state, 4n)
    expect([...state.voided.keys()]).toEqual(['1/0'])
    expect([...state.settled.keys()]).toEqual([])
  })

  it('knows when a window ends: with its book, with its epoch, or with a strike of its model', () => {
    const state = withBook(emptyWatchState(), 1n)
    expect(windowEndOf(state, BOOK)).toBe(1_000 + 2 * DAY)
    state.closings.set(BOOK, { closesAt: 800, block: 2n })
    expect(windowEndOf(state, BOOK)).toBe(800 + 2 * DAY)
    for (const [unit, struckAt] of [
      [3, 700],
      [1, 500],
    ] as const) {
      state.struckUnits.set(unitKey(7, unit), { model: 7, unit, struckAt, block: 3n })
    }
    state.struckUnits.set(unitKey(8, 0), { model: 8, unit: 0, struckAt: 100, block: 3n })
    expect(windowEndOf(state, BOOK)).toBe(500 + 2 * DAY)
    expect(windowEndOf(state, BOOK + 1n)).toBeUndefined()
  })

  it('knows that a book opened after a strike is closed at once, and its window is whole', () => {
    const state = withBook(emptyWatchState(), 1n)
    const openedAt = 1_000 - 28 * DAY
    state.struckUnits.set(unitKey(7, 1), { model: 7, unit: 1, struckAt: openedAt - 5, block: 1n })
    expect(windowEndOf(state, BOOK)).toBe(openedAt + 2 * DAY)
  })

  it('keeps a unit’s demands open until as many were closed as are unanswered', () => {
    const state = emptyWatchState()
    const demand = (unit: number, index: number) => {
      const told = { model: 7, unit, index, demander: 3, dueAt: 100, block: 1n }
      state.unitDemands.set(demandKey(7, unit, index), told)
      return told
    }
    const [first, second, other, answered] = [demand(0, 4), demand(0, 9), demand(1, 2), demand(2, 2)]
    state.unitAnswers.set(demandKey(7, 2, 2), { block: 2n })
    expect(openUnitDemands(state)).toEqual([first, second, other])
    state.withheld.set('a', { model: 7, unit: 0, block: 3n })
    expect(openUnitDemands(state)).toEqual([first, second, other])
    state.withheld.set('b', { model: 7, unit: 0, block: 4n })
    expect(openUnitDemands(state)).toEqual([other])
    expect(openUnitDemands(state)).not.toContain(answered)
  })

  it('drops records that no reorg brings back and no receipt can be demanded of', () => {
    const state = withBatch(withBook(emptyWatchState(), 1n), 1n)
    const over = 1_000 + 2 * DAY + 3 * DAY
    const forgets = (belowBlock: bigint, now: number): boolean => {
      forgetSettled(state, belowBlock, now)
      return state.batches.size === 0 && state.voided.size === 0
    }
    expect(forgets(100n, over)).toBe(false)
    state.settled.set(BOOK, { block: 20n })
    expect(forgets(20n, over)).toBe(false)
    expect(forgets(21n, over - 1)).toBe(false)
    expect(forgets(21n, over)).toBe(true)
  })
})
