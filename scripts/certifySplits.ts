import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { terminalOn } from '../cli/terminal.ts'
import { attachCertificate } from '../pipeline/certify/attach.ts'
import { CERTIFICATE_FILES, type Certificate, parseCertificate } from '../pipeline/certify/certificate.ts'
import { certify, isEmbedded } from '../pipeline/certify/certify.ts'
import { readRun } from '../pipeline/run/readRun.ts'
import { DOCUMENTED } from './certify/list.ts'
import { countsOf, ensureSplitRun, folderOf, parseSplit, type SplitName, spellSplit } from './certify/splits.ts'
import { type Certified, tablesOf } from './certify/tables.ts'
import { runCommand, UsageError } from './command.ts'
import { writeTables } from './documentTables.ts'

const DOCUMENT = 'docs/certificate-measured.md'
const RUNS = 'var/certify'

await runCommand({
  usage: `npm run certify -- <task>:<seed>[:market][:contributors] … [options]
Trains and certifies the run of each split, in ${RUNS}, and prints the tables of ${DOCUMENT}. A market's contributors differ in
size, topics and care; others are alike but for four. What was retrained is kept; killed, it continues where it was.
  --all              the splits of ${DOCUMENT}, ${DOCUMENTED.length} in all
  --made             make none: the tables of those certificates that lie in ${RUNS} already
  --cache <folder>   where features and retrainings are kept (var/cache)
  --write-docs       put the tables into ${DOCUMENT}`,
  options: {
    all: { type: 'boolean', default: false },
    made: { type: 'boolean', default: false },
    cache: { type: 'string', default: 'var/cache' },
    'write-docs': { type: 'boolean', default: false },
  },
  async run({ all, made, cache, 'write-docs': writesDocs }, names) {
    if (all === names.length > 0) throw new UsageError('Name splits, as in mail:2 or mail:2:market, or say --all.')
    const { progress, note } = terminalOn(false)
    const certified: Certified[] = []
    for (const split of (all ? DOCUMENTED : names).map(parseSplit)) {
      const certificate = made
        ? madeBefore(split)
        : await certificateOf(split, cache, ({ step, done, total }) => progress(step, done, total))
      if (certificate !== undefined) certified.push({ split: spellSplit(split), certificate })
    }
    note(`Certified ${certified.length} splits`)
    const tables = tablesOf(certified, all ? DOCUMENTED : names)
    if (writesDocs) writeTables(DOCUMENT, tables)
    else process.stdout.write(`${tables}\n`)
  },
})

function madeBefore(split: SplitName): Certificate | undefined {
  const file = join(folderOf(split, RUNS), CERTIFICATE_FILES.json)
  return existsSync(file) ? parseCertificate(file, readFileSync(file, 'utf8')) : undefined
}

async function certificateOf(
  split: SplitName,
  cache: string,
  onProgress: (report: { step: string; done: number; total: number }) => void,
): Promise<Certificate> {
  const features = { cacheFolder: join(cache, 'features'), onProgress }
  const retraining = { cacheFolder: join(cache, 'retrainings'), onProgress }
  const { folder, set } = await ensureSplitRun(split, RUNS, features.cacheFolder, onProgress)
  const run = readRun(folder)
  if (!isEmbedded(run)) throw new Error('A split is trained on the embedded base')
  const certificate = await certify(run, set, { counts: countsOf(split), features, retraining })
  attachCertificate({ folder }, certificate)
  return certificate
}
