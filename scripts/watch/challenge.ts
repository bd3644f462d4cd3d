import type { Hex } from 'viem'
import type { Contracts } from '../../sdk/contracts.ts'
import type { CommittedIndex } from '../../sdk/court/committedIndex.ts'
import type { IndexFault } from '../../sdk/court/indexFaults.ts'
import {
  closeDemandAct,
  demandRowAct,
  indexFaultAct,
  recordFaultAct,
  showRowAct,
  voidStruckRowAct,
} from '../../sdk/court/proofs.ts'
import type { RecordFault } from '../../sdk/court/recordFault.ts'
import type { RecordProof } from '../../sdk/recordProof.ts'
import type { Act } from '../../sdk/transact.ts'

/** Something to put before the Court. Each is one transaction; those that are announced are so two blocks earlier. */
export type Challenge = {
  /** Until when it makes a difference, in seconds of Unix time. */
  readonly deadline: number
} & (
  | {
      readonly kind: Exclude<RecordFault['kind'], 'StruckRow'>
      readonly call: RecordProof
      readonly index: CommittedIndex
      readonly fault: Exclude<RecordFault, { kind: 'StruckRow' }>
    }
  | (OnRow & {
      readonly kind: 'ForeignRow' | 'ConflictingRows'
      readonly index: CommittedIndex
      readonly fault: Exclude<IndexFault, { kind: 'WithheldRow' }>
      readonly calls: readonly RecordProof[]
    })
  | (OnRow & { readonly kind: 'VoidStruckRow' | 'CloseDemand'; readonly calls: readonly RecordProof[] })
  | (OnRow & { readonly kind: 'DemandRow'; readonly reason: string })
  | (OnRow & {
      readonly kind: 'ShowRow'
      readonly index: CommittedIndex
      readonly position: number
      readonly itemsRoot: Hex
      readonly itemPath: readonly Hex[]
    })
)

interface OnRow {
  readonly model: number
  readonly row: number
}

/** What it is about, in words that never mean two things: its salt follows from them. */
export function subjectOf(challenge: Challenge): string {
  if ('call' in challenge) return `record ${challenge.call.header.batch}/${challenge.call.index}`
  return `${challenge.kind} ${challenge.model}/${challenge.row}`
}

/** The same as fields of a line in the log. */
export function factsOf(challenge: Challenge): Readonly<Record<string, string | number>> {
  if ('call' in challenge) {
    const { header, index } = challenge.call
    return { batch: Number(header.batch), index: Number(index), model: header.model, operator: header.operator }
  }
  const { model, row } = challenge
  if ('fault' in challenge) return { model, row, reason: challenge.fault.reason, records: challenge.calls.length }
  if ('calls' in challenge) return { model, row, records: challenge.calls.length }
  return 'reason' in challenge ? { model, row, reason: challenge.reason } : { model, row }
}

/** Whether the Court takes it only from whoever announced it. */
export function isAnnounced({ kind }: Challenge): boolean {
  return !['VoidStruckRow', 'CloseDemand', 'ShowRow'].includes(kind)
}

export function actOf(court: Contracts['court'], challenge: Challenge, salt: Hex): Act {
  if ('call' in challenge) return recordFaultAct(court, salt, challenge.call, challenge.index, challenge.fault)
  const { model, row } = challenge
  switch (challenge.kind) {
    case 'ForeignRow':
    case 'ConflictingRows':
      return indexFaultAct(court, salt, model, challenge.index, challenge.fault, challenge.calls)
    case 'VoidStruckRow':
      return voidStruckRowAct(court, model, row, challenge.calls)
    case 'CloseDemand':
      return closeDemandAct(court, model, row, challenge.calls)
    case 'DemandRow':
      return demandRowAct(court, salt, model, row)
    case 'ShowRow': {
      const { index, position, itemsRoot, itemPath } = challenge
      return showRowAct(court, model, row, index, position, itemsRoot, itemPath)
    }
  }
}
