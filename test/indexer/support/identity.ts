import type { Hex } from 'viem'
import type { Identity } from '../../../indexer/store/schema.ts'

const contract = (digit: number): Hex => `0x${`${digit}`.repeat(40)}`

/** Of a deployment that is on no chain: for tests of the store alone. */
export const identity: Identity = {
  chainId: 31_337n,
  genesisHash: `0x${'0a'.repeat(32)}`,
  deployment: 'nowhere',
  startBlock: 1n,
  accounts: contract(1),
  datasets: contract(2),
  pools: contract(3),
  models: contract(4),
  ledger: contract(5),
  court: contract(6),
  evaluations: contract(7),
  treasury: 1n,
  epochSeconds: 604_800n,
}
