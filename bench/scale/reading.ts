// What a reader of a batch does with it: the same functions as an indexer, an auditor or a watcher. CPU time of this process.
import { randomSource } from '../../attribution/random.ts'
import { openBatch } from '../../sdk/batch.ts'
import { decodeRecords, encodeRecords } from '../../sdk/record.ts'
import { drawBatch } from './calldata.ts'
import { K, type Scenario } from './scenario.ts'

/** Records a CPU second. */
export interface ReadingRates {
  /** Decoded alone. */
  readonly decoded: number
  /** Decoded, hashed up to the batch's root, and summed. */
  readonly checked: number
}

const BATCHES = 16
const SHAPE = { records: 1_000, channels: 100 }
const ROUNDS = 3

export function measureReading(fee: Scenario['fee'], seed: number): ReadingRates {
  const next = randomSource(seed, 4)
  const told = Array.from({ length: BATCHES }, () => {
    const batch = drawBatch(fee, SHAPE, next)
    return { ...batch.header, channels: batch.channels, records: encodeRecords(batch.records, K) }
  })
  return {
    decoded: rate(() => told.map(({ records }) => decodeRecords(records, K))),
    checked: rate(() => told.map((one) => openBatch(one, K))),
  }
}

function rate(work: () => unknown): number {
  const rates = Array.from({ length: ROUNDS }, () => {
    const before = process.cpuUsage()
    work()
    const { user, system } = process.cpuUsage(before)
    return (BATCHES * SHAPE.records * 1e6) / (user + system)
  })
  return Math.max(...rates)
}
