import { abis } from '../../sdk/contracts.ts'
import type { ChainLog } from './contracts.ts'
import { eventReader, lower, text, unreachable } from './event.ts'
import type { Place } from './eventOrigin.ts'
import type { Fact } from './facts.ts'
import { appointments, authorityFact } from './governance.ts'

export const readModels = eventReader(abis.models)

export function decodeModels(log: ChainLog, place: Place): readonly Fact[] {
  const event = readModels(log)
  switch (event.eventName) {
    case 'BaseModelRegistered': {
      const { model, owner, base } = event.args
      const row = {
        ...place,
        model: BigInt(model),
        owner: BigInt(owner),
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
      const model = BigInt(event.args.model)
      const row = {
        ...place,
        model,
        owner: BigInt(owner),
        parent: BigInt(parent),
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
          row: { block: place.block, model, position: BigInt(position), account: BigInt(account), bps: BigInt(bps) },
        }),
      )
      return [{ table: 'fineTuneEntered', row }, ...owed]
    }
    case 'ModelActivated': {
      const { model, activeFrom, sheet } = event.args
      const row = { ...place, model: BigInt(model), activeFrom: BigInt(activeFrom), sheet: lower(sheet) }
      return [{ table: 'modelActivated', row }]
    }
    case 'OperatorSet': {
      const { model, operator, allowed, until } = event.args
      const row = { ...place, model: BigInt(model), operator: BigInt(operator), allowed, until: BigInt(until) }
      return [{ table: 'operatorSet', row }]
    }
    case 'UnitStruck': {
      const { model, unit, struckAt } = event.args
      const row = { ...place, model: BigInt(model), unit: BigInt(unit), struckAt: BigInt(struckAt) }
      return [{ table: 'unitStruck', row }]
    }
    case 'ModelTermsSet': {
      const { activationSeconds, noticeSeconds } = event.args.terms
      const row = { ...place, activationSeconds: BigInt(activationSeconds), noticeSeconds: BigInt(noticeSeconds) }
      return [{ table: 'modelTermsSet', row }]
    }
    case 'ModelUsersAppointed':
      return appointments(place, 'models', event.args)
    case 'AuthorityUpdated':
      return [authorityFact(place, 'models', event.args.authority)]
    default:
      return unreachable(event)
  }
}
