import type { Hex } from 'viem'
import { itemHashOf } from '../sdk/rawRowIndex.ts'
import type { Receipt } from '../sdk/receipt.ts'
import type { UnitFaultProof } from '../sdk/unitFaults.ts'
import type { CaseQueue, ReadCase, UnreadCase } from './caseQueue.ts'
import type { Challenge } from './challenge.ts'
import type { RecordFinder } from './recordFinder.ts'
import {
  ALL_ROWS,
  demandKey,
  openUnitDemands,
  recordKey,
  struckAtOf,
  type UnitDemand,
  unitKey,
  type WatchState,
  windowEndOf,
} from './watchState.ts'

/** The time, the account and the limits of a plan. */
export interface PlanTerms {
  /** The contracts' clock. */
  readonly now: number
  readonly account: number
  /** How many units and items this account may have demanded at once. */
  readonly mostDemands: number
  /** How many units to demand of a model whose row index is missing. */
  readonly unitsDemanded: number
  /** How long a row index may be missing before its units are demanded. */
  readonly patienceSeconds: number
  /** How long after its promise a record may be missing before it is demanded. */
  readonly graceSeconds: number
  /** How long after its promise a record can be demanded. */
  readonly windowSeconds: number
  /** Whether to settle books that are due. */
  readonly settles: boolean
}

export interface PlanInput {
  readonly state: WatchState
  readonly cases: CaseQueue
  readonly receipts: ReadonlyMap<Hex, Receipt>
  readonly finder: RecordFinder
}

/** What to file now, the nearest deadline first. The same input gives the same plan. */
export function plan(input: PlanInput, terms: PlanTerms): readonly Challenge[] {
  const { state, cases } = input
  const challenges = [
    ...[...cases.models.values()].flatMap((file) => (file.kind === 'read' ? againstUnits(state, file) : [])),
    ...againstReceipts(input, terms),
    ...overdue(state, terms),
    ...answers(input, terms),
    ...unitDemands(state, cases, terms),
    ...(terms.settles ? dueBooks(state, terms) : []),
  ]
  return challenges.toSorted((a, b) => a.deadline - b.deadline)
}

/**
 * False units stay false and are paid until they are struck, so they come before everything with a
 * deadline.
 */
function againstUnits(state: WatchState, { model, checked }: ReadCase): readonly Challenge[] {
  const struck = new Set<number>()
  return checked.faults.flatMap((fault): Challenge[] => {
    const unit = struckBy(state, fault, (u) => checked.headers[u]?.contribution)
    if (state.struckUnits.has(unitKey(model.model, unit)) || struck.has(unit)) return []
    struck.add(unit)
    const place = { model: model.model, unit, deadline: 0 }
    if (fault.proof === 'false unit') return [{ kind: 'FalseUnit', ...place }]
    if (fault.proof === 'no copy') return [{ kind: 'NoCopy', ...place, dropped: fault.dropped, twin: fault.twin }]
    return [{ kind: 'CopyKept', ...place, first: fault.first, second: fault.second }]
  })
}

const NO_CONTRIBUTION = 0n

/**
 * The unit that a proof strikes: the later of two near-copies. Joint units are last, then
 * acceptance and number decide.
 */
function struckBy(
  { accepted }: WatchState,
  fault: UnitFaultProof,
  contributionOf: (unit: number) => Hex | undefined,
): number {
  if (fault.proof === 'false unit') return fault.unit
  if (fault.proof === 'no copy') return fault.dropped.unit
  const rank = (unit: number): readonly [number, number] => {
    const contribution = contributionOf(unit) ?? '0x0'
    if (BigInt(contribution) === NO_CONTRIBUTION) return [Number.POSITIVE_INFINITY, unit]
    return [accepted.get(contribution)?.acceptedAt ?? 0, unit]
  }
  const [a, b] = [rank(fault.first.unit), rank(fault.second.unit)]
  return a[0] > b[0] || (a[0] === b[0] && a[1] > b[1]) ? fault.first.unit : fault.second.unit
}

function againstReceipts({ state, receipts, finder }: PlanInput, terms: PlanTerms): readonly Challenge[] {
  const { now, graceSeconds, windowSeconds } = terms
  return [...receipts].flatMap(([recordHash, receipt]): Challenge[] => {
    const places = finder.withCommitment(receipt)
    const proofs = places.flatMap((place): Challenge[] => {
      const deadline = windowEndOf(state, state.batches.get(place.batch)?.book ?? 0n) ?? 0
      const isVoided = state.voided.has(recordKey(place.batch, place.index))
      if (place.leaf === recordHash || isVoided || now >= deadline) return []
      return [{ kind: 'BrokenReceipt', receipt, place, deadline }]
    })
    const isKept = places.some(({ leaf }) => leaf === recordHash)
    // A receipt strikes once: one that is proved broken is not demanded too.
    const isBroken = places.some(({ batch, index }) => state.voided.has(recordKey(batch, index)))
    const endsAt = receipt.recordBy + windowSeconds
    // A struck model records nothing more, so what it promised for later cannot be demanded.
    const isDue = receipt.recordBy < (struckAtOf(state, receipt.model) ?? LAST)
    const isOpen = isDue && now >= receipt.recordBy + graceSeconds && now < endsAt
    if (isKept || isBroken || proofs.length > 0) return proofs
    if (!isOpen || state.recordDemands.has(recordHash)) return []
    return [{ kind: 'DemandRecord', receipt, deadline: endsAt }]
  })
}

