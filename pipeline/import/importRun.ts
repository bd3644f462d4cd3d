/**
 * What other tools left on disk → a run folder that `model publish` takes.
 *
 *     training output ┐
 *     attribution data ┼→ run.json, the adapter, its card and state, rows.jsonl, gradients.safetensors, results
 *     evaluation ┘
 *
 * Every file is read once, at this edge, and refused with one sentence where it is not what it should be. Files that are only
 * hashed, pickles among them, are listed in the manifest's `sources`.
 */
import { DEFAULT_SKETCH_SETTINGS } from '../../attribution/sketcher.ts'
import { digestPath, type FileDigest } from '../run/digest.ts'
import { IMPORTED_FORMAT, type ImportedManifest } from '../run/importedManifest.ts'
import { RUN_FILES, type SketchManifest } from '../run/manifest.ts'
import { formatRows } from '../run/rows.ts'
import { RunError } from '../run/runError.ts'
import { requireNewFolder } from '../run/writeRun.ts'
import { type AttributionChoices, readAttributionData } from './attributionData.ts'
import { describeBase, type StatedBase } from './baseModel.ts'
import { type NamedCommitment, readContributions, readIds, rowsInOrder, rowsOfFile } from './contributions.ts'
import { writeImported } from './importedFolder.ts'
import { readEvaluation } from './lmEval.ts'
import { hasResults } from './lmEvalLayout.ts'
import { type ModelCard, parseModelCard } from './modelCard.ts'
import { configBeside, configIn, requireUnquantised } from './modelConfig.ts'
import { quantisationOf } from './quantisation.ts'
import type { RowSource } from './rowSource.ts'
import type { Quantisation } from './schemes.ts'
import { has, openSource, readBytes, readText, type SourceFolder } from './sourceFolder.ts'
import { type Recognised, settingOf } from './toolSettings.ts'
import { readTrainerState } from './trainerState.ts'
import { describeTraining, recogniseTool } from './trainingTool.ts'
import { pathIn, readWeights, type Weights } from './weights.ts'

export interface ImportOptions {
  /** The folder that the trainer wrote its output to. */
  readonly folder: string
  /** Where the attribution data are, and the results of evaluations; the same folder if not said. */
  readonly gradients?: string | undefined
  readonly evaluation?: string | undefined
  readonly out: string
  readonly base: StatedBase
  /** In the order in which they were accepted. */
  readonly commitments: readonly NamedCommitment[]
  /** Frozen dataset versions, ascending. */
  readonly versions: readonly string[]
  /** Which item each row is; numbered through the contributions if not said. */
  readonly rowsFile?: string | undefined
  /** What the attribution tool calls each row. */
  readonly idsFile?: string | undefined
  readonly checkpoint?: string | undefined
  readonly quantisation?: Quantisation | undefined
  readonly dims?: number | undefined
  readonly seed: number
  readonly onProgress?: (done: number, total: number) => void
}

export interface Imported {
  readonly manifest: ImportedManifest
  readonly zeroRows: number
  /** Metrics that no evaluation can be made of, and why. */
  readonly left: readonly string[]
}

export function importRun(options: ImportOptions): Imported {
  requireNewFolder(options.out)
  const source = openSource(options.folder)
  const data = options.gradients === undefined ? source : openSource(options.gradients)
  const results = options.evaluation === undefined ? source : openSource(options.evaluation)

  const weights = readWeights(source)
  const training = readTraining(source, weights)
  const base = baseOf(weights, training.card, options.base)
  const quantisation =
    weights.kind === 'model'
      ? requireUnquantised(source, options.quantisation)
      : quantisationOf({
          recognised: training.recognised,
          card: training.card,
          names: [base.name, weights.adapter.base.name, training.card?.baseModel].filter(
            (name) => typeof name === 'string',
          ),
          configs: [...configIn(source), ...configBeside(options.base.weights)],
          stated: options.quantisation,
        })

  const rows = readAttributionData(data, choicesOf(options))
  const contributions = readContributions(options.commitments)
  const runRows =
    options.rowsFile === undefined
      ? rowsInOrder(contributions, rows.n, rows.files.at(-1) ?? '')
      : rowsOfFile(options.rowsFile, contributions, rows.n)
  const isEvaluated = options.evaluation !== undefined || hasResults(results)
  const evaluation = isEvaluated ? readEvaluation(results) : undefined
  const sketch = sketchOf(rows, options)

  let zeroRows = 0
  const manifest = writeImported(options.out, ({ write, take, writeRows }) => {
    const carried = new Set<string>()
    if (weights.kind === 'adapter') {
      write(RUN_FILES.adapterConfig, weights.config)
      write(RUN_FILES.adapterModel, weights.model)
      for (const file of [RUN_FILES.adapterConfig, RUN_FILES.adapterModel]) carried.add(file)
    } else {
      for (const file of weights.files) {
        take(file, pathIn(source, file))
        carried.add(file)
      }
    }
    for (const file of training.files) {
      write(file, readBytes(source, file))
      carried.add(file)
    }
    if (evaluation !== undefined) write('lm_eval_results.json', evaluation.results.content)
    write(RUN_FILES.rows, formatRows(runRows))
    zeroRows = writeRows(rows, options.onProgress).zeroRows
    const { tool, content, width, modules, settings } = rows
    return {
      format: IMPORTED_FORMAT,
      base,
      method: weights.kind === 'model' ? 'full' : quantisation === null ? 'lora' : 'qlora',
      quantisation,
      lora: weights.kind === 'model' ? null : loraOf(weights.adapter),
      training: training.described,
      dataset: {
        versions: [...options.versions],
        rows: rows.n,
        contributions: contributions.map(({ id, itemHashes }) => ({ id, items: itemHashes.length })),
      },
      projection: { kind: 'imported', tool, content, width, modules: [...modules], settings: { ...settings } },
      sketch,
      evaluation: { benchmarks: [...(evaluation?.benchmarks ?? [])] },
      sources: {
        ...hashAll(
          'training',
          source,
          leftOf(source).filter((file) => !carried.has(file) && !(data === source && rows.files.includes(file))),
        ),
        ...hashAll('gradients', data, rows.files),
        ...hashAll(
          'evaluation',
          results,
          evaluation === undefined ? [] : [evaluation.results.file, ...evaluation.samples],
        ),
      },
    }
  })
  return { manifest, zeroRows, left: evaluation?.left ?? [] }
}

