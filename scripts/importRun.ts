import { importRun } from '../pipeline/import/importRun.ts'
import { parseQuantisation } from '../pipeline/import/quantisation.ts'
import type { ImportedManifest } from '../pipeline/run/manifest.ts'
import { runCommand, UsageError, wholeNumber } from './command.ts'

await runCommand({
  usage: `npm run import-run -- <training output> --out <run folder> [options]
Makes a run folder, which publish-run takes, of what PEFT, Transformers, TRL, Axolotl, LLaMA-Factory or Unsloth left, with
attribution data of Bergson, TRAK, LogIX, dattri or kronfluence. docs/importing.md says what is read and what is refused.
  --out <folder>                  the run folder; must not exist yet
  --gradients <folder>            where the attribution data are (<training output>)
  --evaluation <folder>           where lm-evaluation-harness left results and samples (<training output>, if it holds any)
  --contribution <id>=<file>      a contribution and its commitment.json; repeat, in the order in which they were accepted
  --dataset-version <version>     a frozen dataset version that holds them; repeat, ascending
  --rows <rows.jsonl>             which item each row is (numbered through the contributions)
  --ids <file>                    what the attribution tool calls each row, one a line (LogIX)
  --checkpoint <id>               which of several checkpoints (TRAK)
  --base <name>                   the base model (as the adapter names it)
  --base-source <where>           where its weights come from (hf://<name>)
  --base-revision <revision>      the commit or version of it (as the adapter says)
  --base-licence <SPDX>           its licence
  --base-weights <file|folder>    its weights, to be hashed; or
  --base-weights-sha256 <hex>     their sha-256
  --quantisation <scheme>         how the base was quantised, where no file says: none, int8, nf4, fp4, nf4+double
  --dims <dims>                   dimensions of a sketch, a multiple of 64 (256, or what the rows allow)
  --seed <number>                 of the sketches' projection (1)`,
  options: {
    out: { type: 'string' },
    gradients: { type: 'string' },
    evaluation: { type: 'string' },
    contribution: { type: 'string', multiple: true, default: [] },
    'dataset-version': { type: 'string', multiple: true, default: [] },
    rows: { type: 'string' },
    ids: { type: 'string' },
    checkpoint: { type: 'string' },
    base: { type: 'string' },
    'base-source': { type: 'string' },
    'base-revision': { type: 'string' },
    'base-licence': { type: 'string' },
    'base-weights': { type: 'string' },
    'base-weights-sha256': { type: 'string' },
    quantisation: { type: 'string' },
    dims: { type: 'string' },
    seed: { type: 'string', default: '1' },
  },
  async run(values, [folder]) {
    const { out } = values
    const licence = values['base-licence']
    if (folder === undefined || out === undefined) throw new UsageError('Name the training output and --out.')
    if (licence === undefined) throw new UsageError('Name the licence of the base with --base-licence.')
    const { manifest, zeroRows, left } = importRun({
      folder,
      out: out.replace(/\/$/, ''),
      gradients: values.gradients,
      evaluation: values.evaluation,
      base: {
        name: values.base,
        source: values['base-source'],
        revision: values['base-revision'],
        licence,
        weights: weightsOf(values['base-weights'], values['base-weights-sha256']),
      },
      commitments: values.contribution.map(commitmentOf),
      versions: versionsOf(values['dataset-version']),
      rowsFile: values.rows,
      idsFile: values.ids,
      checkpoint: values.checkpoint,
      quantisation: values.quantisation === undefined ? undefined : schemeOf(values.quantisation),
      dims: values.dims === undefined ? undefined : dimsOf(values.dims),
      seed: wholeNumber('seed', values.seed, 0, 2 ** 31 - 1),
      onProgress: showProgress(),
    })
    process.stdout.write(`${summaryOf(manifest, out)}\n`)
    if (zeroRows > 0) process.stdout.write(`${zeroRows} rows are all zero: no answer will credit them.\n`)
    for (const metric of left) process.stdout.write(`Not recorded: ${metric}.\n`)
  },
})

function summaryOf(
  { training, method, quantisation, projection, dataset, sketch, evaluation, sources }: ImportedManifest,
  out: string,
) {
  const tool = projection.kind === 'imported' ? projection.tool : 'this project'
  const scheme = quantisation === null ? '' : ` on a base in ${quantisation.scheme}`
  return [
    `Trained with ${training.tool}${training.version === null ? '' : ` ${training.version}`}: ${method}${scheme}.`,
    `${dataset.rows} rows of ${projection.width} dimensions from ${tool}, to be sketched in ${sketch.dims}.`,
    `${evaluation.benchmarks.length} benchmark scores; ${Object.keys(sources).length} files were hashed and left where they are.`,
    `${out} is a run folder; publish-run takes it.`,
  ].join('\n')
}

function commitmentOf(text: string) {
  const [, id, path] = /^(0x[0-9a-f]{64})=(.+)$/.exec(text) ?? []
  if (id === undefined || path === undefined)
    throw new UsageError(`--contribution takes a contribution's 0x… name, = and its commitment.json, not "${text}"`)
  return { id: id as `0x${string}`, path }
}

function versionsOf(texts: readonly string[]): readonly string[] {
  const wrong = texts.find((text) => !/^[1-9]\d*$/.test(text))
  if (wrong !== undefined) throw new UsageError(`--dataset-version takes a number above zero, not "${wrong}"`)
  const isAscending = texts.every((text, i) => i === 0 || BigInt(texts[i - 1] ?? 0) < BigInt(text))
  if (texts.length > 0 && isAscending) return texts
  throw new UsageError('Name the frozen dataset versions with --dataset-version, ascending.')
}

function weightsOf(path: string | undefined, sha256: string | undefined) {
  if ((path === undefined) === (sha256 === undefined))
    throw new UsageError('Give either --base-weights or --base-weights-sha256.')
  if (path !== undefined) return { path }
  if (sha256 !== undefined && /^[0-9a-f]{64}$/.test(sha256)) return { sha256 }
  throw new UsageError('--base-weights-sha256 takes 64 lowercase hexadecimal digits.')
}

function schemeOf(text: string) {
  const scheme = parseQuantisation(text)
  if (scheme !== undefined) return scheme
  throw new UsageError(`--quantisation takes none, int8, nf4, fp4, nf4+double or fp4+double, not "${text}"`)
}

function dimsOf(text: string): number {
  const dims = wholeNumber('dims', text, 64, 4096)
  if (dims % 64 === 0) return dims
  throw new UsageError('--dims takes a multiple of 64.')
}

/** One line that is written over, where somebody watches. */
function showProgress(): (done: number, total: number) => void {
  if (!process.stderr.isTTY) return () => {}
  return (done, total) => process.stderr.write(`\r${done} of ${total} rows${done === total ? '\n' : ''}`)
}
