// Settling a book in pages: sum its batches, weigh the units of its model, pay everybody. A page names where it begins and shows what the
// pages before it came to, which the contract holds by its hash; how it is cut into pages changes nothing.
//
//   Summing    batches shown in order     progress: Σ units, P_d as k integers of 64 bits
//   Weighing   units in order             progress: Σ W             left out where records have no sketches (k = 0)
//   Paying     units in order             progress: gwei paid       with the last, everybody else
//
// A page goes from one stage into the next. contracts/Settlement.sol, and its plain twin: a settler knows all weights and all pay
// beforehand (predictPay.ts).

import { bytesToHex, encodeAbiParameters, type Hex, hexToBytes } from 'viem'
import { keccakBytes } from '../attribution/keccak.ts'
import { type BatchHeader, type OpenedBatch, sumBytes } from './batch.ts'

/** As the contract numbers them. */
export const STAGES = { summing: 0, weighing: 1, paying: 2, settled: 3 } as const
export type Stage = (typeof STAGES)[keyof typeof STAGES]

/** What `progressOf` says: which batch or unit of its stage is next. */
export interface Reached {
  readonly stage: Stage
  readonly next: number
}

export interface Progress {
  readonly units: bigint
  readonly totals: Hex
  readonly net: bigint
  readonly paidGwei: bigint
}

/** A page as `Settlement.settle` and `Earnings.settleAndClaim` take it. */
export interface BookPage {
  readonly book: bigint
  readonly stage: Stage
  readonly from: number
  readonly progress: Progress
  readonly batches: readonly { readonly header: BatchHeader; readonly sum: Hex }[]
  readonly units: number
}

/** All that settling a book needs to know. */
export interface SettlingBook {
  readonly book: bigint
  /** All of its batches as they stand, in order. */
  readonly batches: readonly OpenedBatch[]
  /** Dimensions of its records' sketches. */
  readonly k: number
  /** W of every unit. */
  readonly weights: readonly bigint[]
  /** What every unit is paid. */
  readonly unitsGwei: readonly bigint[]
}

/** The most of each on a page. */
export interface PageLimits {
  readonly batches: number
  readonly units: number
}

export const BEGINNING: Reached = { stage: STAGES.summing, next: 0 }

/** Some 3 million gas a page at k = 256. */
export const USUAL_LIMITS: PageLimits = { batches: 64, units: 256 }

const NOTHING: Progress = { units: 0n, totals: '0x', net: 0n, paidGwei: 0n }
const TOTAL_BYTES = 8

/** The pages from where a settlement is to its end. */
export function pagesFrom(settling: SettlingBook, reached: Reached, limits = USUAL_LIMITS): readonly BookPage[] {
  const pages: BookPage[] = []
  let at = reached
  while (at.stage !== STAGES.settled) {
    const page = pageAt(settling, at, limits)
    pages.push(page)
    at = reachedBy(settling, page)
  }
  return pages
}

/** The page that continues where a settlement is. */
export function pageAt(settling: SettlingBook, { stage, next }: Reached, limits = USUAL_LIMITS): BookPage {
  const shown = stage === STAGES.summing ? settling.batches.slice(next, next + limits.batches) : []
  return {
    book: settling.book,
    stage,
    from: next,
    progress: progressAt(settling, { stage, next }),
    batches: shown.map((batch) => ({ header: batch.header, sum: sumBytes(batch) })),
    units: limits.units,
  }
}

/** Where a settlement is after a page. */
export function reachedBy({ batches, weights, k }: SettlingBook, page: BookPage): Reached {
  let { stage, from: next }: { stage: Stage; from: number } = page
  if (stage === STAGES.summing) {
    next = Math.min(next + page.batches.length, batches.length)
    if (next < batches.length) return { stage, next }
    stage = k === 0 ? STAGES.paying : STAGES.weighing
    next = 0
  }
  if (stage === STAGES.weighing) {
    next = Math.min(next + page.units, weights.length)
    if (next < weights.length) return { stage, next }
    stage = STAGES.paying
    next = 0
  }
  next = Math.min(next + page.units, weights.length)
  return next < weights.length ? { stage, next } : { stage: STAGES.settled, next }
}

/** What the pages before came to. */
export function progressAt({ batches, k, weights, unitsGwei }: SettlingBook, { stage, next }: Reached): Progress {
  if (stage === STAGES.summing && next === 0) return NOTHING
  const summed = stage === STAGES.summing ? batches.slice(0, next) : batches
  const weighed = stage === STAGES.weighing ? weights.slice(0, next) : stage === STAGES.summing ? [] : weights
  return {
    units: sum(summed.map(({ header }) => header.units)),
    totals: totalsOf(summed, k),
    net: sum(weighed),
    paidGwei: stage === STAGES.paying ? sum(unitsGwei.slice(0, next)) : 0n,
  }
}

/** What the contract holds of a progress: 216 bits of its hash. */
export function progressHash({ units, totals, net, paidGwei }: Progress): Hex {
  const hash = keccakBytes(hexToBytes(encodeAbiParameters(PROGRESS, [{ units, totals, net, paidGwei }])))
  return bytesToHex(hash.fill(0, 0, HELD_FROM))
}

/** Of 32 bytes, the last 27. */
const HELD_FROM = 5

const PROGRESS = [
  {
    type: 'tuple',
    components: [
      { name: 'units', type: 'uint64' },
      { name: 'totals', type: 'bytes' },
      { name: 'net', type: 'uint256' },
      { name: 'paidGwei', type: 'uint64' },
    ],
  },
] as const

function totalsOf(batches: readonly OpenedBatch[], k: number): Hex {
  const totals = new BigUint64Array(k)
  for (const batch of batches) {
    for (let d = 0; d < k; d++) totals[d] = (totals[d] as bigint) + BigInt(batch.sum[d] as number)
  }
  const bytes = new Uint8Array(TOTAL_BYTES * k)
  const view = new DataView(bytes.buffer)
  totals.forEach((total, d) => {
    view.setBigUint64(TOTAL_BYTES * d, total)
  })
  return bytesToHex(bytes)
}

function sum(amounts: readonly bigint[]): bigint {
  return amounts.reduce((total, amount) => total + amount, 0n)
}
