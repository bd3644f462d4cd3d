import { abis } from '../../sdk/contracts.ts'
import type { ChainLog } from './contracts.ts'
import { eventReader, lower, unreachable } from './event.ts'
import type { Place } from './eventOrigin.ts'
import type { Fact } from './facts.ts'
import { appointments, authorityFact } from './governance.ts'

export const readBonds = eventReader(abis.bonds)

export function decodeBonds(log: ChainLog, place: Place): readonly Fact[] {
  const event = readBonds(log)
  switch (event.eventName) {
    case 'BondDeposited': {
      const { bond, from, amountGwei, balanceGwei } = event.args
      return [{ table: 'bondDeposited', row: { ...place, bond, depositor: lower(from), amountGwei, balanceGwei } }]
    }
    case 'BondWithdrawalRequested': {
      const { bond, leavingGwei, leavesAt } = event.args
      return [{ table: 'bondWithdrawalRequested', row: { ...place, bond, leavingGwei, leavesAt: BigInt(leavesAt) } }]
    }
    case 'BondWithdrawn': {
      const { bond, to, amountGwei, balanceGwei } = event.args
      return [{ table: 'bondWithdrawn', row: { ...place, bond, recipient: lower(to), amountGwei, balanceGwei } }]
    }
    case 'BondHeld':
      return [{ table: 'bondHeld', row: { ...place, ...event.args } }]
    case 'BondReleased':
      return [{ table: 'bondReleased', row: { ...place, ...event.args } }]
    case 'BondSlashed': {
      const { beneficiary, ...amounts } = event.args
      return [{ table: 'bondSlashed', row: { ...place, beneficiary: BigInt(beneficiary), ...amounts } }]
    }
    case 'SlashedBurnt':
      return [{ table: 'slashedBurnt', row: { ...place, amountGwei: event.args.amountGwei } }]
    case 'BondRuleSet': {
      const { minimumGwei, perRecordGwei, ratioBps, bountyBps, noticeSeconds, modelSeconds } = event.args.rule
      const row = {
        ...place,
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
      return appointments(place, 'bonds', event.args)
    case 'AuthorityUpdated':
      return [authorityFact(place, 'bonds', event.args.authority)]
    default:
      return unreachable(event)
  }
}
