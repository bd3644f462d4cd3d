// npm run test:hostile: strangers attack the API of an indexer that runs as people run it, and one client asks honestly.
import { runCommand, UsageError, wholeNumber } from '../../scripts/command.ts'
import { StopError } from '../../sdk/errors.ts'
import { startFollowing } from '../support/followingProcess.ts'
import { addressOf, readyAt, until } from '../support/ready.ts'
import { startSetting } from '../support/setting.ts'
import { attack, type Observed, percentile } from './attack.ts'

/** What must hold on a machine with two cores of its own. */
const P99_MS = 100
const READER_MB = 700
const WRITER_GROWS_MB = 100
const WRITER_LAG_P99_MS = 100
const MB_DIGITS = 0

await runCommand({
  usage: `npm run test:hostile -- [options]
  --hostile <number>   hostile requests a round (500)
  --rounds <number>    rounds of 20 seconds (3)`,
  options: { hostile: { type: 'string', default: '500' }, rounds: { type: 'string', default: '3' } },
  async run({ hostile: hostileText, rounds: roundsText }, positionals) {
    if (positionals.length > 0) throw new UsageError('test:hostile takes options only')
    const hostile = wholeNumber('hostile', hostileText, 1, 100_000)
    const rounds = wholeNumber('rounds', roundsText, 1, 1_000)
    const setting = await startSetting(19)
    await setting.scenario.play(60)
    const indexer = startFollowing(setting.ledger, (await setting.postgres.newDatabase()).url)
    try {
      const url = await addressOf(indexer)
      await until(async () => (await readyAt(url)).status === 200)
      for (let round = 0; round < rounds; round += 1) {
        const seen = await attack({
          url,
          hostile,
          hangUps: 200,
          slowBodies: 50,
          forMs: 20_000,
          onChain: () => setting.scenario.play(1),
        })
        console.log(summaryOf(seen))
        mustHold(seen)
      }
    } finally {
      indexer.child.kill('SIGTERM')
      await indexer.ended
      await setting.stop()
    }
  },
})

function summaryOf(seen: Observed): string {
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => percentile(seen.honestMs, share).toFixed(1))
  const mb = (sizes: readonly number[]) => sizes.map((size) => size.toFixed(MB_DIGITS)).join(' → ')
  return [
    `honest: ${seen.honestMs.length} answers, ${seen.honestFailures.length} refused, p50 ${p50} ms, p95 ${p95} ms, p99 ${p99} ms`,
    `hostile: ${Object.entries(seen.statuses)
      .map(([status, times]) => `${times} × ${status}`)
      .join(', ')}`,
    `memory: readers ${mb(seen.readerMb)} MB, writer ${mb(seen.writerMb)} MB`,
    `writer: event loop p99 ${seen.writerLagP99Ms.toFixed(1)} ms, ${seen.blocksBehind} blocks behind`,
  ].join('\n')
}

function mustHold(seen: Observed): void {
  const checks = {
    'honest answers': seen.honestFailures.length === 0,
    [`p99 of the honest up to ${P99_MS} ms`]: percentile(seen.honestMs, 0.99) <= P99_MS,
    [`memory of readers up to ${READER_MB} MB`]: seen.readerMb[1] <= READER_MB,
    'memory of the writer': seen.writerMb[1] - seen.writerMb[0] <= WRITER_GROWS_MB,
    "the writer's event loop": seen.writerLagP99Ms <= WRITER_LAG_P99_MS,
    'blocks stored': seen.blocksBehind <= 1,
  }
  const broken = Object.entries(checks).flatMap(([what, holds]) => (holds ? [] : [what]))
  if (broken.length === 0) return
  throw new StopError(
    'The API was hurt',
    { broken: broken.join(', ') },
    'Repeat it on a machine that does nothing else.',
  )
}
