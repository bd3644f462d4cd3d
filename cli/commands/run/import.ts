import { type Command, InvalidArgumentError } from 'commander'
import type { Hex } from 'viem'
import { importRun } from '../../../pipeline/import/importRun.ts'
import { parseQuantisation, SCHEMES } from '../../../pipeline/import/schemes.ts'
import type { ImportedManifest } from '../../../pipeline/run/importedManifest.ts'
import { action, commandOf } from '../../command.ts'
import { UsageError } from '../../usageError.ts'
import { collected, wholeNumber } from '../../values.ts'
import { countOf } from '../../words.ts'

interface Options {
  readonly out: string
  readonly gradients?: string
  readonly evaluation?: string
  readonly contribution?: readonly { readonly id: Hex; readonly path: string }[]
  readonly datasetVersion?: readonly string[]
  readonly rows?: string
  readonly ids?: string
  readonly checkpoint?: string
  readonly base?: string
  readonly baseSource?: string
  readonly baseRevision?: string
  readonly baseLicence: string
  readonly baseWeights?: string
  readonly baseWeightsSha256?: string
  readonly quantisation?: Exclude<ReturnType<typeof parseQuantisation>, undefined>
  readonly dims?: number
  readonly seed: number
}

export function importCommand(): Command {
  return commandOf(
    'import',
    `make a run folder from the output of another training tool: PEFT, Transformers, TRL, Axolotl,
LLaMA-Factory, Unsloth, AutoTrain or torchtune, with attribution
data of Bergson, TRAK, LogIX, dattri or kronfluence. It can be certified, published and evaluated, and served where
a server answers (serve --backend, --sketches). docs/importing.md says what is read and what is refused.`,
  )
    .argument('<training output>', 'the folder that the training left')
    .requiredOption('--out <folder>', 'the run folder; must not exist yet')
    .option('--gradients <folder>', 'where the attribution data are (<training output>)')
    .option('--evaluation <folder>', 'where lm-evaluation-harness left results and samples')
    .option(
      '--contribution <id=file>',
      'a contribution and its commitment.json; repeat in the order of acceptance',
      collected(commitmentOf),
    )
    .option('--dataset-version <version>', 'a frozen version that holds them; repeat, ascending', collected(versionOf))
    .option('--rows <rows.jsonl>', 'which item each row is (numbered through the contributions)')
    .option('--ids <file>', 'the attribution tool’s name of each row, one a line (LogIX)')
    .option('--checkpoint <id>', 'which of several checkpoints (TRAK)')
    .option('--base <name>', 'the base model (as the adapter names it)')
    .option('--base-source <where>', 'where its weights come from (hf://<name>)')
    .option('--base-revision <revision>', 'the commit or version of it (as the adapter says)')
    .requiredOption('--base-licence <SPDX>', 'its licence')
    .option('--base-weights <file|folder>', 'its weights, to be hashed; or')
    .option('--base-weights-sha256 <hex>', 'their sha-256', sha256)
    .option('--quantisation <scheme>', `of the base while it was tuned, where no file says: ${SCHEMES}`, schemeOf)
    .option(
      '--dims <number>',
      'dimensions of a sketch, a multiple of 64 (default: 256, or what the rows allow)',
      dimsOf,
    )
    .option('--seed <number>', 'seed of the sketches’ projection', wholeNumber(0, 2 ** 31 - 1), 1)
    .action(
      action<[string], Options>(async (context, options, folder) => {
        const { manifest, zeroRows, left } = importRun({
          folder,
          out: options.out.replace(/\/$/, ''),
          gradients: options.gradients,
          evaluation: options.evaluation,
          base: {
            name: options.base,
            source: options.baseSource,
            revision: options.baseRevision,
            licence: options.baseLicence,
            weights: weightsOf(options),
          },
          commitments: options.contribution ?? [],
          versions: ascending(options.datasetVersion),
          rowsFile: options.rows,
          idsFile: options.ids,
          checkpoint: options.checkpoint,
          quantisation: options.quantisation,
          dims: options.dims,
          seed: options.seed,
          onProgress: (done, total) => context.terminal.progress('Import rows', done, total),
        })
        context.terminal.result({ run: options.out, manifest, zeroRows, left }, [
          ...summaryOf(manifest, options.out),
          ...(zeroRows > 0 ? [`${countOf(zeroRows, 'row is', 'rows are')} all zero: no answer will credit them.`] : []),
          ...left.map((metric) => `Not recorded: ${metric}.`),
        ])
      }),
    )
}

function summaryOf(
  { training, method, quantisation, projection, dataset, sketch, evaluation, sources }: ImportedManifest,
  out: string,
): readonly string[] {
  const tool = projection.kind === 'imported' ? projection.tool : 'this project'
  const scheme = quantisation === null ? '' : ` on a base in ${quantisation.scheme}`
  return [
    `Trained with ${training.tool}${training.version === null ? '' : ` ${training.version}`}: ${method}${scheme}.`,
    `${countOf(dataset.rows, 'row')} of ${projection.width} dimensions from ${tool}, to be sketched in ${sketch.dims}.`,
    `${countOf(evaluation.benchmarks.length, 'benchmark score')}; ${countOf(Object.keys(sources).length, 'file was', 'files were')} hashed and left in place.`,
    `${out} is a run folder: attribution model publish ${out} registers it. To serve it, give serve --backend and --sketches.`,
  ]
}

function commitmentOf(text: string) {
  const [, id, path] = /^(0x[0-9a-f]{64})=(.+)$/.exec(text) ?? []
  if (id === undefined || path === undefined)
    throw new InvalidArgumentError('It takes a contribution’s 0x… name, = and its commitment.json.')
  return { id: id as Hex, path }
}

function versionOf(text: string): string {
  if (/^[1-9]\d*$/.test(text)) return text
  throw new InvalidArgumentError('It takes a number above zero.')
}

function ascending(versions: readonly string[] = []): readonly string[] {
  const isAscending = versions.every((text, i) => i === 0 || BigInt(versions[i - 1] ?? 0) < BigInt(text))
  if (versions.length > 0 && isAscending) return versions
  throw new UsageError('Name the frozen dataset versions with --dataset-version, ascending.')
}

function weightsOf({ baseWeights: path, baseWeightsSha256: sha256 }: Options) {
  if (path !== undefined && sha256 === undefined) return { path }
  if (path === undefined && sha256 !== undefined) return { sha256 }
  throw new UsageError('Give either --base-weights or --base-weights-sha256.')
}

function sha256(text: string): string {
  if (/^[0-9a-f]{64}$/.test(text)) return text
  throw new InvalidArgumentError('It takes 64 lowercase hexadecimal digits.')
}

function schemeOf(text: string) {
  const scheme = parseQuantisation(text)
  if (scheme !== undefined) return scheme
  throw new InvalidArgumentError(`It takes ${SCHEMES}.`)
}

function dimsOf(text: string): number {
  const dims = wholeNumber(64, 4_096)(text)
  if (dims % 64 === 0) return dims
  throw new InvalidArgumentError('It takes a multiple of 64.')
}
