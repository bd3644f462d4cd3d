/** What is evaluated, as the chain knows it, and whether weights are of that model at all. */
import { join } from 'node:path'
import type { Hex } from 'viem'
import type { Connection } from '../../sdk/contracts.ts'
import { StopError } from '../../sdk/errors.ts'
import { openSource } from '../import/sourceFolder.ts'
import { digestPath } from '../run/digest.ts'
import { RUN_FILES } from '../run/manifest.ts'
import { adapterHashOf } from '../run/readRun.ts'
import { RunError } from '../run/runError.ts'

export interface RegisteredModel {
  readonly model: number
  /** keccak256 of the adapter's weights, or of the whole model's after a full fine-tune. */
  readonly weightsHash: Hex
  readonly manifestHash: Hex
  /** The base's name; null where its parent is a fine-tune. */
  readonly base: string | null
  /** The base's bits a weight, zero where it was not quantised. */
  readonly bits: number
}

export async function readRegistered(connection: Connection, model: number): Promise<RegisteredModel> {
  const { reader, contracts, fromBlock } = connection
  const [event] = await reader.getContractEvents({
    ...contracts.fineTunes,
    eventName: 'FineTuneBegun',
    args: { model },
    fromBlock,
    strict: true,
  })
  if (event === undefined)
    throw new StopError(
      `Model ${model} is no fine-tune that is registered here`,
      {},
      'Name the number of a registered fine-tune.',
    )
  const { fineTune } = event.args
  const [base] = await reader.getContractEvents({
    ...contracts.models,
    eventName: 'BaseModelRegistered',
    args: { model: fineTune.parent },
    fromBlock,
    strict: true,
  })
  return {
    model,
    weightsHash: fineTune.adapterHash,
    manifestHash: fineTune.manifestHash,
    base: base?.args.base.name ?? null,
    bits: fineTune.quantisation.bits,
  }
}

/** @param what The folder or file that names these weights. */
export function requireWeights(what: string, found: Hex, { model, weightsHash }: RegisteredModel): void {
  if (found === weightsHash) return
  throw new StopError(
    `${what} is not of model ${model}`,
    { weights: found, registered: weightsHash },
    'Name the model that was evaluated, or give the adapter that was registered.',
  )
}

/** keccak256 of the weights in a folder, as `Models` registers them. */
export function weightsHashIn(folder: string): Hex {
  const { files } = openSource(folder)
  const weights = files.includes(RUN_FILES.adapterModel)
    ? [RUN_FILES.adapterModel]
    : files.filter((file) => /^model(-\d{5}-of-\d{5})?\.safetensors$/.test(file))
  if (weights.length === 0)
    throw new RunError(folder, 'it holds no weights', {}, `Name the folder with ${RUN_FILES.adapterModel}.`)
  const digests = Object.fromEntries(weights.map((file) => [file, digestPath(join(folder, file))]))
  return adapterHashOf({ files: digests, lora: null })
}
