import type { Hex } from 'viem'
import { itemHashOf } from '../sdk/rawRowIndex.ts'
import type { Receipt } from '../sdk/receipt.ts'
import type { UnitFaultProof } from '../sdk/unitFaults.ts'
import type { Challenge } from './challenge.ts'
import {
  ALL_ROWS,
  type Chronicle,
  demandKey,
  openUnitDemands,
  recordKey,
  struckAtOf,
  type UnitDemand,
  unitKey,
  windowEndOf,
} from './chronicle.ts'
import type { Docket, ReadModel, UnreadModel } from './docket.ts'
import type { Finder } from './finder.ts'

/** When, by whose account, and how much may be asked for. */
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

export interface Case {
  readonly chronicle: Chronicle
  readonly docket: Docket
  readonly receipts: ReadonlyMap<Hex, Receipt>
  readonly finder: Finder
}

/** What to put before the courts now, what ends first coming first. The same case gives the same plan. */
export function plan(given: Case, terms: PlanTerms): readonly Challenge[] {
  const { chronicle, docket } = given
  const challenges = [
    ...[...docket.models.values()].flatMap((file) => (file.kind === 'read' ? againstUnits(chronicle, file) : [])),
    ...againstReceipts(given, terms),
    ...overdue(chronicle, terms),
    ...answers(given, terms),
    ...unitDemands(chronicle, docket, terms),
    ...(terms.settles ? dueBooks(chronicle, terms) : []),
  ]
  return challenges.toSorted((a, b) => a.deadline - b.deadline)
}

/** Units are false for good, and are paid until they are struck: before all that has a deadline. */
function againstUnits(chronicle: Chronicle, { model, checked }: ReadModel): readonly Challenge[] {
  const struck = new Set<number>()
  return checked.faults.flatMap((fault): Challenge[] => {
    const unit = struckBy(chronicle, fault, (u) => checked.headers[u]?.contribution)
    if (chronicle.struckUnits.has(unitKey(model.model, unit)) || struck.has(unit)) return []
    struck.add(unit)
    const place = { model: model.model, unit, deadline: 0 }
    if (fault.proof === 'false unit') return [{ kind: 'FalseUnit', ...place }]
    if (fault.proof === 'no copy') return [{ kind: 'NoCopy', ...place, dropped: fault.dropped, twin: fault.twin }]
    return [{ kind: 'CopyKept', ...place, first: fault.first, second: fault.second }]
  })
}

const NO_CONTRIBUTION = 0n

