/** What is evaluated, as the chain knows it, and whether results are of that model at all. */
import { existsSync } from 'node:fs'
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
    ...contracts.models,
    eventName: 'FineTuneRegistered',
    args: { model },
    fromBlock,
    strict: true,
  })
  if (event === undefined)
    throw new StopError(`Model ${model} is no fine-tune that is registered here`, {}, 'Name one with --model.')
  const { parent, fineTune } = event.args
  const [base] = await reader.getContractEvents({
    ...contracts.models,
    eventName: 'BaseModelRegistered',
    args: { model: parent },
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
    'Name the model that was evaluated with --model, or the adapter that was registered.',
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

export interface HarnessClaim {
  /** The results file, for errors' sake. */
  readonly file: string
  /** What the harness was told of the model, by name. */
  readonly modelArgs: Readonly<Record<string, unknown>>
  /** Where the evaluated weights are, if it was said. */
  readonly weights: string | undefined
}

/** The name of the model that results are of, and its weights. Results of another base are refused. */
export function evaluatedBy({ file, modelArgs, weights }: HarnessClaim, { base }: RegisteredModel, option: string) {
  const pretrained = textOf(modelArgs.pretrained)
  const adapter = textOf(modelArgs.peft)
  const isOnHub = pretrained !== null && /^[\w.-]+\/[\w.-]+$/.test(pretrained) && !existsSync(pretrained)
  if (isOnHub && adapter !== null && base !== null && pretrained !== base)
    throw new RunError(
      file,
      'it evaluates a fine-tune of another base than the model has',
      { field: 'config.model_args.pretrained', found: pretrained, registered: base },
      'Evaluate the registered adapter on its own base, or name the model that was evaluated with --model.',
    )
  const folder = weights ?? [adapter, pretrained].find((path) => path !== null && existsSync(path))
  if (folder === undefined || folder === null)
    throw new RunError(
      file,
      'it does not say which weights were evaluated',
      { pretrained: pretrained ?? 'not said', peft: adapter ?? 'not said' },
      `Name their folder with ${option}.`,
    )
  return { name: [pretrained, adapter].filter((part) => part !== null).join(' with ') || folder, folder }
}

/** A twin that is quantised itself would hide what quantisation costs; so would a model that was evaluated without it. */
export function requirePrecision(claim: HarnessClaim, isQuantised: boolean): void {
  const said = ['load_in_4bit', 'load_in_8bit'].find((name) => /^true$/i.test(String(claim.modelArgs[name])))
  if ((said !== undefined) === isQuantised) return
  throw new RunError(
    claim.file,
    isQuantised
      ? 'it evaluates the model without the quantisation that its twin is compared with'
      : 'it evaluates the twin with quantised weights',
    { field: 'config.model_args', load: said ?? 'in full precision' },
    'Evaluate the model with load_in_4bit or load_in_8bit, and its twin without.',
  )
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}
