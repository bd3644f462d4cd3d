import { abis } from '../../sdk/contracts.ts'
import type { ChainLog } from './contracts.ts'
import { eventReader, lower, unreachable } from './event.ts'
import type { EventOrigin } from './eventOrigin.ts'
import type { Fact } from './facts.ts'
import { appointments, authorityFact } from './governance.ts'

export const readBonds = eventReader(abis.bonds)

export function decodeBonds(log: ChainLog, origin: EventOrigin): readonly Fact[] {
  const event = readBonds(log)
  switch (event.eventName) {
    case 'BondDeposited': {
      const { bond, from, amountGwei, balanceGwei } = event.args
      return [{ table: 'bondDeposited', row: { ...origin, bond, depositor: lower(from), amountGwei, balanceGwei } }]
    }
    case 'BondWithdrawalRequested': {
      const { bond, leavingGwei, leavesAt } = event.args
      return [{ table: 'bondWithdrawalRequested', row: { ...origin, bond, leavingGwei, leavesAt: BigInt(leavesAt) } }]
    }
    case 'BondWithdrawn': {
      const { bond, to, amountGwei, balanceGwei } = event.args
      return [{ table: 'bondWithdrawn', row: { ...origin, bond, recipient: lower(to), amountGwei, balanceGwei } }]
    }
    case 'BondHeld':
      return [{ table: 'bondHeld', row: { ...origin, ...event.args } }]
    case 'BondReleased':
      return [{ table: 'bondReleased', row: { ...origin, ...event.args } }]
    case 'BondSlashed': {
      const { beneficiary, ...amounts } = event.args
      return [{ table: 'bondSlashed', row: { ...origin, beneficiary, ...amounts } }]
    }
    case 'SlashedBurnt':
      return [{ table: 'slashedBurnt', row: { ...origin, amountGwei: event.args.amountGwei } }]
    case 'BondRuleSet': {
      const { minimumGwei, perRecordGwei, ratioBps, bountyBps, noticeSeconds, modelSeconds } = event.args.rule
      const row = {
        ...origin,
        minimumGwei,
        perRecordGwei,
        ratioBps: BigInt(ratioBps),
        bountyBps: BigInt(bountyBps),
        noticeSeconds: BigInt(noticeSeconds),
        modelSeconds: BigInt(modelSeconds),
      }
      return [{ table: 'bondRuleSet', row }]
    }
    case 'BondUsersAppointed':
      return appointments(origin, 'bonds', event.args)
    case 'AuthorityUpdated':
      return [authorityFact(origin, 'bonds', event.args.authority)]
    default:
      return unreachable(event)
  }
}
