import { zeroHash } from 'viem'
import { isAbsent } from '../../attribution/indexProof.ts'
import { proofOf } from '../../attribution/merkle.ts'
import { itemsTree } from '../../sdk/contribution.ts'
import type { CommittedEntry } from '../../sdk/court/committedIndex.ts'
import { proveRecord, type RecordProof } from '../../sdk/recordProof.ts'
import type { Challenge } from './challenge.ts'
import { type Chronicle, type Demand, recordKey, rowKey } from './chronicle.ts'
import type { BatchFile, Docket, ModelFile, ReadModel } from './docket.ts'

/** When, by whose account, and how much may be asked for. */
export interface PlanTerms {
  /** The chain's time, in seconds. */
  readonly now: number
  readonly epochSeconds: number
  readonly account: number
  /** How many demands of this account may be open at once. */
  readonly mostDemands: number
  /** How many rows of one model to demand where its index is not to be had. */
  readonly rowsDemanded: number
  /** How long an index may be missing before its rows are demanded. */
  readonly patienceSeconds: number
}

/** Records that are voided along with a row in one transaction, so that it stays far below what a block takes. */
const CALLS_A_TRANSACTION = 32

/** What to put before the Court now, what ends first coming first. The same chronicle and docket give the same plan. */
export function plan(chronicle: Chronicle, docket: Docket, terms: PlanTerms): readonly Challenge[] {
  const pending = pendingBatches(docket, terms)
  const listing = listingIn(chronicle, pending, terms)
  const challenges = [
    ...[...docket.models.values()].flatMap((file) =>
      file.kind === 'read' ? againstIndex(chronicle, file, listing) : [],
    ),
    ...pending.flatMap((batch) => againstRecords(chronicle, batch, terms)),
    ...afterStrikes(chronicle, listing),
    ...overdue(chronicle, listing, terms),
    ...answers(chronicle, docket, terms),
    ...demands(chronicle, docket, pending, terms),
  ]
  return eachRecordOnce(challenges.sort((a, b) => a.deadline - b.deadline))
}

/** A record that lists two false rows is voided with the first; along with the second, it would make the whole proof fail. */
function eachRecordOnce(challenges: readonly Challenge[]): readonly Challenge[] {
  const taken = new Set<string>()
  return challenges.flatMap((challenge): Challenge[] => {
    if (!('calls' in challenge)) return [challenge]
    const calls = challenge.calls.filter(({ header, index }) => !taken.has(recordKey(header.batch, index)))
    for (const { header, index } of calls) taken.add(recordKey(header.batch, index))
    const isEmptied = calls.length === 0 && challenge.calls.length > 0 && challenge.deadline > 0
    return isEmptied && challenge.kind !== 'CloseDemand' ? [] : [{ ...challenge, calls }]
  })
}

/** Until when a record can be struck. */
export function deadlineOf(epoch: number, epochSeconds: number): number {
  return (epoch + 2) * epochSeconds
}

function pendingBatches({ batches }: Docket, { now, epochSeconds }: PlanTerms): readonly BatchFile[] {
  return [...batches.values()]
    .filter(({ batch }) => deadlineOf(batch.header.epoch, epochSeconds) > now)
    .sort((a, b) => a.batch.header.epoch - b.batch.header.epoch || Number(a.batch.header.batch - b.batch.header.batch))
}

/** The records that list a row of a model and can still be struck, and until when the first of them can. */
interface Listing {
  readonly calls: readonly RecordProof[]
  readonly deadline: number
}
type Listings = (model: number, row: number) => Listing

function listingIn(chronicle: Chronicle, pending: readonly BatchFile[], { epochSeconds }: PlanTerms): Listings {
  return (model, row) => {
    const calls: RecordProof[] = []
    for (const { batch, records, recorded } of pending) {
      if (batch.header.model !== model) continue
      records.forEach(({ rows }, index) => {
        if (calls.length === CALLS_A_TRANSACTION || !rows.some((listed) => listed.row === row)) return
        if (!chronicle.voided.has(recordKey(batch.header.batch, index))) calls.push(proveRecord(recorded, index))
      })
    }
    const [first] = calls
    const deadline = first ? deadlineOf(first.header.epoch, epochSeconds) : Number.POSITIVE_INFINITY
    return { calls, deadline }
  }
}

/** One proof stops a model. Once it is stopped, only those false rows matter that somebody is still to be paid for. */
function againstIndex(
  chronicle: Chronicle,
  { model, faults, judged }: ReadModel,
  listing: Listings,
): readonly Challenge[] {
  const proofs = faults.flatMap((fault): Challenge[] => {
    if (fault.kind === 'WithheldRow' || chronicle.struckRows.has(rowKey(model.model, fault.row))) return []
    const { calls, deadline } = listing(model.model, fault.row)
    return [{ kind: fault.kind, model: model.model, row: fault.row, index: judged.index, fault, calls, deadline }]
  })
  const byRow = [...new Map(proofs.map((proof) => ['row' in proof ? proof.row : 0, proof])).values()]
  const callsOf = (proof: Challenge): number => ('calls' in proof ? proof.calls.length : 0)
  if (chronicle.stopped.has(model.model)) return byRow.filter((proof) => callsOf(proof) > 0)
  // Every block in which a false index is served costs somebody, so this comes before all that has a deadline.
  return byRow
    .sort((a, b) => callsOf(b) - callsOf(a))
    .slice(0, 1)
    .map((proof) => ({ ...proof, deadline: 0 }))
}

