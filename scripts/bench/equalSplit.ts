import { type Hex, zeroHash } from 'viem'
import { calldataFloor } from './floor.ts'
import { inferenceBatch } from './inferences.ts'
import type { Measured } from './measured.ts'
import type { Stage } from './stage.ts'

/** What a model whose contributors share equally costs: its registration, its records of 45 bytes, and a contributor's claim. */

export interface EqualSplit {
  readonly operator: number
  readonly payers: readonly number[]
  /** The one contribution that shares. */
  readonly contribution: Hex
  /** Registers a model with this index and rule, served by the operator, and says its number and its gas. */
  readonly register: (
    influence: { root: Hex; indexHash: Hex; indexURI: string; dims: number; topK: number; rowCount: number },
    rule: number,
  ) => Promise<{ readonly model: number; readonly gas: bigint }>
}

const RECORDS = 200
const TERMS = { dims: 0, topK: 0, rowCount: 1_600 }
const NO_INDEX = { root: zeroHash, indexHash: zeroHash, indexURI: '', ...TERMS }
const EQUAL_SPLIT = 1

export async function measureEqualSplit(
  stage: Stage,
  { operator, payers, contribution, register }: EqualSplit,
): Promise<readonly Measured[]> {
  const { act, ledger, pools, holders, deployer, mature } = stage
  const registered = await register(NO_INDEX, EQUAL_SPLIT)
  const pool = await stage.poolOf(registered.model)
  const record = (seed: number) => {
    const batch = inferenceBatch({ seed, records: RECORDS, terms: TERMS, payers, contributorOf: () => 0 })
    const from = holders[operator - 1] ?? deployer
    const args = [registered.model, batch]
    return act({ from, to: ledger.address, abi: ledger.abi, functionName: 'recordBatch', args })
  }
  const claim = async () => {
    await mature()
    const fill = await act({ from: deployer, to: ledger.address, abi: ledger.abi, functionName: 'claim', args: [pool] })
    const args = [pool, [contribution]]
    const paid = await act({ from: deployer, to: pools.address, abi: pools.abi, functionName: 'claim', args })
    return { fill: fill.gas, paid: paid.gas }
  }
  await record(21)
  const first = await claim()
  const steady = await record(22)
  const again = await claim()
  return [
    { name: 'register a fine-tune, equal split', gas: registered.gas },
    { name: `record ${RECORDS} inferences, equal split`, gas: steady.gas, floor: calldataFloor(steady.calldata) },
    { name: 'one inference of those, equal split', gas: steady.gas / BigInt(RECORDS) },
    { name: 'claim into a pool', gas: again.fill },
    { name: 'claim a share of a pool for the first time', gas: first.paid },
    { name: 'claim a share of a pool', gas: again.paid },
  ]
}
