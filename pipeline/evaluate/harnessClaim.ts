/** What results of lm-evaluation-harness say of the model that they are of: its base, its adapter, its precision. */
import { existsSync } from 'node:fs'
import { RunError } from '../run/runError.ts'
import type { RegisteredModel } from './registered.ts'

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
      'Evaluate the registered adapter on its own base, or name the model that was evaluated.',
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
