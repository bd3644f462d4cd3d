import { randomSource } from '../../attribution/random.ts'
import { type BatchShape, batchesOfDay } from './batches.ts'
import { type BatchBytes, batchBytes, batchLogBytes } from './calldata.ts'
import { type ByteCounts, type GasRules, NO_BYTES, plus, times, transactionGas } from './gasRules.ts'
import type { GasParts, RecordingParts } from './parts.ts'
import { meanFee, type Scenario } from './scenario.ts'
import { daysOpen, settlementOf } from './settling.ts'
import { type Trade, tradesOf } from './traffic.ts'

/** What makes up the gas of a day, and who pays it. */
export interface DayGas {
  /** Operators. */
  readonly recording: number
  readonly settling: number
  /** Contributors. */
  readonly claiming: number
  /** Payers: opening channels and topping them up. */
  readonly channels: number
  readonly disputes: number
  /** Owners. */
  readonly registering: number
}

/** A day as the chain sees it, once books are settled as fast as they close. */
export interface Day {
  readonly scenario: Scenario
  readonly trades: number
  readonly batches: number
  /** How often a batch charges a channel, and shows a voucher. */
  readonly charges: number
  readonly vouchers: number
  readonly settlements: number
  readonly settlingTransactions: number
  readonly gas: DayGas
  readonly recordBytes: ByteCounts
  readonly settleBytes: ByteCounts
  readonly logBytes: number
  /** Storage slots that were empty before: a batch each, and those of books and channels. */
  readonly newSlots: number
  /** What bonds must hold for all that is not settled yet. */
  readonly coverGwei: number
}

export interface Costs {
  readonly parts: GasParts
  readonly bytes: BatchBytes
  readonly rules: GasRules
}

const STREAM = 3
/** A book's own two slots, and its count. */
const BOOK_SLOTS = 2
/** A channel's charge and its deposit. */
const CHANNEL_SLOTS = 2
/** Fee units of records whose sketches fit lanes of 16 bits. */
export const MAX_LANE = 65_535
const BPS = 10_000
const MILLION = 1_000_000

export function simulateDay(scenario: Scenario, costs: Costs, seed: number): Day {
  const trades = tradesOf(scenario, seed)
  const next = randomSource(seed, STREAM)
  const days = trades.map((trade) => dayOfTrade(trade, scenario, costs, batchesOfDay(trade, scenario, next)))
  const sum = (of: (day: TradeDay) => number) => days.reduce((total, day) => total + of(day), 0)
  const { claiming, channels, disputes, registering } = restOfDay(scenario, trades, costs.parts)
  return {
    scenario,
    trades: trades.length,
    batches: sum(({ batches }) => batches),
    charges: sum(({ charges }) => charges),
    vouchers: sum(({ vouchers }) => vouchers),
    settlements: sum(({ settlements }) => settlements),
    settlingTransactions: sum(({ settlingTransactions }) => settlingTransactions),
    gas: {
      recording: sum(({ recording }) => recording),
      settling: sum(({ settling }) => settling),
      claiming,
      channels,
      disputes,
      registering,
    },
    recordBytes: days.map(({ recordBytes }) => recordBytes).reduce(plus, NO_BYTES),
    settleBytes: days.map(({ settleBytes }) => settleBytes).reduce(plus, NO_BYTES),
    logBytes: sum(({ logBytes }) => logBytes),
    newSlots:
      sum(({ batches, settlements }) => batches + BOOK_SLOTS * settlements) +
      CHANNEL_SLOTS * scenario.channels * scenario.rates.newChannels,
    coverGwei: sum(({ coverGwei }) => coverGwei),
  }
}

/** Gas of a call, all in all. */
export function gasAnInference({ gas, scenario }: Day): number {
  return Object.values(gas).reduce((sum: number, one: number) => sum + one, 0) / scenario.inferences
}

/** What recording a batch costs. */
export function batchGas(shape: BatchShape, { parts, bytes, rules }: Costs, opensBook = false): number {
  const execution = executionOf(shape, parts.recording) + (opensBook ? parts.recording.book : 0)
  return transactionGas(batchBytes(bytes, shape), execution, rules, 1 + (opensBook ? BOOK_SLOTS : 0))
}

function executionOf({ records, channels, vouchers, units }: BatchShape, parts: RecordingParts): number {
  const charged = channels * parts.channel + vouchers * parts.voucher
  return parts.batch + records * parts.record + charged + Math.floor(units / MAX_LANE) * parts.emptied
}

type TradeDay = Omit<Day, 'scenario' | 'trades' | 'gas' | 'newSlots'> & {
  readonly recording: number
  readonly settling: number
}

function dayOfTrade(
  { calls, units }: Trade,
  scenario: Scenario,
  costs: Costs,
  drawn: ReturnType<typeof batchesOfDay>,
): TradeDay {
  const total = (of: (shape: BatchShape) => number) =>
    drawn.reduce((sum, { shapes, weight }) => sum + weight * shapes.reduce((part, shape) => part + of(shape), 0), 0)
  const batches = total(() => 1)
  const feesGwei = calls * meanFee(scenario.fee) * scenario.fee.unitGwei
  const open = daysOpen(feesGwei, scenario.terms)
  const settlement = settlementOf({ batches: batches * open, units }, costs.parts.settling, costs.bytes, costs.rules)
  const recordBytes = drawn.flatMap(({ shapes, weight }) =>
    shapes.map((shape) => times(batchBytes(costs.bytes, shape), weight)),
  )
  const { windowDays, ratioBps, perRecordGwei } = scenario.terms
  const coverGweiADay = (feesGwei * ratioBps) / BPS + calls * perRecordGwei
  const opening = batchGas(EMPTY, costs, true) - batchGas(EMPTY, costs)
  return {
    batches,
    charges: total(({ channels }) => channels),
    vouchers: total(({ vouchers }) => vouchers),
    recording: total((shape) => batchGas(shape, costs)) + opening / open,
    settlements: 1 / open,
    settlingTransactions: settlement.transactions / open,
    settling: settlement.gas / open,
    recordBytes: recordBytes.reduce(plus, NO_BYTES),
    settleBytes: plus(times(costs.bytes.settlement, 1 / open), times(costs.bytes.shown, batches)),
    logBytes: total(batchLogBytes),
    coverGwei: coverGweiADay * (open + windowDays),
  }
}

const EMPTY: BatchShape = { records: 0, channels: 0, vouchers: 0, units: 0 }

/** All that does not depend on how calls are recorded. */
function restOfDay(
  { inferences, channels, models, operators, rates }: Scenario,
  trades: readonly Trade[],
  parts: GasParts,
) {
  const unitsOfModel = new Map(trades.map(({ model, units }) => [model, units]))
  const units = [...unitsOfModel.values()].reduce((sum, count) => sum + count, 0)
  const claims = (units + operators + models) / rates.claimDays
  const disputed = rates.voided * parts.voided + rates.demanded * parts.demanded + rates.appealed * parts.appealed
  return {
    claiming: claims * (rates.claimedTogether * parts.claimTogether + (1 - rates.claimedTogether) * parts.claim),
    channels: channels * (rates.newChannels * parts.openChannel + parts.topUp / rates.topUpDays),
    disputes: (inferences / MILLION) * disputed,
    registering: (units / rates.modelDays) * parts.unit,
  }
}
