import { type Day, gasAnInference } from './day.ts'
import { type ByteCounts, type GasRules, GLAMSTERDAM, OSAKA } from './gasRules.ts'

/** What a chain can take. All of it are settings that its operators or validators change: parameters, no facts for ever. */
export interface Chain {
  readonly name: string
  readonly rules: GasRules
  /** What can be used for ever without the price rising: half a block's limit on L1 (EIP-1559), the target of an L2. */
  readonly gasASecond: number
  /** The same for data, in bytes as OP Stack chains estimate them; undefined where gas alone limits it. */
  readonly dataASecond?: number
}

const L1_BLOCK_SECONDS = 12
/** Gas that a byte of estimated data takes of an OP Stack block (Jovian's DA footprint, its default). */
const FOOTPRINT = 400

function l1(name: string, blockGas: number, rules: GasRules): Chain {
  return { name, rules, gasASecond: blockGas / 2 / L1_BLOCK_SECONDS }
}

function opStack(megagasASecond: number): Chain {
  const gasASecond = megagasASecond * 1e6
  const name = `OP Stack L2, ${megagasASecond} Mgas/s`
  return { name, rules: OSAKA, gasASecond, dataASecond: gasASecond / FOOTPRINT }
}

export const CHAINS: readonly Chain[] = [
  l1('L1, blocks of 60 M gas', 60e6, OSAKA),
  l1('L1, 200 M gas, Glamsterdam as drafted', 200e6, GLAMSTERDAM),
  opStack(60),
  opStack(200),
]

export const BLOB_BYTES = 131_072
/** Of a blob's field elements of 32 bytes, 31 can hold anything. */
export const USABLE_BLOB_BYTES = (BLOB_BYTES / 32) * 31
/** Blobs a block that the price of blobs aims at (BPO2, EIP-8135). */
export const TARGET_BLOBS = 14
export const BLOBS_A_DAY = (TARGET_BLOBS * 86_400) / L1_BLOCK_SECONDS

// Fjord's estimate of what a transaction's bytes come to, once compressed: a FastLZ length, scaled.
const FASTLZ_INTERCEPT = -42.5856
const FASTLZ_PART = 0.8365
const LEAST_BYTES = 100
/** FastLZ puts a byte before every 32 that it cannot compress, and packs runs of zeros to about a tenth. */
const INCOMPRESSIBLE = 33 / 32
const ZERO_RUNS = 0.1

export function estimatedBytes({ zero, nonzero }: ByteCounts, transactions: number): number {
  const fastlz = nonzero * INCOMPRESSIBLE + zero * ZERO_RUNS
  return Math.max(LEAST_BYTES * transactions, FASTLZ_INTERCEPT * transactions + FASTLZ_PART * fastlz)
}

/** Of the data that operators send, as OP Stack chains count it. */
export function dataAnInference({ recordBytes, settleBytes, batches, settlingTransactions, scenario }: Day): number {
  const data = estimatedBytes(recordBytes, batches) + estimatedBytes(settleBytes, settlingTransactions)
  return data / scenario.inferences
}

export interface Capacity {
  readonly chain: Chain
  readonly gas: number
  readonly data: number
  /** Calls a day that would fill all of the chain. */
  readonly byGas: number
  readonly byData: number
}

/** @param day As simulated by the chain's rules. */
export function capacityOf(chain: Chain, day: Day): Capacity {
  const [gas, data] = [gasAnInference(day), dataAnInference(day)]
  const byData = chain.dataASecond === undefined ? Number.POSITIVE_INFINITY : (86_400 * chain.dataASecond) / data
  return { chain, gas, data, byGas: (86_400 * chain.gasASecond) / gas, byData }
}
