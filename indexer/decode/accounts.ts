import { abis } from '../../sdk/contracts.ts'
import type { ChainLog } from './contracts.ts'
import { eventOf, lower, unreachable } from './event.ts'
import type { Fact } from './facts.ts'
import type { Place } from './place.ts'

export function decodeAccounts(log: ChainLog, place: Place): Fact {
  const event = eventOf(abis.accounts, log)
  switch (event.eventName) {
    case 'AccountOpened': {
      const { account, payout } = event.args
      return { table: 'accountOpened', row: { ...place, account: BigInt(account), payout: lower(payout) } }
    }
    case 'PayoutProposed': {
      const { account, payout, proposed } = event.args
      return {
        table: 'payoutProposed',
        row: { ...place, account: BigInt(account), payout: lower(payout), proposed: lower(proposed) },
      }
    }
    case 'PayoutRotated': {
      const { account, previous, payout } = event.args
      return {
        table: 'payoutRotated',
        row: { ...place, account: BigInt(account), previous: lower(previous), payout: lower(payout) },
      }
    }
    default:
      return unreachable(event)
  }
}
