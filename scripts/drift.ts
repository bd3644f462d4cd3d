import { drift } from '../attribution/drift/drift.ts'
import { runCommand, UsageError, wholeNumber } from './command.ts'
import { type DriftReport, meanStars, textOf } from './drift/say.ts'
import { readBlock, readModel, readQueries, readRowSketches } from './drift/traffic.ts'

/** What a script that watches for drift asks for; a mistake or a failure ends with 1. */
const DRIFTED = 2

await runCommand({
  usage: `npm run drift -- --model <n> [options]
Says whether the queries that a model serves still look like what it was trained on (population stability index and maximum mean
discrepancy of their sketches), and shows benchmarks beside the ratings of paying callers. Ends with 2 where the traffic has
drifted, with 0 otherwise. Reads an indexer and needs no key. docs/evaluations.md says what the figures mean.
  --model <n>              the model
  --latest <queries>       how many of its latest queries to look at (2000)
  --against rows|queries   hold them against its training rows (rows), or against as many queries before them
  --seed <n>               of the draw and of the permutations (1)
  --api <url>              the indexer (http://127.0.0.1:4000)
  --blobs <folder|url>     where its row index is (<api>/blobs/)
  --json                   print JSON instead`,
  options: {
    model: { type: 'string' },
    latest: { type: 'string', default: '2000' },
    against: { type: 'string', default: 'rows' },
    seed: { type: 'string', default: '1' },
    api: { type: 'string', default: 'http://127.0.0.1:4000' },
    blobs: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
  async run(values, positionals) {
    if (positionals.length > 0) throw new UsageError(`drift takes options only, not "${positionals.join(' ')}"`)
    if (values.model === undefined) throw new UsageError('Say which model with --model.')
    const model = wholeNumber('model', values.model, 1, 2 ** 32 - 1)
    const latest = wholeNumber('latest', values.latest, 1, 100_000)
    const seed = wholeNumber('seed', values.seed, 0, 2 ** 31 - 1)
    const { against } = values
    if (against !== 'rows' && against !== 'queries')
      throw new UsageError(`--against takes rows or queries, not "${against}"`)
    const api = values.api.replace(/\/$/, '')

    const block = await readBlock(api)
    const described = await readModel(api, model, block)
    const queries = await readQueries(api, model, block, against === 'queries' ? 2 * latest : latest)
    const present = queries.slice(0, latest)
    const reference =
      against === 'queries' ? queries.slice(latest) : await readRowSketches(api, described, values.blobs)
    const report: DriftReport = { model, block, against, drift: drift(reference, present, seed), described }
    process.stdout.write(values.json ? `${jsonOf(report)}\n` : textOf(report))
    if (report.drift.level === 'drifted') process.exitCode = DRIFTED
  },
})

function jsonOf({ described, ...report }: DriftReport): string {
  const { inferenceCount, ratingCount, evaluations } = described
  const stars = meanStars(described)
  return JSON.stringify(
    { ...report, inferenceCount, ratingCount, meanStars: stars, evaluations: evaluations.items },
    null,
    2,
  )
}
