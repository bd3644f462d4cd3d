import { readFileSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { EVALUATION_FILE, type Evaluation, parseEvaluation } from '../../../pipeline/evaluate/evaluationFile.ts'
import { type HarnessResults, readHarness } from '../../../pipeline/evaluate/harness.ts'
import { evaluatedBy, requirePrecision } from '../../../pipeline/evaluate/harnessClaim.ts'
import { type RegisteredModel, requireWeights, weightsHashIn } from '../../../pipeline/evaluate/registered.ts'
import { readEvaluation } from '../../../pipeline/import/lmEval.ts'
import { openSource } from '../../../pipeline/import/sourceFolder.ts'
import { MANIFEST_FILE } from '../../../pipeline/run/manifest.ts'
import { readRun } from '../../../pipeline/run/readRun.ts'
import { StopError } from '../../../sdk/errors.ts'

/** What is named on the command line → evaluations of the model that the chain knows by its number. */

export interface NamedSource {
  /** A run folder, a folder or file of lm-evaluation-harness, or an evaluation's file. */
  readonly path: string
  readonly weights: string | undefined
  /** Results of the full-precision twin, for those of the harness. */
  readonly twin: string | undefined
  readonly twinWeights: string | undefined
}

export interface Evaluations {
  readonly evaluations: readonly Evaluation[]
  /** Metrics that no record can be made of, each with the reason. */
  readonly left: readonly string[]
}

export function readSource(named: NamedSource, model: RegisteredModel): Evaluations {
  const { path } = named
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined)
    throw new StopError(`There is no ${path}`, {}, 'Name a run folder, or results of lm-evaluation-harness.')
  if (found.isFile() && path.endsWith('.jsonl')) {
    const evaluation = parseEvaluation(path, readFileSync(path))
    requireWeights(path, evaluation.model.weightsHash, model)
    return { evaluations: [evaluation], left: [] }
  }
  if (found.isDirectory() && statSync(join(path, MANIFEST_FILE), { throwIfNoEntry: false }) !== undefined)
    return { evaluations: [readRunEvaluation(path, model)], left: [] }
  return readHarnessOf(named, model)
}

function readRunEvaluation(folder: string, model: RegisteredModel): Evaluation {
  const { manifest, manifestHash, adapterHash } = readRun(folder)
  requireWeights(folder, adapterHash, model)
  if (manifestHash !== model.manifestHash)
    throw new StopError(
      `${folder} is another run than that of model ${model.model}`,
      { manifest: manifestHash, registered: model.manifestHash },
      'Name the run folder that was published.',
    )
  if (!(EVALUATION_FILE in manifest.files))
    throw new StopError(
      `The run in ${folder} lists no ${EVALUATION_FILE}`,
      {},
      'Evaluate the model with lm-evaluation-harness and --log_samples, and name its output.',
    )
  const evaluation = parseEvaluation(EVALUATION_FILE, readFileSync(join(folder, EVALUATION_FILE)))
  requireWeights(EVALUATION_FILE, evaluation.model.weightsHash, model)
  return evaluation
}

function readHarnessOf({ path, weights, twin, twinWeights }: NamedSource, model: RegisteredModel): Evaluations {
  const own = resultsAt(path)
  const { claim, results } = claimed(own, weights, '--weights', model)
  requireWeights(`${claim.file}, evaluated with ${claim.weights},`, results.model.weightsHash, model)
  if (twin === undefined) return readHarness(results)
  const other = claimed(resultsAt(twin), twinWeights, '--twin-weights', model)
  if (model.bits > 0) requirePrecision(claim, true)
  requirePrecision(other.claim, false)
  return readHarness(results, other.results)
}

/** A results file, or the latest one in a folder. */
function resultsAt(path: string): Omit<HarnessResults, 'model'> {
  const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() === true
  return isFile ? { source: openSource(dirname(path)), file: basename(path) } : { source: openSource(path) }
}

function claimed(
  at: Omit<HarnessResults, 'model'>,
  weights: string | undefined,
  option: string,
  model: RegisteredModel,
) {
  const { modelArgs, results } = readEvaluation(at.source, at.file)
  const claim = { file: results.file, modelArgs, weights }
  const { name, folder } = evaluatedBy(claim, model, option)
  return {
    claim: { ...claim, weights: folder },
    results: { ...at, model: { name, weightsHash: weightsHashIn(folder) } },
  }
}