function overdue(state: WatchState, { now }: PlanTerms): readonly Challenge[] {
  const units = openUnitDemands(state).flatMap(({ model, unit, index, dueAt }): Challenge[] =>
    now < dueAt ? [] : [{ kind: 'CloseUnit', model, unit, index, deadline: dueAt }],
  )
  const records = [...state.recordDemands].flatMap(([recordHash, { dueAt }]): Challenge[] =>
    now < dueAt || state.recordAnswers.has(recordHash) ? [] : [{ kind: 'CloseRecord', recordHash, deadline: dueAt }],
  )
  return [...units, ...records]
}

/** Answers to demands of others. They earn most of the stake. */
function answers({ state, cases, finder }: PlanInput, { now, account }: PlanTerms): readonly Challenge[] {
  const units = openUnitDemands(state).flatMap((demand): readonly Challenge[] => {
    const file = cases.models.get(demand.model)
    if (demand.demander === account || now >= demand.dueAt || file?.kind !== 'read') return []
    return answerUnit(file, demand)
  })
  const records = [...state.recordDemands].flatMap(([recordHash, demand]): Challenge[] => {
    const { dueAt, demander, model, operator } = demand
    if (demander === account || now >= dueAt || state.recordAnswers.has(recordHash)) return []
    const place = finder.withLeaf(recordHash, model, operator)
    return place === undefined ? [] : [{ kind: 'ShowRecord', recordHash, place, deadline: dueAt }]
  })
  return [...units, ...records]
}

function answerUnit(file: ReadCase, { model, unit, index, dueAt: deadline }: UnitDemand): readonly Challenge[] {
  if (index === ALL_ROWS) return [{ kind: 'ShowUnit', model, unit, deadline }]
  const { plan } = file.model
  const row = file.checked.raw.units[unit]?.[index]
  const shown = { kind: 'ShowItem' as const, model, unit, index, deadline }
  // Showing the unit answers a demand for a row that it does not have.
  if (row === undefined) return [{ ...shown, contribution: '0x', member: 0 }]
  const item = itemHashOf(row)
  const members = plan.units[unit]?.members ?? []
  const member = members.findIndex(({ contribution }) =>
    file.items.get(plan.contributions[contribution]?.id as Hex)?.includes(item),
  )
  const contribution = plan.contributions[members[member]?.contribution ?? -1]?.id
  return contribution === undefined ? [] : [{ ...shown, contribution, member }]
}

function unitDemands(state: WatchState, cases: CaseQueue, terms: PlanTerms): readonly Challenge[] {
  const open = openUnitDemands(state).filter(({ demander }) => demander === terms.account)
  const asked = [...cases.models.values()].flatMap((file) => {
    // An item that nobody contributed cannot be shown: one demand a model is enough.
    const isAsked = open.some(({ model }) => model === file.model.model)
    const wanted = file.kind === 'unread' ? missingUnits(state, file, terms) : isAsked ? [] : foreignItems(state, file)
    return wanted.filter((one) => !state.unitDemands.has(demandKey(one.model, one.unit, indexOf(one)))).slice(0, 1)
  })
  return asked.slice(0, Math.max(0, terms.mostDemands - open.length))
}

type Wanted = Extract<Challenge, { kind: 'DemandUnit' | 'DemandItem' }>

function indexOf(wanted: Wanted): number {
  return wanted.kind === 'DemandItem' ? wanted.index : ALL_ROWS
}

/** Rows whose items nobody contributed: they cannot be shown, and their unit is struck. */
function foreignItems(state: WatchState, { model: { model }, foreign, checked }: ReadCase): readonly Wanted[] {
  // A proven fault strikes the model without a demand.
  if (checked.faults.length > 0 || struckAtOf(state, model) !== undefined) return []
  const reason = 'its item is in none of the contributions'
  return foreign.map(({ unit, index }) => ({ kind: 'DemandItem', model, unit, index, reason, deadline: LAST }))
}

/** Units of a missing row index, those of the watcher's own contributions first. */
function missingUnits(state: WatchState, file: UnreadCase, terms: PlanTerms): readonly Wanted[] {
  const { now, account, patienceSeconds, unitsDemanded } = terms
  const { model, plan, contributorOf } = file.model
  const ours = [...state.unitDemands.values()].filter((demand) => demand.model === model)
  const isStruck = struckAtOf(state, model) !== undefined
  if (file.isTooLarge || isStruck || now - file.since < patienceSeconds || ours.length >= unitsDemanded) return []
  const owner = (unit: number) =>
    plan.units[unit]?.members.map(({ contribution }) => contributorOf.get(plan.contributions[contribution]?.id as Hex))
  const units = plan.units.map((_, unit) => unit)
  const own = units.filter((unit) => owner(unit)?.includes(account))
  const reason = 'its row index is missing'
  return [...own, ...units].map((unit) => ({ kind: 'DemandUnit', model, unit, reason, deadline: LAST }))
}

/** Books whose window is over and that are not settled. */
function dueBooks(state: WatchState, { now }: PlanTerms): readonly Challenge[] {
  return [...state.books.keys()].flatMap((book): Challenge[] => {
    const windowEnd = windowEndOf(state, book) ?? LAST
    return state.settled.has(book) || now < windowEnd ? [] : [{ kind: 'SettleBook', book, deadline: LAST }]
  })
}

/** The deadline of what has none. */
const LAST = Number.MAX_SAFE_INTEGER
