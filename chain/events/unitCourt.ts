import { abis } from '../../sdk/contracts.ts'
import type { ChainLog } from './contracts.ts'
import { eventReader, named, unreachable } from './event.ts'
import type { EventOrigin } from './eventOrigin.ts'
import type { Fact } from './facts.ts'
import { authorityFact } from './governance.ts'
import type { UnitFault } from './unitCourtFacts.ts'

export const readUnitCourt = eventReader(abis.unitCourt)

/** In the order of IUnitCourt.sol. */
const FAULTS: readonly UnitFault[] = ['FalseSum', 'AboveCap', 'Malformed', 'CopyKept', 'NoCopy', 'Withheld']

export function decodeUnitCourt(log: ChainLog, origin: EventOrigin): Fact {
  const event = readUnitCourt(log)
  switch (event.eventName) {
    case 'ChallengeCommitted': {
      const { commitment } = event.args
      return { table: 'challengeCommitted', row: { ...origin, contract: 'unitCourt', commitment } }
    }
    case 'UnitProvedFalse': {
      const { challenger, fault, takenGwei } = event.args
      const row = { ...at(origin, event.args), challenger, fault: named(FAULTS, fault), takenGwei }
      return { table: 'unitProvedFalse', row }
    }
    case 'UnitDemanded': {
      const { demander, stakeGwei, dueAt } = event.args
      const row = { ...at(origin, event.args), row: null, demander, stakeGwei, dueAt: BigInt(dueAt) }
      return { table: 'unitDemanded', row }
    }
    case 'ItemDemanded': {
      const { demander, index, stakeGwei, dueAt } = event.args
      const row = {
        ...at(origin, event.args),
        row: BigInt(index),
        demander,
        stakeGwei,
        dueAt: BigInt(dueAt),
      }
      return { table: 'unitDemanded', row }
    }
    case 'UnitAnswered': {
      const { shownBy } = event.args
      const row = { ...at(origin, event.args), row: null, shownBy, contribution: null, itemHash: null }
      return { table: 'unitAnswered', row }
    }
    case 'ItemAnswered': {
      const { shownBy, index, contribution, itemHash } = event.args
      const row = { ...at(origin, event.args), row: BigInt(index), shownBy, contribution, itemHash }
      return { table: 'unitAnswered', row }
    }
    case 'UnitRowsShown': {
      const { from, rows } = event.args
      return { table: 'unitRowsShown', row: { ...at(origin, event.args), firstRow: BigInt(from), rows } }
    }
    case 'UnitCourtTermsSet': {
      const { demandFeeGwei, demandSeconds } = event.args.terms
      return { table: 'unitCourtTermsSet', row: { ...origin, demandFeeGwei, demandSeconds: BigInt(demandSeconds) } }
    }
    case 'AuthorityUpdated':
      return authorityFact(origin, 'unitCourt', event.args.authority)
    default:
      return unreachable(event)
  }
}

function at(origin: EventOrigin, { model, unit }: { readonly model: number; readonly unit: number }) {
  return { ...origin, model, unit }
}