function againstRecords(
  chronicle: Chronicle,
  { batch, recorded, faults, judged }: BatchFile,
  terms: PlanTerms,
): readonly Challenge[] {
  const { header } = batch
  const deadline = deadlineOf(header.epoch, terms.epochSeconds)
  return faults.flatMap((fault, index): Challenge[] => {
    if (fault === undefined || fault.kind === 'StruckRow' || judged === undefined) return []
    if (chronicle.voided.has(recordKey(header.batch, index))) return []
    return [{ kind: fault.kind, call: proveRecord(recorded, index), index: judged.index, fault, deadline }]
  })
}

/** Whoever struck a row, records that list it can be voided by anyone. */
function afterStrikes(chronicle: Chronicle, listing: Listings): readonly Challenge[] {
  return [...chronicle.struckRows.values()].flatMap(({ model, row }): Challenge[] => {
    const { calls, deadline } = listing(model, row)
    return calls.length === 0 ? [] : [{ kind: 'VoidStruckRow', model, row, calls, deadline }]
  })
}

function overdue(chronicle: Chronicle, listing: Listings, { now }: PlanTerms): readonly Challenge[] {
  return openDemands(chronicle).flatMap(({ model, row, dueAt }): Challenge[] =>
    dueAt >= now ? [] : [{ kind: 'CloseDemand', model, row, ...listing(model, row) }],
  )
}

/** Demands that somebody else made, and that are answered from the index: who answers earns the stake. */
function answers(chronicle: Chronicle, { models }: Docket, { now, account }: PlanTerms): readonly Challenge[] {
  return openDemands(chronicle).flatMap(({ model, row, demander, dueAt }): Challenge[] => {
    const file = models.get(model)
    if (demander === account || dueAt < now || file?.kind !== 'read') return []
    return answer(chronicle, file, row, dueAt)
  })
}

function answer(chronicle: Chronicle, { model, judged, items }: ReadModel, row: number, deadline: number): Challenge[] {
  if (judged.falseRows.has(row)) return []
  const { index } = judged
  const shown = { kind: 'ShowRow' as const, model: model.model, row, index, deadline }
  const position = judged.positionOf.get(row)
  if (position === undefined) {
    const passing = index.entries.findIndex((entry) => isAbsent(row, entry.row, entry.next))
    return passing < 0 ? [] : [{ ...shown, position: passing, itemsRoot: zeroHash, itemPath: [] }]
  }
  const { contribution, itemHash } = index.entries[position] as CommittedEntry
  const hashes = items.get(contribution)
  const itemsRoot = chronicle.contributions.get(contribution)?.itemsRoot
  const place = hashes?.indexOf(itemHash) ?? -1
  if (hashes === undefined || itemsRoot === undefined || place < 0) return []
  return [{ ...shown, position, itemsRoot, itemPath: proofOf(itemsTree(hashes), place) }]
}

function demands(
  chronicle: Chronicle,
  { models }: Docket,
  pending: readonly BatchFile[],
  terms: PlanTerms,
): readonly Challenge[] {
  const open = openDemands(chronicle).filter(({ demander }) => demander === terms.account)
  const asked = [...models.values()].flatMap((file) => {
    if (chronicle.stopped.has(file.model.model)) return []
    // What can be proved at once stops the model, and needs no demand.
    if (file.kind === 'read' && file.faults.some(({ kind }) => kind !== 'WithheldRow')) return []
    const wanted = file.kind === 'read' ? unshown(file) : missing(chronicle, file, pending, terms)
    return wanted.filter(({ model, row }) => !chronicle.demands.has(rowKey(model, row))).slice(0, 1)
  })
  return asked
    .slice(0, Math.max(0, terms.mostDemands - open.length))
    .map((wanted) => ({ kind: 'DemandRow', ...wanted, deadline: Number.MAX_SAFE_INTEGER }))
}

interface Wanted {
  readonly model: number
  readonly row: number
  readonly reason: string
}

function unshown({ model, faults }: ReadModel): readonly Wanted[] {
  return faults.flatMap(({ kind, row, reason }) =>
    kind === 'WithheldRow' ? [{ model: model.model, row, reason }] : [],
  )
}

/** Rows of an index that is not to be had: those that most is paid for first, so that a strike voids the most. */
function missing(
  chronicle: Chronicle,
  file: Exclude<ModelFile, ReadModel>,
  pending: readonly BatchFile[],
  { now, patienceSeconds, rowsDemanded }: PlanTerms,
): readonly Wanted[] {
  const { model, rowCount } = file.model
  const ours = [...chronicle.demands.values()].filter((demand) => demand.model === model)
  if (file.final || now - file.since < patienceSeconds || ours.length >= rowsDemanded) return []
  if (ours.some(({ row }) => !chronicle.shown.has(rowKey(model, row)))) return []
  const counts = new Map<number, number>()
  for (const { batch, records } of pending) {
    if (batch.header.model !== model) continue
    for (const { rows } of records) for (const { row } of rows) counts.set(row, (counts.get(row) ?? 0) + 1)
  }
  const listed = [...counts].sort(([a, m], [b, n]) => n - m || a - b).map(([row]) => row)
  const spread = Array.from({ length: rowsDemanded }, (_, i) => Math.floor((i * rowCount) / rowsDemanded))
  return [...listed, ...spread].map((row) => ({ model, row, reason: 'its index is not to be had' }))
}

function openDemands({ demands, shown, closed }: Chronicle): readonly Demand[] {
  return [...demands].filter(([key]) => !shown.has(key) && !closed.has(key)).map(([, demand]) => demand)
}
