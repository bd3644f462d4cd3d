import type { Hex } from 'viem'
import { journaled } from '../../chain/events/contracts.ts'
import type { Identity } from '../../chain/node/identity.ts'
import { at } from './paperDeployment.ts'

const contracts = Object.fromEntries(
  journaled.map((name, i) => [name, at(`${i + 16}`.padStart(2, '0'))]),
) as unknown as Record<(typeof journaled)[number], Hex>

/** Of a deployment that is on no chain: for tests of the store alone. */
export const identity: Identity = {
  chainId: 31_337n,
  genesisHash: `0x${'0a'.repeat(32)}`,
  deployment: 'nowhere',
  startBlock: 1n,
  ...contracts,
  openToken: at('0e'),
  treasury: 1n,
}
