import { abis } from '../../sdk/contracts.ts'
import type { ChainLog } from './contracts.ts'
import { eventReader, named, text, unreachable } from './event.ts'
import type { EventOrigin } from './eventOrigin.ts'
import type { Fact } from './facts.ts'
import type { Method, SketchSource } from './fineTuneFacts.ts'
import type { Terms } from './terms.ts'
import { unitPageFacts } from './unitPage.ts'

export const readFineTunes = eventReader(abis.fineTunes)

const METHODS: readonly Method[] = ['Full', 'LoRA', 'QLoRA']
const SOURCES: readonly SketchSource[] = ['Gradient', 'Representation']

export function decodeFineTunes(log: ChainLog, origin: EventOrigin, terms: Terms): readonly Fact[] {
  const event = readFineTunes(log)
  const { model } = event.args
  switch (event.eventName) {
    case 'FineTuneBegun': {
      const { fineTune } = event.args
      const { quantisation, index, plan } = fineTune
      const row = {
        ...origin,
        model,
        adapterHash: fineTune.adapterHash,
        manifestHash: fineTune.manifestHash,
        manifestUri: text(fineTune.manifestURI),
        method: named(METHODS, fineTune.method),
        quantisationScheme: text(quantisation.scheme),
        quantisationBits: BigInt(quantisation.bits),
        doubleQuant: quantisation.doubleQuant,
        indexHash: index.fileHash,
        indexUri: text(index.fileURI),
        sketchSource: named(SOURCES, index.source),
        unitCount: BigInt(plan.count),
        minimumRows: BigInt(plan.minimumRows),
        jointRows: BigInt(plan.jointRows),
        maxPeak: BigInt(plan.maxPeak),
      }
      const { block } = origin
      const trainedOn = fineTune.versions.map(
        (version): Fact => ({ table: 'trainedOn', row: { block, model, version } }),
      )
      return [{ table: 'fineTuneBegun', row }, ...trainedOn]
    }
    case 'UnitsRegistered': {
      const { firstUnit, draft, ...page } = event.args
      const before = terms.drafts.get(model)
      const dims = terms.models.get(model)?.dims
      if (before === undefined || dims === undefined) throw new Error(`Units are of model ${model}, which is not begun`)
      const registered = { ...origin, model, firstUnit, isLast: draft === '0x' }
      return unitPageFacts(registered, page, before, dims)
    }
    case 'FineTuneRegistered': {
      const { indexRoot, totalHash, floorNorm, fixedTotal, keptRows } = event.args
      const row = { ...origin, model, indexRoot, totalHash, floorNorm, fixedTotal, keptRows: BigInt(keptRows) }
      return [{ table: 'fineTuneRegistered', row }]
    }
    default:
      return unreachable(event)
  }
}
