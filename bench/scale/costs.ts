import { measureBatchBytes } from './calldata.ts'
import type { Costs } from './day.ts'
import { type GasRules, OSAKA } from './gasRules.ts'
import { gasParts, readSnapshot } from './parts.ts'
import type { Scenario } from './scenario.ts'

/** Fees of the batches that the snapshot measured: 1 to 40 units. */
const BENCH_FEE: Scenario['fee'] = { medianUnits: 18, sigma: 0.6, unitGwei: 1_000_000 }

/** What acts cost with such fees, by the gas snapshot and the real codecs. */
export function costsOf(fee: Scenario['fee'], seed: number, rules: GasRules = OSAKA): Costs {
  const parts = gasParts(readSnapshot(), measureBatchBytes(BENCH_FEE, seed))
  return { parts, bytes: measureBatchBytes(fee, seed), rules }
}
