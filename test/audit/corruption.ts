import type { AuditOptions } from '../../auditor/options.ts'
import type { Report } from '../../auditor/report/report.ts'
import type { LocalLedger } from '../support/localLedger.ts'
import type { Lie } from '../support/lyingNode.ts'
import type { ToldLog } from './material.ts'

export type ToldFinding = Report['findings'][number]

/** One thing that is otherwise than on the honest chain, and which finding names it where it is. */
export interface Corruption {
  readonly kind: string
  readonly where: string
  /** The node's answers are falsified. */
  readonly lie?: Lie
  /** The API's answers are falsified. */
  readonly answer?: (list: string, items: readonly Row[]) => readonly Row[]
  /** The chain itself is tampered with. */
  readonly tamper?: (ledger: LocalLedger) => Promise<void>
  readonly options?: Partial<AuditOptions>
  readonly names: (finding: ToldFinding) => boolean
}

export type Row = Readonly<Record<string, unknown>>

/** Flips the lowest bit of one byte. */
export function flipped<hex extends string>(hex: hex, byte: number): hex {
  const at = 2 + 2 * byte
  const digits = (Number.parseInt(hex.slice(at, at + 2), 16) ^ 1).toString(16).padStart(2, '0')
  return `${hex.slice(0, at)}${digits}${hex.slice(at + 2)}` as hex
}

/** The event itself is named, or its contract's journal since its block. */
export function namesLog({ transactionHash, logIndex, block, contract }: ToldLog, finding: ToldFinding): boolean {
  const { place, check } = finding
  if (place.transaction === transactionHash && place.logIndex === `${logIndex}`) return true
  if (check === 'journals') return place.contract === contract && place.block === `${block}`
  // The token keeps no journal: its balances say it.
  return contract === 'openToken' && place.contract === 'openToken'
}

export function whereOf({ contract, block, logIndex }: ToldLog): string {
  return `${contract}, block ${block}, log ${logIndex}`
}
