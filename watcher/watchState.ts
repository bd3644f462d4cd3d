import type { ContractEventArgsFromTopics, ContractEventName, Hex } from 'viem'
import type { ToldBatch } from '../sdk/batch.ts'
import { bookKeyOf, closeOfBook } from '../sdk/book.ts'
import type { abis } from '../sdk/contracts.ts'
import { assembleModel, type OpenedModel } from '../sdk/openModel.ts'
import { LONGEST_PROMISE_SECONDS } from '../sdk/receipt.ts'

/**
 * The facts of the chain that a watcher needs. Each is stored with its block, in a table of its
 * own. So a reorg is rolled back by deleting what lies above a block, and reading the chain again
 * gives the same state.
 */
export interface WatchState {
  readonly begun: Table<number, Event<'fineTunes', 'FineTuneBegun'>>
  readonly entered: Table<number, Event<'models', 'FineTuneEntered'>>
  /** Pages of units, by block hash and log index. */
  readonly pages: Table<string, Event<'fineTunes', 'UnitsRegistered'>>
  readonly registered: Table<number, Event<'fineTunes', 'FineTuneRegistered'>>
  readonly contributions: Table<Hex, Event<'datasets', 'ContributionSubmitted'>>
  readonly accepted: Table<Hex, Event<'datasets', 'ContributionAccepted'>>
  /** By `unitKey`. */
  readonly struckUnits: Table<string, Event<'models', 'UnitStruck'>>
  readonly books: Table<bigint, Event<'ledger', 'BookOpened'>>
  /** Books that close with their epoch. */
  readonly closings: Table<bigint, { readonly closesAt: number }>
  readonly batches: Table<bigint, ToldBatch>
  /** Records that were voided or set aside, by `recordKey`. */
  readonly voided: Table<string, { readonly batch: bigint; readonly index: number }>
  /** Gifts to books, by block hash and log index. */
  readonly given: Table<string, Event<'ledger', 'GivenToBook'>>
  readonly settled: Table<bigint, object>
  /** Demands of units and items, by `demandKey`. */
  readonly unitDemands: Table<string, UnitDemand>
  readonly unitAnswers: Table<string, object>
  /**
   * Demands closed without an answer, by block hash and log index: the event names only the unit.
   */
  readonly withheld: Table<string, { readonly model: number; readonly unit: number }>
  readonly recordDemands: Table<Hex, Event<'court', 'ReceiptDemanded'>>
  /** Demanded records that were shown, or whose time ran out. */
  readonly recordAnswers: Table<Hex, object>
  /** Bounties paid, by block hash and log index. */
  readonly bounties: Table<string, { readonly account: number; readonly gwei: bigint }>
  readonly appeals: Table<bigint, { readonly facts: Readonly<Record<string, unknown>> }>
  /** Appeals that were ruled or lapsed. */
  readonly decided: Table<bigint, { readonly how: string }>
}

export type Event<
  contract extends keyof typeof abis,
  name extends ContractEventName<(typeof abis)[contract]>,
> = ContractEventArgsFromTopics<(typeof abis)[contract], name, true>

export type AtBlock<Fact> = Fact & { readonly block: bigint }
export type Table<Key, Fact> = Map<Key, AtBlock<Fact>>

export interface UnitDemand {
  readonly model: number
  readonly unit: number
  /** `ALL_ROWS` of a demand for a whole unit. */
  readonly index: number
  readonly demander: number
  readonly dueAt: number
}

/** The row index that means all rows of a unit (contracts/court/UnitDemands.sol). */
export const ALL_ROWS = 0xffff_ffff

export const recordKey = (batch: bigint, index: number): string => `${batch}/${index}`
export const unitKey = (model: number, unit: number): string => `${model}/${unit}`
export const demandKey = (model: number, unit: number, index: number): string => `${model}/${unit}/${index}`

