// The state of a registration of units in pages, as far as the next page depends on it.
//
//   joint units hold contributions with fewer than m kept rows, in their order: J = max(1, ⌈s / (1025 − m)⌉) of them for s kept rows
//   with p kept rows before it, a contribution is of joint unit ⌊p · J / s⌋, and one without kept rows is of that of the one before it
//
// docs/protocol.md, "Units"; contracts/models/UnitPages.sol.

import type { Fact } from './facts.ts'
import type { FineTuneBegun } from './fineTuneFacts.ts'

export interface UnitDraft {
  readonly minimumRows: number
  /** Kept rows of all joint units, as planned. */
  readonly jointRows: number
  /** Units so far. */
  readonly units: number
  /** Joint units among them. */
  readonly closedJoints: number
  /** Kept rows of all members so far. */
  readonly jointDone: number
  /** The last joint unit that has members. */
  readonly last: { readonly joint: number; readonly kept: number; readonly members: number }
}

const MAX_UNIT_ROWS = 1_024

export function begunDraft({ minimumRows, jointRows }: Pick<FineTuneBegun, 'minimumRows' | 'jointRows'>): UnitDraft {
  return {
    minimumRows: Number(minimumRows),
    jointRows: Number(jointRows),
    units: 0,
    closedJoints: 0,
    jointDone: 0,
    last: { joint: 0, kept: 0, members: 0 },
  }
}

export function draftAfter(draft: UnitDraft, fact: Extract<Fact, { table: 'unitKept' | 'unitMember' }>): UnitDraft {
  if (fact.table === 'unitKept') {
    const { joint } = fact.row
    return { ...draft, units: draft.units + 1, closedJoints: joint === null ? draft.closedJoints : joint + 1 }
  }
  const { last } = draft
  const [joint, kept] = [fact.row.joint, Number(fact.row.kept)]
  const begun = joint === last.joint ? last : { joint, kept: 0, members: 0 }
  return {
    ...draft,
    jointDone: draft.jointDone + kept,
    last: { joint, kept: begun.kept + kept, members: begun.members + 1 },
  }
}

/** The open joint unit: it takes the next small contribution, unless that begins another unit. */
export function openJoint({ closedJoints, last }: UnitDraft): UnitDraft['last'] | undefined {
  return last.joint >= closedJoints && last.members > 0 ? last : undefined
}

/**
 * Whether a contribution of `kept` rows begins another joint unit, and so completes the open one.
 */
export function beginsAnother(draft: UnitDraft, kept: number): boolean {
  const open = openJoint(draft)
  if (open === undefined || open.kept === 0 || kept === 0) return false
  const before = BigInt(draft.jointDone)
  const planned = BigInt(draft.jointRows)
  const units = jointUnits(draft)
  return (before * units) / planned !== ((before - BigInt(open.kept)) * units) / planned
}

/** The number of own units of a contribution of `kept` rows; 0 if it shares a joint unit. */
export function ownUnits({ minimumRows }: UnitDraft, kept: number): number {
  return kept < minimumRows ? 0 : Math.ceil(kept / MAX_UNIT_ROWS)
}

function jointUnits({ minimumRows, jointRows }: UnitDraft): bigint {
  return BigInt(Math.max(1, Math.ceil(jointRows / (MAX_UNIT_ROWS + 1 - minimumRows))))
}
