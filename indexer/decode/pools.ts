import { abis } from '../../sdk/contracts.ts'
import type { ChainLog } from './contracts.ts'
import { eventOf, lower, unreachable } from './event.ts'
import type { Fact } from './facts.ts'
import type { Place } from './place.ts'

export function decodePools(log: ChainLog, place: Place): readonly Fact[] {
  const event = eventOf(abis.pools, log)
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
