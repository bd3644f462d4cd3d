import { abis } from '../../sdk/contracts.ts'
import type { ChainLog } from './contracts.ts'
import { eventReader, lower, unreachable } from './event.ts'
import type { Fact } from './facts.ts'
import type { Place } from './place.ts'
import { address, bytes32, uint32, uint64, wordAt } from './words.ts'

export const readPools = eventReader(abis.pools, {
  ShareClaimed: (topics, data) => ({
    pool: uint32(topics[1]),
    contribution: bytes32(topics[2]),
    contributor: uint32(topics[3]),
    to: address(wordAt(data, 0)),
    amountGwei: uint64(wordAt(data, 1)),
  }),
})

export function decodePools(log: ChainLog, place: Place): readonly Fact[] {
  const event = readPools(log)
  const pool = BigInt(event.args.pool)
  switch (event.eventName) {
    case 'PoolOpened': {
      const { wallet, itemCount, versions } = event.args
      const { block } = place
      return [
        { table: 'poolOpened', row: { ...place, pool, wallet: lower(wallet), itemCount } },
        ...versions.map((version): Fact => ({ table: 'poolVersion', row: { block, pool, version } })),
      ]
    }
    case 'ShareClaimed': {
      const { contribution, contributor, to, amountGwei } = event.args
      const row = { ...place, pool, contribution, contributor: BigInt(contributor), recipient: lower(to), amountGwei }
      return [{ table: 'shareClaimed', row }]
    }
    default:
      return unreachable(event)
  }
}
