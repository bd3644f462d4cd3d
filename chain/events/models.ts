import { abis } from '../../sdk/contracts.ts'
import type { ChainLog } from './contracts.ts'
import { eventReader, lower, text, unreachable } from './event.ts'
import type { EventOrigin } from './eventOrigin.ts'
import type { Fact } from './facts.ts'
import { appointments, authorityFact } from './governance.ts'

export const readModels = eventReader(abis.models)

export function decodeModels(log: ChainLog, origin: EventOrigin): readonly Fact[] {
  const event = readModels(log)
  switch (event.eventName) {
    case 'BaseModelRegistered': {
      const { model, owner, base } = event.args
      const row = {
        ...origin,
        model,
        owner,
        name: text(base.name),
        licence: text(base.licence),
        weightsHash: base.weightsHash,
        weightsUri: text(base.weightsURI),
        royaltyBps: BigInt(base.royaltyBps),
      }
      return [{ table: 'baseModelRegistered', row }]
    }
    case 'FineTuneEntered': {
      const { owner, parent, terms, royalties } = event.args
      const { shares, pay } = terms
      const { model } = event.args
      const row = {
        ...origin,
        model,
        owner,
        parent,
        contributorBps: BigInt(shares.contributorBps),
        operatorBps: BigInt(shares.operatorBps),
        royaltyBps: BigInt(shares.royaltyBps),
        baseBps: BigInt(pay.baseBps),
        floorBps: BigInt(pay.floorBps),
        sketched: pay.sketched,
        feeUnitGwei: BigInt(pay.feeUnitGwei),
        dims: BigInt(terms.dims),
      }
      const owed = royalties.map(
        ({ account, bps }, position): Fact => ({
          table: 'royaltyOwed',
          row: { block: origin.block, model, position: BigInt(position), account, bps: BigInt(bps) },
        }),
      )
      return [{ table: 'fineTuneEntered', row }, ...owed]
    }
    case 'ModelActivated': {
      const { model, activeFrom, sheet } = event.args
      const row = { ...origin, model, activeFrom: BigInt(activeFrom), sheet: lower(sheet) }
      return [{ table: 'modelActivated', row }]
    }
    case 'OperatorSet': {
      const { model, operator, allowed, until } = event.args
      const row = { ...origin, model, operator, allowed, until: BigInt(until) }
      return [{ table: 'operatorSet', row }]
    }
    case 'UnitStruck': {
      const { model, unit, struckAt } = event.args
      const row = { ...origin, model, unit, struckAt: BigInt(struckAt) }
      return [{ table: 'unitStruck', row }]
    }
    case 'ModelTermsSet': {
      const { activationSeconds, noticeSeconds } = event.args.terms
      const row = { ...origin, activationSeconds: BigInt(activationSeconds), noticeSeconds: BigInt(noticeSeconds) }
      return [{ table: 'modelTermsSet', row }]
    }
    case 'ModelUsersAppointed':
      return appointments(origin, 'models', event.args)
    case 'AuthorityUpdated':
      return [authorityFact(origin, 'models', event.args.authority)]
    default:
      return unreachable(event)
  }
}