export function emptyWatchState(): WatchState {
  return {
    begun: new Map(),
    entered: new Map(),
    pages: new Map(),
    registered: new Map(),
    contributions: new Map(),
    accepted: new Map(),
    struckUnits: new Map(),
    books: new Map(),
    closings: new Map(),
    batches: new Map(),
    voided: new Map(),
    given: new Map(),
    settled: new Map(),
    unitDemands: new Map(),
    unitAnswers: new Map(),
    withheld: new Map(),
    recordDemands: new Map(),
    recordAnswers: new Map(),
    bounties: new Map(),
    appeals: new Map(),
    decided: new Map(),
  }
}

/** Deletes everything above a block. */
export function undoAbove(state: WatchState, ancestor: bigint): void {
  for (const table of Object.values(state) as Map<unknown, AtBlock<object>>[]) {
    for (const [key, { block }] of table) if (block > ancestor) table.delete(key)
  }
}

/**
 * Deletes the records of settled books, so that memory stays bounded over years. A book goes once
 * no reorg can bring it back and none of its receipts can be demanded any more.
 */
export function forgetSettled(state: WatchState, belowBlock: bigint, now: number): void {
  const { batches, books, settled, voided } = state
  const isOver = (book: bigint): boolean => {
    const end = windowEndOf(state, book) ?? now
    return now >= end + LONGEST_PROMISE_SECONDS + (books.get(book)?.windowSeconds ?? 0)
  }
  const isFinal = (book: bigint): boolean => (settled.get(book)?.block ?? belowBlock) < belowBlock && isOver(book)
  for (const [number, { book }] of batches) if (isFinal(book)) batches.delete(number)
  for (const [key, { batch }] of voided) if (!batches.has(batch)) voided.delete(key)
}

/** A model whose units are all registered. */
export function modelIn(state: WatchState, model: number): OpenedModel | undefined {
  const [begun, entered] = [state.begun.get(model), state.entered.get(model)]
  const registered = state.registered.get(model)
  if (begun === undefined || entered === undefined || registered === undefined) return undefined
  return assembleModel({
    ...entered,
    ...registered,
    fineTune: begun.fineTune,
    pages: [...state.pages.values()].filter((page) => page.model === model),
    memberOf: (id) => {
      const contribution = state.contributions.get(id)
      return contribution && { contributor: contribution.contributor, items: contribution.itemCount }
    },
  })
}

/**
 * Demands of units and items that are neither answered nor closed. Closing names only the unit, so
 * all demands of a unit count as open until as many were closed.
 */
export function openUnitDemands({ unitDemands, unitAnswers, withheld }: WatchState): readonly UnitDemand[] {
  const unanswered = [...unitDemands].flatMap(([key, demand]) => (unitAnswers.has(key) ? [] : [demand]))
  const ofUnit = ({ model, unit }: { readonly model: number; readonly unit: number }): string => unitKey(model, unit)
  const demanded = Map.groupBy(unanswered, ofUnit)
  const closed = Map.groupBy(withheld.values(), ofUnit)
  return [...demanded].flatMap(([key, demands]) => ((closed.get(key)?.length ?? 0) < demands.length ? demands : []))
}

/** When a model was struck, by the contracts' clock. */
export function struckAtOf({ struckUnits }: WatchState, model: number): number | undefined {
  const times = [...struckUnits.values()].flatMap((unit) => (unit.model === model ? [unit.struckAt] : []))
  return times.length === 0 ? undefined : Math.min(...times)
}

/**
 * A book is open for so long at most, or for an epoch where that is longer
 * (contracts/ledger/Books.sol).
 */
const LONGEST_BOOK = 28 * 86_400

/**
 * When a book's records can no longer be voided, and the book be settled. A strike of its model
 * closes it.
 */
export function windowEndOf(state: WatchState, book: bigint): number | undefined {
  const opened = state.books.get(book)
  if (opened === undefined) return undefined
  const openedAt = opened.closesAt - Math.max(opened.epochSeconds, LONGEST_BOOK)
  const closesAt = state.closings.get(book)?.closesAt ?? opened.closesAt
  return closeOfBook({ openedAt, closesAt }, struckAtOf(state, bookKeyOf(book).model)) + opened.windowSeconds
}
