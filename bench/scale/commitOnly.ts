// Batches of which only a commitment goes on chain (docs/scale.md, "Commit-only batches"). Nothing of it is built: gas is put together from
// the parts that were measured, and is an estimate.

import { recordSize } from '../../sdk/record.ts'
import { spanShares } from './batches.ts'
import { BLOBS_A_DAY, USABLE_BLOB_BYTES } from './chains.ts'
import type { Costs } from './day.ts'
import { zipfShares } from './draw.ts'
import { type ByteCounts, lengthOf, plus, times, transactionGas } from './gasRules.ts'
import { K, MOST_RECORDS, meanFee, type Scenario } from './scenario.ts'
import { daysOpen, settlementOf } from './settling.ts'
import { type Trade, tradesOf } from './traffic.ts'

/** How often channels are charged: by every batch, or once a day by totals that all of a day's batches add up to. */
export type Charging = 'a batch' | 'a day'

export interface CommittedDay {
  readonly batches: number
  readonly charges: number
  /** Gas of a call: commitments, charges, settlement. */
  readonly committing: number
  readonly charging: number
  readonly settling: number
  /** Bytes of a call on chain. */
  readonly bytes: number
  /** Bytes of records a second, wherever they lie. */
  readonly recordBytesASecond: number
  /** Blobs a day that would hold them, and the part of all that L1 aims at. */
  readonly blobs: number
  readonly blobPart: number
}

/** Two nodes, a place and a count, beside what names the model; the batch's sum comes to what settlement shows of a batch. */
const COMMITMENT: ByteCounts = { zero: 30, nonzero: 98 }
/** Units of a channel, beside its name. */
const TOTAL: ByteCounts = { zero: 2, nonzero: 2 }
/** Of a byte in a log. */
const LOG_BYTE = 8
/** A record names one of more channels than a byte can tell apart. */
const RECORD_BYTES = recordSize(K) + 1
/** Channels of one commitment or page of charges: what fits a transaction with a voucher for each. */
const CHANNELS = 1_000

export function commitDay(scenario: Scenario, costs: Costs, charging: Charging, seed: number): CommittedDay {
  const trades = tradesOf(scenario, seed).map((trade) => commitTrade(trade, scenario, costs, charging))
  const sum = (of: (trade: CommittedTrade) => number) => trades.reduce((total, trade) => total + of(trade), 0)
  const { inferences } = scenario
  const blobs = (inferences * RECORD_BYTES) / USABLE_BLOB_BYTES
  return {
    batches: sum(({ batches }) => batches),
    charges: sum(({ charges }) => charges),
    committing: sum(({ committing }) => committing) / inferences,
    charging: sum(({ charging: gas }) => gas) / inferences,
    settling: sum(({ settling }) => settling) / inferences,
    bytes: sum(({ bytes }) => bytes) / inferences,
    recordBytesASecond: (inferences * RECORD_BYTES) / 86_400,
    blobs,
    blobPart: blobs / BLOBS_A_DAY,
  }
}

type CommittedTrade = Pick<CommittedDay, 'batches' | 'charges' | 'committing' | 'charging' | 'settling' | 'bytes'>

function commitTrade(trade: Trade, scenario: Scenario, costs: Costs, charging: Charging): CommittedTrade {
  const spans = spanShares(scenario.policy.flushSeconds)
  const shares = zipfShares(trade.channels, scenario.concentration)
  const used = (part: number) => channelsUsed(shares, trade.calls * part)
  const chargesBySpan = charging === 'a day' ? [used(1)] : spans.map(used)
  const charges = chargesBySpan.reduce((sum, count) => sum + count, 0)
  const pages = chargesBySpan.reduce((sum, count) => sum + Math.ceil(count / CHANNELS), 0)
  const batches = charging === 'a day' ? Math.min(spans.length, Math.ceil(trade.calls)) : pages
  const { parts, bytes, rules } = costs
  const { recording } = parts
  const meanUnits = (trade.calls / charges) * meanFee(scenario.fee)
  const vouchers = charges * Math.min(1, meanUnits / scenario.voucherUnits)
  const chargeBytes = plus(times(plus(bytes.channel, TOTAL), charges), times(bytes.voucher, vouchers))
  const chargeGas = charges * recording.channel + vouchers * recording.voucher
  // A batch's charges go with its commitment; a day's have transactions of their own.
  const chargePages = charging === 'a day' ? pages : 0

  const open = daysOpen(trade.calls * meanFee(scenario.fee) * scenario.fee.unitGwei, scenario.terms)
  const book = { batches: batches * open, units: trade.units }
  return {
    batches,
    charges,
    committing: batches * commitGas(costs),
    charging: transactionGas(chargeBytes, chargeGas, rules) - TRANSACTION + chargePages * TRANSACTION,
    settling: settlementOf(book, parts.settling, bytes, rules).gas / open,
    bytes: lengthOf(chargeBytes) + (lengthOf(committedBytes(costs)) + lengthOf(bytes.shown)) * batches,
  }
}

const TRANSACTION = 21_000

function committedBytes({ bytes }: Costs): ByteCounts {
  return plus(plus(bytes.call, COMMITMENT), bytes.shown)
}

/** What a commitment costs that charges nobody. */
export function commitGas(costs: Costs): number {
  const { parts, bytes, rules } = costs
  const logGas = LOG_BYTE * lengthOf(bytes.shown)
  return transactionGas(committedBytes(costs), parts.recording.batch + logGas, rules, 1)
}

/** How many channels pay for at least one of so many calls, on average. */
export function channelsUsed(shares: Float64Array, calls: number): number {
  return shares.reduce((sum, share) => sum - Math.expm1(-calls * share), 0)
}

/** A part of a batch's records that can be asked for: as many as its operator can show in a transaction. */
export const SHEET_RECORDS = 256

export interface SheetCosts {
  /** Showing a sheet of records that somebody demanded, and proving one whose sums are wrong. */
  readonly show: number
  /** The same of 1,024 records. */
  readonly showMost: number
}

/** What it takes to show records on chain: their bytes, their leaves and sums, a path to the batch's root. */
export function sheetCosts({ parts, bytes, rules }: Costs): SheetCosts {
  const show = (records: number) => {
    const shown = plus(plus(bytes.call, bytes.shown), times(bytes.record, records))
    return transactionGas(shown, parts.recording.batch + records * parts.recording.record, rules)
  }
  return { show: show(SHEET_RECORDS), showMost: show(MOST_RECORDS) }
}
