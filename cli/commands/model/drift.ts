import { type Command, Option } from 'commander'
import { drift } from '../../../attribution/drift/drift.ts'
import { apiAddress } from '../../apiAddress.ts'
import { action, commandOf, withSettings } from '../../command.ts'
import { ExitError } from '../../exitError.ts'
import { id, wholeNumber } from '../../values.ts'
import { type DriftReport, meanStars, textOf } from './driftReport.ts'
import { readBlock, readModel, readQueries, readRowSketches } from './traffic.ts'

/** The exit status that tells a script of drift; 1 is a failure, and 2 a mistyped command. */
const DRIFTED = 3

interface Options {
  readonly latest: number
  readonly against: 'rows' | 'queries'
  readonly seed: number
}

export function driftCommand(): Command {
  return withSettings(
    commandOf(
      'drift',
      `say whether a model’s queries still look like what it was trained on: by population stability index and maximum mean discrepancy of
their sketches, with benchmarks beside the ratings of paying callers. Ends with ${DRIFTED} where the traffic has
drifted. docs/evaluations.md says what the figures mean.`,
    ),
    'api',
    'blobs',
  )
    .argument('<model>', 'its number', id)
    .option('--latest <queries>', 'how many of its latest queries to look at', wholeNumber(1, 100_000), 2_000)
    .addOption(
      new Option('--against <what>', 'its training rows, or as many queries before them')
        .choices(['rows', 'queries'])
        .default('rows'),
    )
    .option('--seed <number>', 'of the draw and of the permutations', wholeNumber(0, 2 ** 31 - 1), 1)
    .action(
      action<[number], Options>(async ({ config, terminal }, { latest, against, seed }, model) => {
        const api = apiAddress(config.need('api'))
        const block = await readBlock(api)
        const described = await readModel(api, model, block)
        const queries = await readQueries(api, model, block, against === 'queries' ? 2 * latest : latest)
        const reference =
          against === 'queries'
            ? queries.slice(latest)
            : await readRowSketches(api, described, config.find('blobs')?.value)
        const report: DriftReport = {
          model,
          block,
          against,
          drift: drift(reference, queries.slice(0, latest), seed),
          described,
        }
        terminal.result(jsonOf(report), textOf(report).trimEnd().split('\n'))
        if (report.drift.level === 'drifted') throw new ExitError(DRIFTED)
      }),
    )
}

function jsonOf({ described, ...report }: DriftReport) {
  const { inferenceCount, ratingCount, evaluations } = described
  return { ...report, inferenceCount, ratingCount, meanStars: meanStars(described), evaluations: evaluations.items }
}
