import type { BatchBytes } from './calldata.ts'
import { type GasRules, plus, times, transactionGas } from './gasRules.ts'
import type { SettlingParts } from './parts.ts'
import type { BookTerms } from './scenario.ts'

/** A book as its settlement finds it. */
export interface SettledBook {
  readonly batches: number
  readonly units: number
  /** Units whose payees were never paid. */
  readonly firstPays?: number
}

export interface Settlement {
  readonly gas: number
  readonly transactions: number
}

/** Of the gas that a transaction may have, a page uses so much, so that an estimate with some to spare fits. */
const USED_PART = 0.9

/** What settling a book costs, in as few pages as fit transactions. */
export function settlementOf(
  { batches, units, firstPays = 0 }: SettledBook,
  parts: SettlingParts,
  bytes: BatchBytes,
  rules: GasRules,
): Settlement {
  const execution = parts.book + batches * parts.batch + units * parts.unit + firstPays * parts.firstPay
  const shown = plus(bytes.settlement, times(bytes.shown, batches))
  const whole = transactionGas(shown, execution, rules, firstPays)
  const transactions = Math.max(1, Math.ceil(whole / (USED_PART * rules.transaction - parts.page)))
  return { gas: whole + (transactions - 1) * parts.page, transactions }
}

/** For how many days a book with such fees a day is open: until the end of the first day on which they are enough. */
export function daysOpen(feesGweiADay: number, { minBookGwei, longestDays }: BookTerms): number {
  return Math.min(longestDays, Math.max(1, Math.ceil(minBookGwei / feesGweiADay)))
}
