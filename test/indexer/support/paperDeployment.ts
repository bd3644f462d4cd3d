import type { Hex } from 'viem'
import type { Deployment } from '../../../sdk/deployment.ts'

export const at = (byte: string): Hex => `0x${byte.repeat(20)}`

/** Contracts that exist on paper only, for what needs no chain. */
export const paperDeployment: Deployment = {
  name: 'paper',
  chainId: 1,
  startBlock: 0,
  contracts: {
    accessManager: at('01'),
    openToken: at('02'),
    accounts: at('03'),
    datasets: at('04'),
    models: at('05'),
    ledger: at('06'),
    timelock: at('07'),
    governor: at('08'),
    court: at('09'),
    evaluations: at('0a'),
    pools: at('0b'),
  },
}
