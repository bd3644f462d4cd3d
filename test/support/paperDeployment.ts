import type { Hex } from 'viem'
import type { Deployment } from '../../sdk/deployment.ts'

export const at = (byte: string): Hex => `0x${byte.repeat(20)}`

/** Contracts that exist on paper only, for what needs no chain. */
export const paperDeployment: Deployment = {
  name: 'paper',
  chainId: 1,
  startBlock: 0,
  contracts: {
    accessManager: at('01'),
    openToken: at('02'),
    clock: at('03'),
    accounts: at('04'),
    datasets: at('05'),
    models: at('06'),
    fineTunes: at('07'),
    earnings: at('08'),
    bonds: at('09'),
    channels: at('0a'),
    ledger: at('0b'),
    settlement: at('0c'),
    court: at('0d'),
    unitCourt: at('0e'),
    evaluations: at('0f'),
    timelock: at('10'),
    governor: at('11'),
  },
}
