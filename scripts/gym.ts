import { rmSync } from 'node:fs'
import { terminalOn } from '../cli/terminal.ts'
import { ATTACKS, attackNamed } from '../pipeline/gym/attacks.ts'
import { type GymSettings, runGym } from '../pipeline/gym/gym.ts'
import { DEFAULT_SKETCH } from '../pipeline/train/emit/describeRun.ts'
import { taskNamed } from '../pipeline/train/tasks/tasks.ts'
import { writeWhole } from '../sdk/node/writeWhole.ts'
import { runCommand, UsageError, wholeNumber } from './command.ts'
import { writeTables } from './documentTables.ts'
import { summaryOf } from './gym/summary.ts'
import { tablesOf } from './gym/tables.ts'

const PAGE = 'docs/gym.md'
const WORLDS = 'var/gym/worlds'
const JSON_FILE = 'var/gym/gym.json'
const MOST_SEED = 2 ** 31 - 1

await runCommand({
  usage: `npm run gym [-- options]
Measures what attacks gain, each world trained and paid anew by the rule that the ledger pays by. Prints the tables of
${PAGE} and keeps the figures in ${JSON_FILE}. What was settled is kept; killed, it continues where it was.
  --task <mail|speeches>   one task or several (both)
  --seed <number>          one seed or several (21, 22 and 23)
  --attack <name>          one attack or several (all of them)
  --rows <number>          training rows (1600)
  --calls <number>         paid calls (400)
  --contributors <number>  (40)
  --attackers <number>     honest contributors who attack at the same time (6)
  --cache <folder>         where features are kept (var/cache/features)
  --fresh                  settle every world again, after a change of the rules or of the training
  --write-docs             put the tables into ${PAGE}`,
  options: {
    task: { type: 'string', multiple: true, default: ['mail', 'speeches'] },
    seed: { type: 'string', multiple: true, default: ['21', '22', '23'] },
    attack: { type: 'string', multiple: true, default: ATTACKS.map(({ name }) => name) },
    rows: { type: 'string', default: '1600' },
    calls: { type: 'string', default: '400' },
    contributors: { type: 'string', default: '40' },
    attackers: { type: 'string', default: '6' },
    cache: { type: 'string', default: 'var/cache/features' },
    fresh: { type: 'boolean', default: false },
    'write-docs': { type: 'boolean', default: false },
  },
  async run(values) {
    if (values['write-docs'] && values.attack.length < ATTACKS.length)
      throw new UsageError(`--write-docs takes every attack. Leave out --attack, or --write-docs.`)
    const settings: GymSettings = {
      tasks: values.task.map(taskNamed),
      seeds: values.seed.map((text) => wholeNumber('seed', text, 0, MOST_SEED)),
      attacks: values.attack.map(attackNamed),
      rows: wholeNumber('rows', values.rows, 40, 100_000),
      calls: wholeNumber('calls', values.calls, 1, 100_000),
      contributors: wholeNumber('contributors', values.contributors, 8, 1_000),
      attackers: wholeNumber('attackers', values.attackers, 1, 500),
      maxTokens: 64,
      sketch: DEFAULT_SKETCH,
    }
    if (values.fresh) rmSync(WORLDS, { recursive: true, force: true })
    const folders = { cache: values.cache, worlds: WORLDS }
    const { progress } = terminalOn(false)
    const result = await runGym(settings, folders, ({ step, done, total }) => progress(step, done, total))
    const summary = summaryOf(settings, result)
    writeWhole(JSON_FILE, `${JSON.stringify(summary, null, 2)}\n`)
    const tables = tablesOf(summary)
    console.log(tables)
    if (values['write-docs']) writeTables(PAGE, tables)
  },
})