interface ReadTraining {
  readonly card: ModelCard | null
  readonly recognised: Recognised
  readonly described: ImportedManifest['training']
  /** Small files that are carried as they are. */
  readonly files: readonly string[]
}

/** Files that say how it was trained, beside the card and the state. */
const TELLING = [
  'training_args.yaml',
  'llamaboard_config.yaml',
  'training_params.json',
  'torchtune_config.yaml',
  'all_results.json',
  'train_results.json',
  'config.json',
]

function readTraining(source: SourceFolder, weights: Weights): ReadTraining {
  const card = has(source, RUN_FILES.modelCard) ? parseModelCard(readText(source, RUN_FILES.modelCard)) : null
  const state = has(source, RUN_FILES.trainerState) ? readTrainerState(source, RUN_FILES.trainerState) : null
  const recognised = recogniseTool(source, card)
  if (weights.kind === 'adapter') requireSameRank(recognised, weights.adapter.rank)
  return {
    card,
    recognised,
    described: describeTraining(recognised, card, state),
    files: [RUN_FILES.modelCard, RUN_FILES.trainerState, ...TELLING].filter((file) => has(source, file)),
  }
}

function requireSameRank({ tool, config, configFile }: Recognised, rank: number): void {
  const said = settingOf(tool, config, 'rank') ?? null
  if (said === null || Number(said) === rank) return
  throw new RunError(
    configFile ?? '',
    `it is of an adapter of another rank than ${RUN_FILES.adapterConfig}`,
    { found: typeof said === 'number' ? said : String(said), expected: rank },
    'They are of two trainings; keep the output of one in a folder of its own.',
  )
}

function baseOf(weights: Weights, card: ModelCard | null, stated: StatedBase): ImportedManifest['base'] {
  return weights.kind === 'adapter'
    ? describeBase(weights.adapter.base, card?.baseModel ?? null, stated, RUN_FILES.adapterConfig)
    : describeBase({ name: null, revision: null }, card?.baseModel ?? null, stated, RUN_FILES.modelCard)
}

function loraOf({ rank, alpha, targetModules, modulesToSave }: Extract<Weights, { kind: 'adapter' }>['adapter']) {
  return { rank, alpha, targetModules, modulesToSave }
}

function choicesOf({ checkpoint, idsFile }: ImportOptions): AttributionChoices {
  return {
    ...(checkpoint !== undefined && { checkpoint }),
    ...(idsFile !== undefined && { ids: readIds(idsFile) }),
  }
}

const DIMS_STEP = 64

/** As many dimensions as the rows allow, up to the usual number; Fisher, since other tools give no Gauss–Newton factors. */
function sketchOf(rows: RowSource, { dims, seed }: ImportOptions): SketchManifest {
  const widest = Math.floor(rows.width / DIMS_STEP) * DIMS_STEP
  if (widest === 0 || (dims !== undefined && dims > rows.width))
    throw new RunError(
      rows.files.at(-1) ?? '',
      'its rows are narrower than a sketch',
      { width: rows.width, dims: dims ?? DIMS_STEP },
      `A sketch has at least ${DIMS_STEP} dimensions: project to more, or score against more queries.`,
    )
  const { method, damping, iterations } = DEFAULT_SKETCH_SETTINGS as Extract<SketchManifest, { method: 'pca' }>
  return {
    source: 'gradient',
    dims: dims ?? Math.min(DEFAULT_SKETCH_SETTINGS.dims, widest),
    curvature: 'fisher',
    seed,
    method,
    damping: [...damping],
    iterations,
  }
}

const LEFT = /(^|\/)[^/]+\.(bin|pt|pth|pkl|pickle|ckpt)$/

/** Pickles of the training output: hashed, so that their holder can show that they belong to this run. */
function leftOf({ files }: SourceFolder): readonly string[] {
  return files.filter((file) => LEFT.test(file))
}

/** Named by what the folder was for, since files of several folders may have one name. */
function hashAll(
  role: 'training' | 'gradients' | 'evaluation',
  source: SourceFolder,
  files: readonly string[],
): Record<string, FileDigest> {
  return Object.fromEntries(files.map((file) => [`${role}/${file}`, digestPath(pathIn(source, file))]))
}
