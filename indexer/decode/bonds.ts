import { lower, unreachable } from './event.ts'
import type { Fact } from './facts.ts'
import type { LedgerEvent } from './ledger.ts'
import type { Place } from './place.ts'

/** The events of the Ledger that IBonds.sol declares. */
export type BondEvent = Extract<
  LedgerEvent,
  {
    eventName:
      | 'BondDeposited'
      | 'BondWithdrawalRequested'
      | 'BondWithdrawn'
      | 'BondFrozen'
      | 'BondStaked'
      | 'BondReleased'
      | 'StakePaid'
      | 'BondSlashed'
      | 'SlashedBurnt'
      | 'RecordVoided'
      | 'ModelStopped'
      | 'BondRuleSet'
      | 'CourtAppointed'
  }
>

export function decodeBonds(event: BondEvent, place: Place): Fact {
  switch (event.eventName) {
    case 'BondDeposited': {
      const { bond, from, amountGwei, balanceGwei } = event.args
      return { table: 'bondDeposited', row: { ...place, bond, depositor: lower(from), amountGwei, balanceGwei } }
    }
    case 'BondWithdrawalRequested': {
      const { bond, leavingGwei, leavesAt } = event.args
      return { table: 'bondWithdrawalRequested', row: { ...place, bond, leavingGwei, leavesAt: BigInt(leavesAt) } }
    }
    case 'BondWithdrawn': {
      const { bond, to, amountGwei, balanceGwei } = event.args
      return { table: 'bondWithdrawn', row: { ...place, bond, recipient: lower(to), amountGwei, balanceGwei } }
    }
    case 'BondFrozen': {
      const { bond, frozenUntil } = event.args
      return { table: 'bondFrozen', row: { ...place, bond, frozenUntil: BigInt(frozenUntil) } }
    }
    case 'BondStaked':
      return { table: 'bondStaked', row: { ...place, ...event.args } }
    case 'BondReleased':
      return { table: 'bondReleased', row: { ...place, ...event.args } }
    case 'StakePaid': {
      const { beneficiary, ...amounts } = event.args
      return { table: 'stakePaid', row: { ...place, beneficiary: BigInt(beneficiary), ...amounts } }
    }
    case 'BondSlashed': {
      const { beneficiary, ...amounts } = event.args
      return { table: 'bondSlashed', row: { ...place, beneficiary: BigInt(beneficiary), ...amounts } }
    }
    case 'SlashedBurnt':
      return { table: 'slashedBurnt', row: { ...place, amountGwei: event.args.amountGwei } }
    case 'RecordVoided': {
      const { batch, index, payer, feeGwei } = event.args
      const row = { ...place, batch, position: BigInt(index), payer: BigInt(payer), feeGwei }
      return { table: 'recordVoided', row }
    }
    case 'ModelStopped':
      return { table: 'modelStopped', row: { ...place, model: BigInt(event.args.model) } }
    case 'BondRuleSet': {
      const { minimumGwei, ratioBps, bountyBps } = event.args.rule
      const row = { ...place, minimumGwei, ratioBps: BigInt(ratioBps), bountyBps: BigInt(bountyBps) }
      return { table: 'bondRuleSet', row }
    }
    case 'CourtAppointed':
      return { table: 'courtAppointed', row: { ...place, court: lower(event.args.court) } }
    default:
      return unreachable(event)
  }
}
