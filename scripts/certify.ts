import { join } from 'node:path'
import { attachCertificate, writeCertificate } from '../pipeline/certify/attach.ts'
import { CERTIFICATE_FILES, type Certificate, isAbsent } from '../pipeline/certify/certificate.ts'
import { type CertificationSet, readSet, setOfSplit } from '../pipeline/certify/certificationSet.ts'
import { certify, certifyWithoutRetraining, DEFAULT_REPLICATES, isEmbedded } from '../pipeline/certify/certify.ts'
import { spoken } from '../pipeline/certify/page/numbers.ts'
import { DEFAULT_WORTH_COUNTS } from '../pipeline/certify/retrain/plan.ts'
import type { RuleName } from '../pipeline/certify/rules/outcome.ts'
import { spell } from '../pipeline/certify/verdict.ts'
import { readRun } from '../pipeline/run/readRun.ts'
import type { OnProgress } from '../pipeline/train/progress.ts'
import { MAIL } from '../pipeline/train/tasks/mail/mail.ts'
import { taskNamed } from '../pipeline/train/tasks/tasks.ts'
import { ensureSplitRun, parseSplit, spellSplit } from './certify/splits.ts'
import { type Certified, tablesOf } from './certify/tables.ts'
import { runCommand, UsageError, wholeNumber } from './command.ts'
import { writeTables } from './documentTables.ts'
import { reportTo } from './eta.ts'

const DOCUMENT = 'docs/certificate-measured.md'
const MOST_SEED = 2 ** 31 - 1

await runCommand({
  usage: `npm run certify -- <run folder> [options]
Measures how far payouts follow what contributors are worth, by training without them, beside other rules. Writes
${CERTIFICATE_FILES.json} and ${CERTIFICATE_FILES.page} into the run folder and their hashes into run.json, so certify before
publish-run. What was retrained is kept; killed, it goes on where it was. A run on another base gets what needs no retraining.
  --items <folder>         the run's items: held-out.jsonl, and <contribution>.jsonl for each contribution; or
  --split-seed <number>    the seed of the split that the run was trained on (the run's own seed)
  --out <folder>           write there instead, and leave the run as it is
  --seeds <number>         training seeds for every contributor left out (${DEFAULT_WORTH_COUNTS.seeds})
  --halves <number>        random halves of the contributors (${DEFAULT_WORTH_COUNTS.halves})
  --half-seeds <number>    training seeds for every half (${DEFAULT_WORTH_COUNTS.halfSeeds})
  --replicates <number>    resamples behind every interval (${DEFAULT_REPLICATES})
  --cache <folder>         where features and retrainings are kept (var/cache)
or: npm run certify -- --split <task>:<seed>[:market] … [--write-docs]
Trains and certifies the default run of each split, in var/certify, and prints the tables of ${DOCUMENT}, or writes them.
A market's contributors differ in size, topics and care; others are alike but for four.`,
  options: {
    items: { type: 'string' },
    'split-seed': { type: 'string' },
    out: { type: 'string' },
    seeds: { type: 'string', default: `${DEFAULT_WORTH_COUNTS.seeds}` },
    halves: { type: 'string', default: `${DEFAULT_WORTH_COUNTS.halves}` },
    'half-seeds': { type: 'string', default: `${DEFAULT_WORTH_COUNTS.halfSeeds}` },
    replicates: { type: 'string', default: `${DEFAULT_REPLICATES}` },
    cache: { type: 'string', default: 'var/cache' },
    split: { type: 'string', multiple: true, default: [] },
    'write-docs': { type: 'boolean', default: false },
  },
  async run(values, [folder]) {
    const splits = values.split.map(parseSplit)
    if ((folder === undefined) === (splits.length === 0)) throw new UsageError('Name a run folder, or a --split.')
    const settings: Settings = {
      items: values.items,
      splitSeed:
        values['split-seed'] === undefined ? undefined : wholeNumber('split-seed', values['split-seed'], 0, MOST_SEED),
      counts: {
        seeds: wholeNumber('seeds', values.seeds, 2, 100),
        halves: wholeNumber('halves', values.halves, 4, 10_000),
        halfSeeds: wholeNumber('half-seeds', values['half-seeds'], 2, 100),
      },
      replicates: wholeNumber('replicates', values.replicates, 100, 100_000),
      cache: values.cache,
      onProgress: reportTo(process.stderr, () => performance.now()),
    }
    if (folder !== undefined) return certifyRun(folder, values.out, settings)

    const certified: Certified[] = []
    for (const split of splits) {
      const { folder: at, set } = await ensureSplitRun(split, 'var/certify', featuresIn(settings), settings.onProgress)
      const certificate = await certificateOf(at, settings, set)
      attachCertificate({ folder: at }, certificate)
      certified.push({ split: spellSplit(split), certificate })
    }
    const tables = tablesOf(certified)
    if (!values['write-docs']) process.stdout.write(`${tables}\n`)
    else writeTables(DOCUMENT, tables)
  },
})

interface Settings {
  readonly items: string | undefined
  readonly splitSeed: number | undefined
  readonly counts: typeof DEFAULT_WORTH_COUNTS
  readonly replicates: number
  readonly cache: string
  readonly onProgress: OnProgress
}

async function certifyRun(folder: string, out: string | undefined, settings: Settings): Promise<void> {
  const certificate = await certificateOf(folder, settings)
  if (out === undefined) attachCertificate({ folder }, certificate)
  else writeCertificate(out, certificate)
  process.stdout.write(`${summaryOf(certificate)}\n${join(out ?? folder, CERTIFICATE_FILES.page)} shows all of it.\n`)
}

async function certificateOf(
  folder: string,
  { items, splitSeed, counts, replicates, cache, onProgress }: Settings,
  known?: CertificationSet,
): Promise<Certificate> {
  const run = readRun(folder)
  if (!isEmbedded(run)) return certifyWithoutRetraining(run, { replicates })
  const { manifest } = run
  const task = taskNamed(manifest.task?.name ?? MAIL.name)
  const set =
    known ??
    (items === undefined
      ? setOfSplit(manifest, task, splitSeed ?? manifest.training.seed)
      : readSet(items, manifest, task))
  return certify(run, set, {
    counts,
    replicates,
    features: { cacheFolder: featuresIn({ cache }), onProgress },
    retraining: { cacheFolder: join(cache, 'retrainings'), onProgress },
  })
}

function featuresIn({ cache }: Pick<Settings, 'cache'>): string {
  return join(cache, 'features')
}

function summaryOf({ worth, verdict }: Certificate): string {
  const lines = isAbsent(worth)
    ? [worth.absent]
    : worth.map(({ name, ceiling, rules }) => {
        const figureOf = (rule: RuleName): string => {
          const { estimate = null, low = null, high = null } = rules.find((one) => one.rule === rule)?.figure ?? {}
          return `${spoken(estimate)} [${spoken(low)}, ${spoken(high)}]`
        }
        const most = ceiling === null ? '' : `, ceiling ${spoken(ceiling)}`
        return `${name}: net influence ${figureOf('net influence')}, equal split ${figureOf('equal split')}${most}`
      })
  const { recommended, sentences, warning } = verdict
  const advice = recommended === null ? 'Recommended: nothing.' : `Recommended: ${spell(recommended)}.`
  return [...sentences, ...(warning === null ? [] : [warning]), advice, '', ...lines].join('\n')
}
