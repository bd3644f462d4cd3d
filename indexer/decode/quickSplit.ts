// feeSplit.ts for many fees under the same terms, and held to it in a test. A product below 2^53 is exact in a double, and so is
// its quotient rounded down: the next whole number is further away than a double's rounding reaches.
//
//   f < 2^37:   f · 10,000 < 2^51   and   f · 65,535 < 2^53

import { type FeeSplit, type SplitTerms, splitFee } from './feeSplit.ts'

const QUICK_BELOW = 2n ** 37n
const BPS = 10_000
const TOTAL_WEIGHT = 65_535

/** Gives what `splitFee` gives of these terms; weights are uint16. */
export function feeSplitter(terms: SplitTerms): (feeGwei: bigint, weights: readonly number[]) => FeeSplit {
  const { isPooled } = terms
  const contributorBps = Number(terms.contributorBps)
  const operatorBps = Number(terms.operatorBps)
  const royaltiesBps = terms.royaltiesBps.map(Number)
  const treasuryBps = Number(terms.treasuryBps)
  const ownerBps = royaltiesBps.reduce((left, bps) => left - bps, BPS - contributorBps - operatorBps - treasuryBps)
  // The contracts see to it that shares are parts of a whole.
  const areParts = [contributorBps, operatorBps, ...royaltiesBps, treasuryBps, ownerBps].every((bps) => bps >= 0)

  return (feeGwei, weights) => {
    if (!areParts || feeGwei >= QUICK_BELOW) return splitFee(feeGwei, weights.map(BigInt), terms)
    const fee = Number(feeGwei)
    const share = (bps: number) => Math.floor((fee * bps) / BPS)
    const pool = share(contributorBps)
    const pooled = isPooled ? pool : 0
    const operator = share(operatorBps)
    const owner = share(ownerBps)
    let treasury = fee - pooled - operator - owner
    const pay = (amount: number) => {
      treasury -= amount
      return BigInt(amount)
    }
    return {
      rowsGwei: weights.map((weight) => pay(Math.floor((pool * weight) / TOTAL_WEIGHT))),
      pooledGwei: BigInt(pooled),
      operatorGwei: BigInt(operator),
      royaltiesGwei: royaltiesBps.map((bps) => pay(share(bps))),
      ownerGwei: BigInt(owner),
      treasuryGwei: BigInt(treasury),
    }
  }
}
