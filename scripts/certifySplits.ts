import { join } from 'node:path'
import { terminalOn } from '../cli/terminal.ts'
import { attachCertificate } from '../pipeline/certify/attach.ts'
import { certify, isEmbedded } from '../pipeline/certify/certify.ts'
import { readRun } from '../pipeline/run/readRun.ts'
import { ensureSplitRun, parseSplit, spellSplit } from './certify/splits.ts'
import { type Certified, tablesOf } from './certify/tables.ts'
import { runCommand, UsageError } from './command.ts'
import { writeTables } from './documentTables.ts'

const DOCUMENT = 'docs/certificate-measured.md'

await runCommand({
  usage: `npm run certify:splits -- <task>:<seed>[:market] … [options]
Trains and certifies the default run of each split, in var/certify, and prints the tables of ${DOCUMENT}. A market's contributors
differ in size, topics and care; others are alike but for four. What was retrained is kept; killed, it continues where it was.
  --cache <folder>   where features and retrainings are kept (var/cache)
  --write-docs       put the tables into ${DOCUMENT}`,
  options: {
    cache: { type: 'string', default: 'var/cache' },
    'write-docs': { type: 'boolean', default: false },
  },
  async run({ cache, 'write-docs': writesDocs }, names) {
    if (names.length === 0) throw new UsageError('Name a split, as in mail:2 or mail:2:market.')
    const { progress, note } = terminalOn(false)
    const features = {
      cacheFolder: join(cache, 'features'),
      onProgress: ({ step, done, total }: { step: string; done: number; total: number }) => progress(step, done, total),
    }
    const certified: Certified[] = []
    for (const split of names.map(parseSplit)) {
      const { folder, set } = await ensureSplitRun(split, 'var/certify', features.cacheFolder, features.onProgress)
      const run = readRun(folder)
      if (!isEmbedded(run)) throw new Error('A split is trained on the embedded base')
      const retraining = { ...features, cacheFolder: join(cache, 'retrainings') }
      const certificate = await certify(run, set, { features, retraining })
      attachCertificate({ folder }, certificate)
      certified.push({ split: spellSplit(split), certificate })
    }
    note(`Certified ${certified.length} splits`)
    const tables = tablesOf(certified)
    if (writesDocs) writeTables(DOCUMENT, tables)
    else process.stdout.write(`${tables}\n`)
  },
})
