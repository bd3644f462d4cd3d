// What a call costs: pure.
//
//   fee = max(1, ⌈(base + in · perThousandIn / 1,000 + out · perThousandOut / 1,000) / fee unit⌉)      in fee units
//
// A payer signs for the most that a call may cost before it is answered, and is charged what it used.

import { MAX_FEE_UNITS } from '../sdk/record.ts'

/** In gwei of OPEN. */
export interface Price {
  readonly baseGwei: bigint
  readonly perThousandInGwei: bigint
  readonly perThousandOutGwei: bigint
}

/** Tokens that were read and written. */
export interface Usage {
  readonly inputTokens: number
  readonly outputTokens: number
}

/** In whole fee units, rounded up: a record has no fractions, and no fee of nothing. */
export function feeUnitsFor(price: Price, { inputTokens, outputTokens }: Usage, feeUnitGwei: bigint): number {
  const perThousand = BigInt(inputTokens) * price.perThousandInGwei + BigInt(outputTokens) * price.perThousandOutGwei
  const milliGwei = price.baseGwei * 1_000n + perThousand
  const milliUnit = feeUnitGwei * 1_000n
  const units = (milliGwei + milliUnit - 1n) / milliUnit
  return units < 1n ? 1 : Number(units)
}

/** What is charged for a call that was signed for up to `mostUnits`. */
export function chargedUnits(price: Price, usage: Usage, feeUnitGwei: bigint, mostUnits: number): number {
  return Math.min(feeUnitsFor(price, usage, feeUnitGwei), mostUnits, MAX_FEE_UNITS)
}

/** A tokeniser makes no token of less than a byte, and a template adds a few to each message. */
export function mostInputTokens(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text) + TEMPLATE_TOKENS, TEMPLATE_TOKENS)
}

const TEMPLATE_TOKENS = 16
