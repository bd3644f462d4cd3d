import { abis } from '../../sdk/contracts.ts'
import type { ChainLog } from './contracts.ts'
import { eventReader, lower, unreachable } from './event.ts'
import type { EventOrigin } from './eventOrigin.ts'
import type { Fact } from './facts.ts'
import { authorityFact } from './governance.ts'

export const readClock = eventReader(abis.clock)

export function decodeClock(log: ChainLog, origin: EventOrigin): Fact {
  const event = readClock(log)
  switch (event.eventName) {
    case 'Paused': {
      const { by, until } = event.args
      return { table: 'paused', row: { ...origin, pausedBy: lower(by), until: BigInt(until) } }
    }
    case 'Resumed': {
      const { by, pausedSeconds } = event.args
      return { table: 'resumed', row: { ...origin, resumedBy: lower(by), pausedSeconds: BigInt(pausedSeconds) } }
    }
    case 'AuthorityUpdated':
      return authorityFact(origin, 'clock', event.args.authority)
    default:
      return unreachable(event)
  }
}
