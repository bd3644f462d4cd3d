import { join } from 'node:path'
import type { Command } from 'commander'
import { attachCertificate, writeCertificate } from '../../../pipeline/certify/attach.ts'
import { CERTIFICATE_FILES, type Certificate, isAbsent } from '../../../pipeline/certify/certificate.ts'
import { readSet, setOfSplit } from '../../../pipeline/certify/certificationSet.ts'
import { certify, certifyWithoutRetraining, DEFAULT_REPLICATES, isEmbedded } from '../../../pipeline/certify/certify.ts'
import { spoken } from '../../../pipeline/certify/page/numbers.ts'
import { DEFAULT_WORTH_COUNTS } from '../../../pipeline/certify/retrain/plan.ts'
import type { RuleName } from '../../../pipeline/certify/rules/outcome.ts'
import { spell } from '../../../pipeline/certify/verdict.ts'
import { readRun } from '../../../pipeline/run/readRun.ts'
import type { OnProgress } from '../../../pipeline/train/progress.ts'
import { MAIL } from '../../../pipeline/train/tasks/mail/mail.ts'
import { labellingOf, taskNamed } from '../../../pipeline/train/tasks/tasks.ts'
import { action, commandOf } from '../../command.ts'
import { leaveSignalsToSystem } from '../../signals.ts'
import { wholeNumber } from '../../values.ts'

interface Options {
  readonly items?: string
  readonly splitSeed?: number
  readonly out?: string
  readonly seeds: number
  readonly halves: number
  readonly halfSeeds: number
  readonly replicates: number
  readonly cache: string
}

export function certifyCommand(): Command {
  const { seeds, halves, halfSeeds } = DEFAULT_WORTH_COUNTS
  return commandOf(
    'certify',
    `measure how far pay follows what contributors are worth: by training without them, beside other rules. Writes
${CERTIFICATE_FILES.json} and ${CERTIFICATE_FILES.page} into the run folder and their hashes into run.json, so certify before you
publish. What was retrained is kept; stopped, the same command continues. A run on another base gets what needs no retraining.`,
  )
    .argument('<run folder>')
    .option('--items <folder>', 'the run’s items, as for run train; or')
    .option(
      '--split-seed <number>',
      'the seed of the split of a shipped corpus (default: the run’s)',
      wholeNumber(0, 2 ** 31 - 1),
    )
    .option('--out <folder>', 'write there instead, and leave the run as it is')
    .option('--seeds <number>', 'training seeds for every contributor left out', wholeNumber(2, 100), seeds)
    .option('--halves <number>', 'random halves of the contributors', wholeNumber(4, 10_000), halves)
    .option('--half-seeds <number>', 'training seeds for every half', wholeNumber(2, 100), halfSeeds)
    .option('--replicates <number>', 'resamples for every interval', wholeNumber(100, 100_000), DEFAULT_REPLICATES)
    .option('--cache <folder>', 'where features and retrainings are kept', 'var/cache')
    .action(
      action<[string], Options>(async ({ terminal }, options, folder) => {
        leaveSignalsToSystem()
        const certificate = await certificateOf(folder, options, ({ step, done, total }) =>
          terminal.progress(step, done, total),
        )
        if (options.out === undefined) attachCertificate({ folder }, certificate)
        else writeCertificate(options.out, certificate)
        const page = join(options.out ?? folder, CERTIFICATE_FILES.page)
        const { worth, verdict } = certificate
        terminal.result({ page, worth, verdict }, [...summaryOf(certificate), `${page} shows all of it.`])
      }),
    )
}

async function certificateOf(folder: string, options: Options, onProgress: OnProgress): Promise<Certificate> {
  const { items, splitSeed, seeds, halves, halfSeeds, replicates, cache } = options
  const run = readRun(folder)
  if (!isEmbedded(run)) return await certifyWithoutRetraining(run, { replicates })
  const { manifest } = run
  const set =
    items === undefined
      ? setOfSplit(manifest, taskNamed(manifest.task?.name ?? MAIL.name), splitSeed ?? manifest.training.seed)
      : readSet(items, run, labellingOf(manifest))
  return await certify(run, set, {
    counts: { seeds, halves, halfSeeds },
    replicates,
    features: { cacheFolder: join(cache, 'features'), onProgress },
    retraining: { cacheFolder: join(cache, 'retrainings'), onProgress },
  })
}

function summaryOf({ worth, verdict }: Certificate): readonly string[] {
  const { recommended, sentences, warning } = verdict
  return [
    ...sentences,
    ...(warning === null ? [] : [warning]),
    recommended === null ? 'No terms are recommended.' : `Recommended: ${spell(recommended)}.`,
    '',
    ...(isAbsent(worth) ? [worth.absent] : worth.map(lineOf)),
  ]
}

function lineOf({ name, ceiling, rules }: Exclude<Certificate['worth'], { absent: string }>[number]): string {
  const figureOf = (rule: RuleName): string => {
    const { estimate = null, low = null, high = null } = rules.find((one) => one.rule === rule)?.figure ?? {}
    return `${spoken(estimate)} [${spoken(low)}, ${spoken(high)}]`
  }
  const most = ceiling === null ? '' : `, ceiling ${spoken(ceiling)}`
  return `${name}: net influence ${figureOf('net influence')}, equal split ${figureOf('equal split')}${most}`
}
