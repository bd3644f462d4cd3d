// How one fee is shared, exactly as the Ledger does it (contracts/interfaces/ILedger.sol):
//
//   pool      = f · contributorBps / 10,000      row i gets pool · weight_i / 65,535
//   operator  = f · operatorBps / 10,000
//   royalty j = f · royaltyBps_j / 10,000
//   owner     = f · (10,000 − contributorBps − operatorBps − Σ royaltyBps − treasuryBps) / 10,000
//   treasury  = f − all of the above
//
// Where contributors share equally, no rows are listed and their pool takes all of `pool`.
//
// Every division rounds down, so that dust, and the pool of an answer no row moved, end with the treasury.

const BPS = 10_000n
const TOTAL_WEIGHT = 65_535n

export interface SplitTerms {
  readonly contributorBps: bigint
  /** Whether contributors share equally. */
  readonly isPooled: boolean
  readonly operatorBps: bigint
  readonly royaltiesBps: readonly bigint[]
  readonly treasuryBps: bigint
}

export interface FeeSplit {
  readonly rowsGwei: readonly bigint[]
  readonly pooledGwei: bigint
  readonly operatorGwei: bigint
  readonly royaltiesGwei: readonly bigint[]
  readonly ownerGwei: bigint
  readonly treasuryGwei: bigint
}

export function splitFee(feeGwei: bigint, weights: readonly bigint[], terms: SplitTerms): FeeSplit {
  const share = (bps: bigint) => (feeGwei * bps) / BPS
  const pool = share(terms.contributorBps)
  const pooledGwei = terms.isPooled ? pool : 0n
  const rowsGwei = weights.map((weight) => (pool * weight) / TOTAL_WEIGHT)
  const operatorGwei = share(terms.operatorBps)
  const royaltiesGwei = terms.royaltiesBps.map(share)
  const ownerGwei = share(BPS - terms.contributorBps - terms.operatorBps - sum(terms.royaltiesBps) - terms.treasuryBps)
  const treasuryGwei = feeGwei - sum(rowsGwei) - pooledGwei - operatorGwei - sum(royaltiesGwei) - ownerGwei
  return { rowsGwei, pooledGwei, operatorGwei, royaltiesGwei, ownerGwei, treasuryGwei }
}

export function sum(amounts: readonly bigint[]): bigint {
  return amounts.reduce((total, amount) => total + amount, 0n)
}
