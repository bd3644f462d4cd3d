import { mkdirSync, rmSync } from 'node:fs'
import { lockFolder } from '../../indexer/store/lockFolder.ts'
import { isExplained, RetryError } from '../../sdk/errors.ts'
import { runCommand, wholeNumber } from '../command.ts'
import { discardLocalChain } from './localChain.ts'
import { placesIn } from './places.ts'
import { createProgress } from './progress.ts'
import { type Closers, runDemo } from './runDemo.ts'
import { DEFAULT_SCENARIO, type DemoSettings } from './settings.ts'
import { tableOf } from './table.ts'

/** `npm start`: runs the main job on the embedded defaults, prints what happened, and keeps serving until Ctrl-C. */
await runCommand({
  usage: `npm start -- [options]
Runs the whole chain of custody on this machine, prints what happened and keeps serving until Ctrl-C. A second start continues
from what is stored.
  --once               exit after the table
  --fresh              begin anew; frozen features are kept
  --rows <number|all>  training rows (1600)
  --held-out <number>  mails to answer for pay (400)
  --seed <number>      what is drawn at random is drawn from this (1)
  --port <number>      where the API answers (4000)
  --rpc-port <number>  where the local chain answers (8545)
  --folder <path>      where everything is kept (var/demo)
  --features <path>    where frozen features are kept (var/cache/features)
  --contributors <number>, --batch <records>, --max-tokens <number>, --no-twin
                       for smaller runs: fewer contributors, smaller batches, shorter texts, no full-precision twin`,
  options: {
    once: { type: 'boolean', default: false },
    fresh: { type: 'boolean', default: false },
    rows: { type: 'string', default: `${DEFAULT_SCENARIO.rows}` },
    'held-out': { type: 'string', default: `${DEFAULT_SCENARIO.heldOut}` },
    seed: { type: 'string', default: `${DEFAULT_SCENARIO.seed}` },
    port: { type: 'string', default: '4000' },
    'rpc-port': { type: 'string', default: '8545' },
    folder: { type: 'string', default: 'var/demo' },
    features: { type: 'string', default: 'var/cache/features' },
    contributors: { type: 'string', default: `${DEFAULT_SCENARIO.contributors}` },
    batch: { type: 'string', default: `${DEFAULT_SCENARIO.batchSize}` },
    'max-tokens': { type: 'string', default: `${DEFAULT_SCENARIO.maxTokens}` },
    'no-twin': { type: 'boolean', default: false },
  },
  async run(values) {
    const settings: DemoSettings = {
      folder: values.folder,
      cacheFolder: values.features,
      apiPort: wholeNumber('port', values.port, 1, 65_535),
      rpcPort: wholeNumber('rpc-port', values['rpc-port'], 1, 65_535),
      seed: wholeNumber('seed', values.seed, 0, 2 ** 31 - 1),
      rows: values.rows === 'all' ? 'all' : wholeNumber('rows', values.rows, 8, 100_000),
      heldOut: wholeNumber('held-out', values['held-out'], 1, 5_000),
      contributors: wholeNumber('contributors', values.contributors, 8, 1_000),
      batchSize: wholeNumber('batch', values.batch, 1, 250),
      maxTokens: wholeNumber('max-tokens', values['max-tokens'], 8, 512),
      compareFullPrecision: !values['no-twin'],
    }
    mkdirSync(settings.folder, { recursive: true })
    const unlock = lock(settings.folder)
    const closers: Closers = []
    const interrupted = Promise.withResolvers<void>()
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.resolve())
    try {
      if (values.fresh) await clear(settings.folder)
      const progress = createProgress(process.stdout, () => Date.now())
      const finished = runDemo(settings, progress, closers)
      const summary = await Promise.race([finished, interrupted.promise])
      if (summary === undefined) {
        // Nothing is half-done: every step looks at what is there when it is started again.
        finished.catch(() => {})
        process.stdout.write('\nStopped; `npm start` goes on from here.\n')
        process.exitCode = 130
        return
      }
      process.stdout.write(`${tableOf(summary)}\n\nGraphQL and GraphiQL: ${summary.api}/graphql\n`)
      if (values.once) return
      process.stdout.write('Serving until Ctrl-C.\n')
      await interrupted.promise
    } finally {
      for (const close of closers.toReversed()) await close()
      unlock()
      // Worker threads of a step that was cut short would keep the process alive.
      setTimeout(() => process.exit(), 500).unref()
    }
  },
})

function lock(folder: string): () => void {
  try {
    return lockFolder(folder)
  } catch (error) {
    if (!isExplained(error)) throw error
    throw new RetryError(
      `Another demo is running in ${folder}`,
      error.facts,
      'Stop it with Ctrl-C, or give this one --folder, --port and --rpc-port of its own.',
    )
  }
}

/** Removes everything but the lock. */
async function clear(folder: string): Promise<void> {
  const { chain, ...others } = placesIn({ folder })
  await discardLocalChain(chain)
  for (const place of Object.values(others)) rmSync(place, { recursive: true, force: true })
}
