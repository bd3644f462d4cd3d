import type { RandomSource } from '../../attribution/random.ts'
import { recordSize } from '../../sdk/record.ts'
import { cumulated, drawFrom, normal, poisson, uniform, zipfShares } from './draw.ts'
import { feeVariance, K, MOST_CHANNELS, meanFee, type Scenario } from './scenario.ts'
import type { Trade } from './traffic.ts'

/** What a batch holds, as far as it has to be paid for. */
export interface BatchShape {
  readonly records: number
  readonly channels: number
  /** Channels that show a new voucher. */
  readonly vouchers: number
  /** Fees of all records. */
  readonly units: number
}

/** Batches that were drawn, each of which stands for `weight` batches of the day. */
export interface DrawnBatches {
  readonly shapes: readonly BatchShape[]
  readonly weight: number
}

const DAY_SECONDS = 86_400
/** Calls by the hour swing by this part around their mean. */
export const SWING = 0.6
/** A trade with more calls a day is not walked through, but sampled: some spans of it. */
const WALKED_CALLS = 5_000
const SAMPLED_SPANS = 4

/** The batches in which a day's calls of one operator and model are recorded. */
export function batchesOfDay(trade: Trade, scenario: Scenario, next: RandomSource): readonly DrawnBatches[] {
  const shares = spanShares(scenario.policy.flushSeconds)
  const isWalked = trade.calls <= WALKED_CALLS
  const chosen = isWalked || shares.length <= SAMPLED_SPANS ? shares : sampled(shares)
  const part = chosen.reduce((sum, share) => sum + share, 0)
  const channels = zipfShares(trade.channels, scenario.concentration)
  const drawing = { channels, sums: cumulated(channels), scenario, next }
  const cut = scenario.policy.order === 'channel' ? cutByChannel : isWalked ? cutAsTheyCome : cutAlike
  return chosen.flatMap((share) => {
    const span = { ...drawing, calls: poisson(next, trade.calls * share) }
    return cut(span).map(({ shapes, weight }) => ({ shapes, weight: weight / part }))
  })
}

/** Which part of a day's calls falls into each span, from midnight on. */
export function spanShares(flushSeconds: number): readonly number[] {
  const count = Math.max(1, Math.round(DAY_SECONDS / flushSeconds))
  const before = (t: number) => t + (SWING / (2 * Math.PI)) * (1 - Math.cos(2 * Math.PI * t))
  return Array.from({ length: count }, (_, i) => before((i + 1) / count) - before(i / count))
}

/** Some of them, at even distances. */
function sampled(shares: readonly number[]): readonly number[] {
  const step = shares.length / SAMPLED_SPANS
  return Array.from({ length: SAMPLED_SPANS }, (_, i) => shares[Math.floor((i + 0.5) * step)] as number)
}

interface Span {
  readonly calls: number
  readonly channels: Float64Array
  readonly sums: Float64Array
  readonly scenario: Scenario
  readonly next: RandomSource
}

/** Calls in the order in which they come: a batch is closed as soon as it is full. */
function cutAsTheyCome(span: Span): readonly DrawnBatches[] {
  const shapes: BatchShape[] = []
  for (let left = span.calls; left > 0; left -= (shapes.at(-1) as BatchShape).records)
    shapes.push(nextBatch(span, left))
  return [{ shapes, weight: 1 }]
}

/** The same where there are many: all full ones are taken to be like the first. */
function cutAlike(span: Span): readonly DrawnBatches[] {
  const first = nextBatch(span, span.calls)
  const full = Math.floor(span.calls / Math.max(1, first.records))
  const left = span.calls - full * first.records
  const last = left === 0 ? [] : [{ shapes: [nextBatch(span, left)], weight: 1 }]
  return [{ shapes: full === 0 ? [] : [first], weight: full }, ...last]
}

/** The next batch of calls as they come, when so many are left. */
function nextBatch({ channels, sums, scenario, next }: Span, left: number): BatchShape {
  const held = new Uint32Array(channels.length)
  const named: number[] = []
  let [room, roomWithAnother] = roomsOf(0, scenario)
  let records = 0
  while (records < left) {
    const channel = drawFrom(next, sums)
    const isNamed = held[channel] !== 0
    if (records >= (isNamed ? room : roomWithAnother)) break
    if (!isNamed) {
      named.push(channel)
      ;[room, roomWithAnother] = roomsOf(named.length, scenario)
    }
    held[channel] = (held[channel] as number) + 1
    records++
  }
  const counts = named.map((channel) => held[channel] as number)
  return shapeOf(counts, scenario, next)
}

/** What a batch takes as it is, and with one channel more. */
function roomsOf(channels: number, scenario: Scenario): [number, number] {
  return [roomWith(channels, scenario), roomWith(channels + 1, scenario)]
}

/** All calls of a span, channel by channel. */
function cutByChannel({ calls, channels, sums, scenario, next }: Span): readonly DrawnBatches[] {
  const counts = new Uint32Array(channels.length)
  if (calls < 4 * channels.length) {
    for (let i = 0; i < calls; i++) {
      const channel = drawFrom(next, sums)
      counts[channel] = (counts[channel] as number) + 1
    }
  } else {
    channels.forEach((share, channel) => {
      counts[channel] = poisson(next, calls * share)
    })
  }
  const shapes: BatchShape[] = []
  let held: number[] = []
  let records = 0
  const close = () => {
    if (records > 0) shapes.push(shapeOf(held, scenario, next))
    ;[held, records] = [[], 0]
  }
  for (let left of counts) {
    while (left > 0) {
      if (records >= roomWith(held.length + 1, scenario)) close()
      const taken = Math.min(left, roomWith(held.length + 1, scenario) - records)
      held.push(taken)
      records += taken
      left -= taken
    }
  }
  close()
  return [{ shapes, weight: 1 }]
}

const CHANNEL_BYTES = 8
const VOUCHER_BYTES = 81

/** How many records a batch takes that names so many channels, each with a voucher at worst. */
function roomWith(channels: number, { policy }: Scenario): number {
  if (channels > MOST_CHANNELS) return 0
  return Math.min(
    policy.records,
    Math.floor((policy.bytes - channels * (CHANNEL_BYTES + VOUCHER_BYTES)) / recordSize(K)),
  )
}

/** @param held How many records each channel of the batch pays. */
function shapeOf(held: readonly number[], { fee, voucherUnits }: Scenario, next: RandomSource): BatchShape {
  const records = held.reduce((sum, count) => sum + count, 0)
  const mean = meanFee(fee)
  // A voucher ends somewhere within what it reaches, so the next one is due in proportion to what is charged.
  const vouchers = held.filter((count) => uniform(next) < (count * mean) / voucherUnits).length
  const units = Math.round(records * mean + Math.sqrt(records * feeVariance(fee)) * normal(next))
  return { records, channels: held.length, vouchers, units: Math.max(records, units) }
}
