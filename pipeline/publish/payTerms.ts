import { StopError } from '../../sdk/errors.ts'

/** What a model's owner asks, for good: how a fee is shared, and how contributors share theirs. docs/protocol.md, "Books and pay". */

/**
 * - `net-influence`: by what moved the answers, harm netted against help
 * - `fixed-weights`: by the training rows alone
 * - `equal-split`: by kept rows alone, all of them; no sketches anywhere
 */
export const PAY_RULES = ['net-influence', 'fixed-weights', 'equal-split'] as const
export type PayRule = (typeof PAY_RULES)[number]

export interface FeeShares {
  readonly contributorBps: number
  readonly operatorBps: number
  readonly royaltyBps: number
}

/** As `registerFineTune` takes them. */
export interface PayTerms {
  readonly baseBps: number
  readonly floorBps: number
  readonly sketched: boolean
  readonly feeUnitGwei: number
}

/** What an owner chooses beside the rule. */
export interface PayChoice {
  readonly rule: PayRule
  /** The part that goes by kept rows first; ignored where all of it does. */
  readonly baseBps: number
  readonly floorBps: number
  readonly feeUnitGwei: bigint
}

export const DEFAULT_PAY: PayChoice = {
  rule: 'net-influence',
  baseBps: 0,
  floorBps: 10_000,
  feeUnitGwei: 1_000_000n,
}

const WHOLE_BPS = 10_000
const MOST_FEE_UNIT = 1_000_000_000n

export function payTermsOf({ rule, baseBps, floorBps, feeUnitGwei }: PayChoice): PayTerms {
  if (rule !== 'equal-split' && baseBps >= WHOLE_BPS) {
    throw new StopError(
      `With a base of ${baseBps} basis points nothing is left for ${rule}`,
      { baseBps },
      'Choose a base below 10,000, or an equal split.',
    )
  }
  if (feeUnitGwei < 1n || feeUnitGwei > MOST_FEE_UNIT) {
    throw new StopError(`A fee unit cannot be ${feeUnitGwei} gwei-OPEN`, {}, 'It is 1 gwei to 1 OPEN.')
  }
  return {
    baseBps: rule === 'equal-split' ? WHOLE_BPS : baseBps,
    floorBps,
    sketched: rule === 'net-influence',
    feeUnitGwei: Number(feeUnitGwei),
  }
}
