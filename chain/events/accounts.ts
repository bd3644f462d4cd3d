import { abis } from '../../sdk/contracts.ts'
import type { ChainLog } from './contracts.ts'
import { eventReader, lower, unreachable } from './event.ts'
import type { EventOrigin } from './eventOrigin.ts'
import type { Fact } from './facts.ts'
import { address, uint32 } from './words.ts'

export const readAccounts = eventReader(abis.accounts, {
  AccountOpened: (topics) => ({ account: uint32(topics[1]), payout: address(topics[2]) }),
})

export function decodeAccounts(log: ChainLog, origin: EventOrigin): Fact {
  const event = readAccounts(log)
  switch (event.eventName) {
    case 'AccountOpened': {
      const { account, payout } = event.args
      return { table: 'accountOpened', row: { ...origin, account, payout: lower(payout) } }
    }
    case 'PayoutProposed': {
      const { account, payout, proposed } = event.args
      return {
        table: 'payoutProposed',
        row: { ...origin, account, payout: lower(payout), proposed: lower(proposed) },
      }
    }
    case 'PayoutRotated': {
      const { account, previous, payout } = event.args
      return {
        table: 'payoutRotated',
        row: { ...origin, account, previous: lower(previous), payout: lower(payout) },
      }
    }
    case 'ActingAs': {
      const { account, payout } = event.args
      return { table: 'actingAs', row: { ...origin, account, payout: lower(payout) } }
    }
    default:
      return unreachable(event)
  }
}
