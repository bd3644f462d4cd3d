import type { CheckName } from '../checks/names.ts'
import type { Finding } from './finding.ts'

/** What was compared, found and left out so far. Plain data, so that a checkpoint holds it. */
export interface Tally {
  readonly counts: Map<CheckName, number>
  readonly findings: Finding[]
  /** Findings beyond those that are kept, by check. */
  readonly untold: Map<CheckName, number>
  readonly unchecked: Unchecked[]
}

/** Something that was not checked. */
export interface Unchecked {
  readonly check: CheckName
  readonly what: string
  readonly why: string
  /** It was asked for, or any audit needs it: without it the audit does not count as done. */
  readonly isNeeded: boolean
}

/** A single lie may show at a thousand places; the first ones say where it is. */
const MOST_A_CHECK = 200

export const emptyTally = (): Tally => ({ counts: new Map(), findings: [], untold: new Map(), unchecked: [] })

export function count(tally: Tally, check: CheckName, by = 1): void {
  tally.counts.set(check, (tally.counts.get(check) ?? 0) + by)
}

export function find(tally: Tally, finding: Finding): void {
  const { check } = finding
  const kept = tally.findings.filter((one) => one.check === check).length
  if (kept < MOST_A_CHECK) tally.findings.push(finding)
  else tally.untold.set(check, (tally.untold.get(check) ?? 0) + 1)
}
