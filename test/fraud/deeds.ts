import type { Hex } from 'viem'
import type { Answered } from './deceit.ts'

/** What was done, to be compared with what came of it. */
export interface Deeds {
  readonly records: readonly RecordLie[]
  /** False models, and how their owners lied. */
  readonly models: ReadonlyMap<number, string>
  /** Batch and index of records that nobody may strike. */
  readonly honestRecords: ReadonlySet<string>
  readonly honestModels: ReadonlySet<number>
  /** Demands that somebody made to honest people, out of spite. */
  readonly spite: number
  readonly calls: readonly Answered[]
  /** What the watcher sent before anybody had lied. */
  readonly sentInPeace: number
}

export interface RecordLie {
  readonly kind: string
  readonly recordHash: Hex
}
