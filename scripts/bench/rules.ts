import { join } from 'node:path'
import { isEmbedded } from '../../pipeline/certify/certify.ts'
import { examOfSplit } from '../../pipeline/certify/exam.ts'
import { examine } from '../../pipeline/certify/examine.ts'
import { sketchRun } from '../../pipeline/certify/sketched.ts'
import { readRun } from '../../pipeline/run/readRun.ts'
import { taskNamed } from '../../pipeline/train/tasks/tasks.ts'
import { ensureSplitRun, parseSplit, type SplitName } from '../certify/splits.ts'
import { runCommand } from '../command.ts'
import { writeTables } from '../documentTables.ts'
import { reportTo } from '../eta.ts'
import { candidateRules } from './rules/candidates.ts'
import { judgeRule, type RuleFigures } from './rules/judge.ts'
import { tableOf } from './rules/table.ts'
import { measureTruth } from './rules/truth.ts'

const DOCUMENT = 'docs/decisions/020-how-far-pay-can-follow-worth.md'
const CACHE = 'var/cache'
const DEFAULT_SPLITS = ['mail:1', 'mail:2', 'mail:3', 'mail:4', 'speeches:1', 'speeches:2', 'speeches:3', 'speeches:4']

const onProgress = reportTo(process.stderr, () => performance.now())

await runCommand({
  usage: `npm run bench:rules [-- --split <task>:<seed> … --write-docs]
Pays the same answers by many rules, and prints how far each follows what contributors are worth and what planted rows earn: the mean
over the splits of each task. On the splits that settings were chosen on (${DEFAULT_SPLITS.join(' ')}).
  --write-docs   put the tables into ${DOCUMENT}`,
  options: {
    split: { type: 'string', multiple: true, default: DEFAULT_SPLITS },
    'write-docs': { type: 'boolean', default: false },
  },
  async run(values) {
    const byTask = new Map<string, RuleFigures[][]>()
    for (const split of values.split.map(parseSplit)) {
      const figures = await judgeSplit(split)
      byTask.set(split.task, [...(byTask.get(split.task) ?? []), figures])
    }
    const tables = [...byTask].map(([task, splits]) => tableOf(task, splits)).join('\n\n')
    if (values['write-docs']) writeTables(DOCUMENT, tables)
    else process.stdout.write(`${tables}\n`)
  },
})

async function judgeSplit(split: SplitName): Promise<RuleFigures[]> {
  const features = { cacheFolder: join(CACHE, 'features'), onProgress }
  const run = readRun(await ensureSplitRun(split, 'var/certify', features.cacheFolder, onProgress))
  if (!isEmbedded(run)) throw new Error('A split’s run is trained by the embedded trainer')
  const examined = await examine(run, examOfSplit(run.manifest, taskNamed(split.task), split.seed), features)
  const truth = await measureTruth(examined, run.manifest.training.seed, {
    cacheFolder: join(CACHE, 'retrainings'),
    onProgress,
  })
  const rules = candidateRules(run, examined, sketchRun(run, examined.queries), truth)
  const figures: RuleFigures[] = []
  for (const [i, { name, pay }] of rules.entries()) {
    figures.push({ name, ...judgeRule(pay(), examined.rows, truth) })
    onProgress({ step: `Pay ${split.task}:${split.seed} by other rules`, done: i + 1, total: rules.length })
  }
  return figures
}
