import { abis } from '../../sdk/contracts.ts'
import type { ChainLog } from './contracts.ts'
import { eventReader, named, text, unreachable } from './event.ts'
import type { Fact } from './facts.ts'
import type { FineTuneRegistered, Method, Rule, SketchSource } from './modelFacts.ts'
import type { Place } from './place.ts'

export const readModels = eventReader(abis.models)

const METHODS: readonly Method[] = ['Full', 'LoRA', 'QLoRA']
const RULES: readonly Rule[] = ['Attribution', 'EqualSplit']
const SOURCES: readonly SketchSource[] = ['Gradient', 'Representation']

export function decodeModels(log: ChainLog, place: Place): readonly Fact[] {
  const event = readModels(log)
  const model = BigInt(event.args.model)
  switch (event.eventName) {
    case 'BaseModelRegistered': {
      const { owner, base } = event.args
      const row = {
        ...place,
        model,
        owner: BigInt(owner),
        name: text(base.name),
        licence: text(base.licence),
        weightsHash: base.weightsHash,
        weightsUri: text(base.weightsURI),
        royaltyBps: BigInt(base.royaltyBps),
      }
      return [{ table: 'baseModelRegistered', row }]
    }
    case 'FineTuneRegistered': {
      const { owner, parent, fineTune, royalties, pool } = event.args
      const { quantisation, influence, shares } = fineTune
      const row: FineTuneRegistered = {
        ...place,
        model,
        owner: BigInt(owner),
        parent: BigInt(parent),
        adapterHash: fineTune.adapterHash,
        manifestHash: fineTune.manifestHash,
        manifestUri: text(fineTune.manifestURI),
        method: named(METHODS, fineTune.method),
        quantisationScheme: text(quantisation.scheme),
        quantisationBits: BigInt(quantisation.bits),
        doubleQuant: quantisation.doubleQuant,
        influenceRoot: influence.root,
        indexHash: influence.indexHash,
        indexUri: text(influence.indexURI),
        rowCount: BigInt(influence.rowCount),
        dims: BigInt(influence.dims),
        topK: BigInt(influence.topK),
        sketchSource: named(SOURCES, influence.source),
        contributorBps: BigInt(shares.contributorBps),
        operatorBps: BigInt(shares.operatorBps),
        royaltyBps: BigInt(shares.royaltyBps),
        rule: named(RULES, fineTune.rule),
        pool: pool === 0 ? null : BigInt(pool),
      }
      const { block } = place
      return [
        { table: 'fineTuneRegistered', row },
        ...fineTune.versions.map((version): Fact => ({ table: 'trainedOn', row: { block, model, version } })),
        ...royalties.map(
          ({ account, bps }, position): Fact => ({
            table: 'royaltyOwed',
            row: { block, model, position: BigInt(position), account: BigInt(account), bps: BigInt(bps) },
          }),
        ),
      ]
    }
    case 'OperatorSet': {
      const { operator, allowed } = event.args
      return [{ table: 'operatorSet', row: { ...place, model, operator: BigInt(operator), allowed } }]
    }
    default:
      return unreachable(event)
  }
}
