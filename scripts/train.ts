import { rootOf } from '../attribution/merkle.ts'
import { hashItems } from '../pipeline/train/tasks/item.ts'
import { splitTask } from '../pipeline/train/tasks/split.ts'
import { taskNamed } from '../pipeline/train/tasks/tasks.ts'
import { type TrainingContribution, trainRun } from '../pipeline/train/trainRun.ts'
import { contributionId, itemsTree } from '../sdk/contribution.ts'
import { runCommand, wholeNumber } from './command.ts'
import { reportTo } from './eta.ts'

const MOST = 999_999_999

// Contributions are named as in dataset 1, contributor i being account i, so the folder is of the same form as one that a chain knows.
await runCommand({
  usage: `npm run train -- [options]
Trains a run without a chain, on a split of a corpus, and writes it as a folder.
  --task <mail|speeches>    what is told apart (mail)
  --rows <number|all>       of the training (1600)
  --held-out <number>       texts that are kept for evaluating (400)
  --contributors <number>   among whom the rows are divided (40)
  --seed <number>           of the split and of the training (1)
  --max-tokens <number>     of a text; the rest is cut off (64)
  --no-twin                 skip the comparison with full precision
  --cache <folder>          where encoded texts are kept (var/cache/features)
  --out <folder>            where the run goes (var/run)`,
  options: {
    task: { type: 'string', default: 'mail' },
    rows: { type: 'string', default: '1600' },
    'held-out': { type: 'string', default: '400' },
    seed: { type: 'string', default: '1' },
    contributors: { type: 'string', default: '40' },
    'max-tokens': { type: 'string', default: '64' },
    cache: { type: 'string', default: 'var/cache/features' },
    out: { type: 'string', default: 'var/run' },
    'no-twin': { type: 'boolean', default: false },
  },
  async run(values) {
    const started = performance.now()
    const seed = wholeNumber('seed', values.seed, 0, MOST)
    const task = taskNamed(values.task)
    const split = splitTask(task, {
      seed,
      rows: values.rows === 'all' ? 'all' : wholeNumber('rows', values.rows, 1, MOST),
      heldOut: wholeNumber('held-out', values['held-out'], 1, MOST),
      contributors: wholeNumber('contributors', values.contributors, 1, MOST),
    })
    const contributions = split.contributors.map(({ name, items }, i): TrainingContribution => {
      const itemHashes = hashItems(`${name} of seed ${seed}`, items)
      return { id: contributionId(1, i + 1, rootOf(itemsTree(itemHashes)), items.length), items, itemHashes }
    })
    const { evaluation, dataset } = await trainRun({
      contributions,
      versions: ['1'],
      heldOut: split.heldOut,
      task,
      outFolder: values.out,
      seed,
      cacheFolder: values.cache,
      maxTokens: wholeNumber('max-tokens', values['max-tokens'], 1, MOST),
      compareFullPrecision: !values['no-twin'],
      onProgress: reportTo(process.stderr, () => performance.now()),
    })
    const seconds = ((performance.now() - started) / 1000).toFixed(1)
    console.log(`${values.out}: ${dataset.rows} rows of ${dataset.contributions.length} contributions in ${seconds} s`)
    console.log(JSON.stringify(evaluation, null, 2))
  },
})