/** Which unit a proof strikes: of two near-copies the later one, joint units last, then by acceptance, then by number. */
function struckBy(
  { accepted }: Chronicle,
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

function againstReceipts({ chronicle, receipts, finder }: Case, terms: PlanTerms): readonly Challenge[] {
  const { now, graceSeconds, windowSeconds } = terms
  return [...receipts].flatMap(([recordHash, receipt]): Challenge[] => {
    const places = finder.withCommitment(receipt)
    const proofs = places.flatMap((place): Challenge[] => {
      const deadline = windowEndOf(chronicle, chronicle.batches.get(place.batch)?.book ?? 0n) ?? 0
      const isVoided = chronicle.voided.has(recordKey(place.batch, place.index))
      if (place.leaf === recordHash || isVoided || now >= deadline) return []
      return [{ kind: 'BrokenReceipt', receipt, place, deadline }]
    })
    const isKept = places.some(({ leaf }) => leaf === recordHash)
    // One strike is enough for one receipt: what is proved broken need not be demanded.
    const isBroken = places.some(({ batch, index }) => chronicle.voided.has(recordKey(batch, index)))
    const endsAt = receipt.recordBy + windowSeconds
    // Of a struck model nothing more can be recorded, nor be demanded that was promised for later.
    const isDue = receipt.recordBy < (struckAtOf(chronicle, receipt.model) ?? LAST)
    const isOpen = isDue && now >= receipt.recordBy + graceSeconds && now < endsAt
    if (isKept || isBroken || proofs.length > 0) return proofs
    if (!isOpen || chronicle.recordDemands.has(recordHash)) return []
    return [{ kind: 'DemandRecord', receipt, deadline: endsAt }]
  })
}

function overdue(chronicle: Chronicle, { now }: PlanTerms): readonly Challenge[] {
  const units = openUnitDemands(chronicle).flatMap(({ model, unit, index, dueAt }): Challenge[] =>
    now < dueAt ? [] : [{ kind: 'CloseUnit', model, unit, index, deadline: dueAt }],
  )
  const records = [...chronicle.recordDemands].flatMap(([recordHash, { dueAt }]): Challenge[] =>
    now < dueAt || chronicle.recordAnswers.has(recordHash)
      ? []
      : [{ kind: 'CloseRecord', recordHash, deadline: dueAt }],
  )
  return [...units, ...records]
}

/** Demands that somebody else made, and that can be answered from here: whoever answers earns most of the stake. */
function answers({ chronicle, docket, finder }: Case, { now, account }: PlanTerms): readonly Challenge[] {
  const units = openUnitDemands(chronicle).flatMap((demand): readonly Challenge[] => {
    const file = docket.models.get(demand.model)
    if (demand.demander === account || now >= demand.dueAt || file?.kind !== 'read') return []
    return answerUnit(file, demand)
  })
  const records = [...chronicle.recordDemands].flatMap(([recordHash, demand]): Challenge[] => {
    const { dueAt, demander, model, operator } = demand
    if (demander === account || now >= dueAt || chronicle.recordAnswers.has(recordHash)) return []
    const place = finder.withLeaf(recordHash, model, operator)
    return place === undefined ? [] : [{ kind: 'ShowRecord', recordHash, place, deadline: dueAt }]
  })
  return [...units, ...records]
}

function answerUnit(file: ReadModel, { model, unit, index, dueAt: deadline }: UnitDemand): readonly Challenge[] {
  if (index === ALL_ROWS) return [{ kind: 'ShowUnit', model, unit, deadline }]
  const { plan } = file.model
  const row = file.checked.raw.units[unit]?.[index]
  const shown = { kind: 'ShowItem' as const, model, unit, index, deadline }
  // A row that the unit does not have is answered by the unit alone.
  if (row === undefined) return [{ ...shown, contribution: '0x', member: 0 }]
  const item = itemHashOf(row)
  const members = plan.units[unit]?.members ?? []
  const member = members.findIndex(({ contribution }) =>
    file.items.get(plan.contributions[contribution]?.id as Hex)?.includes(item),
  )
  const contribution = plan.contributions[members[member]?.contribution ?? -1]?.id
  return contribution === undefined ? [] : [{ ...shown, contribution, member }]
}

function unitDemands(chronicle: Chronicle, docket: Docket, terms: PlanTerms): readonly Challenge[] {
  const open = openUnitDemands(chronicle).filter(({ demander }) => demander === terms.account)
  const asked = [...docket.models.values()].flatMap((file) => {
    // An item that nobody contributed cannot be shown, so that one demand is enough for a model.
    const isAsked = open.some(({ model }) => model === file.model.model)
    const wanted =
      file.kind === 'unread' ? missingUnits(chronicle, file, terms) : isAsked ? [] : foreignItems(chronicle, file)
    return wanted.filter((one) => !chronicle.unitDemands.has(demandKey(one.model, one.unit, indexOf(one)))).slice(0, 1)
  })
  return asked.slice(0, Math.max(0, terms.mostDemands - open.length))
}

type Wanted = Extract<Challenge, { kind: 'DemandUnit' | 'DemandItem' }>

function indexOf(wanted: Wanted): number {
  return wanted.kind === 'DemandItem' ? wanted.index : ALL_ROWS
}

/** Rows whose items nobody contributed cannot be shown, and strike their unit. */
function foreignItems(chronicle: Chronicle, { model: { model }, foreign, checked }: ReadModel): readonly Wanted[] {
  // What can be proved at once strikes the model, and needs no demand.
  if (checked.faults.length > 0 || struckAtOf(chronicle, model) !== undefined) return []
  const reason = 'its item is in none of the contributions'
  return foreign.map(({ unit, index }) => ({ kind: 'DemandItem', model, unit, index, reason, deadline: LAST }))
}

/** Units of a row index that is not to be had: the watcher's own contributions first. */
function missingUnits(chronicle: Chronicle, file: UnreadModel, terms: PlanTerms): readonly Wanted[] {
  const { now, account, patienceSeconds, unitsDemanded } = terms
  const { model, plan, contributorOf } = file.model
  const ours = [...chronicle.unitDemands.values()].filter((demand) => demand.model === model)
  const isStruck = struckAtOf(chronicle, model) !== undefined
  if (file.isTooLarge || isStruck || now - file.since < patienceSeconds || ours.length >= unitsDemanded) return []
  const owner = (unit: number) =>
    plan.units[unit]?.members.map(({ contribution }) => contributorOf.get(plan.contributions[contribution]?.id as Hex))
  const units = plan.units.map((_, unit) => unit)
  const own = units.filter((unit) => owner(unit)?.includes(account))
  const reason = 'its row index is not to be had'
  return [...own, ...units].map((unit) => ({ kind: 'DemandUnit', model, unit, reason, deadline: LAST }))
}

/** Books that nobody settled yet. */
function dueBooks(chronicle: Chronicle, { now }: PlanTerms): readonly Challenge[] {
  return [...chronicle.books.keys()].flatMap((book): Challenge[] => {
    const windowEnd = windowEndOf(chronicle, book) ?? LAST
    return chronicle.settled.has(book) || now < windowEnd ? [] : [{ kind: 'SettleBook', book, deadline: LAST }]
  })
}

/** What waits for nobody. */
const LAST = Number.MAX_SAFE_INTEGER
