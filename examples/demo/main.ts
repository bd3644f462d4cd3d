import { mkdirSync, rmSync } from 'node:fs'
import { discardLocalChain } from '../../cli/localChain/localChain.ts'
import { lockFolder } from '../../postgres/lockFolder.ts'
import { runCommand, UsageError, wholeNumber } from '../../scripts/command.ts'
import { isExplained, RetryError } from '../../sdk/errors.ts'
import { placesIn, placesOf } from './places.ts'
import { createProgress } from './progress.ts'
import { type Closers, runDemo } from './runDemo.ts'
import { type DemoSettings, TASK_NAMES, type TaskScenario, taskScenarios } from './settings.ts'
import { tableOf } from './table.ts'

/** `npm start`: runs the main job on the embedded defaults, prints what happened, and keeps serving until Ctrl-C. */
await runCommand({
  usage: `npm start -- [options]
Runs the whole chain of custody on this machine, prints what happened and keeps serving until Ctrl-C. A second start continues
from what is stored.
  --once               exit after the table
  --fresh              start again; frozen features and retrainings are kept
  --rows <number|all>  training rows of each model (1600)
  --held-out <number>  texts that the first one answers for pay (400); the second one answers half as many
  --tasks <names>      what the models are trained on (mail,speeches)
  --seed <number>      what is drawn at random is drawn from this (1)
  --port <number>      where the API answers (4000)
  --gateway-port <number> where the models answer (8080)
  --rpc-port <number>  where the local chain answers (8545)
  --folder <path>      where everything is kept (var/demo)
  --cache <path>       where frozen features and retrainings are kept (var/cache)
  --twin               also train in full precision, to say what four bits cost
  --contributors <number>, --batch <records>, --max-tokens <number>
                       for smaller runs: fewer contributors, smaller batches, shorter texts`,
  options: {
    once: { type: 'boolean', default: false },
    fresh: { type: 'boolean', default: false },
    rows: { type: 'string', default: '1600' },
    'held-out': { type: 'string', default: '400' },
    tasks: { type: 'string', default: TASK_NAMES.join() },
    seed: { type: 'string', default: '1' },
    port: { type: 'string', default: '4000' },
    'gateway-port': { type: 'string', default: '8080' },
    'rpc-port': { type: 'string', default: '8545' },
    folder: { type: 'string', default: 'var/demo' },
    cache: { type: 'string', default: 'var/cache' },
    twin: { type: 'boolean', default: false },
    contributors: { type: 'string', default: '40' },
    batch: { type: 'string', default: '200' },
    'max-tokens': { type: 'string', default: '64' },
  },
  async run(values) {
    const settings: DemoSettings = {
      folder: values.folder,
      cacheFolder: values.cache,
      apiPort: wholeNumber('port', values.port, 1, 65_535),
      gatewayPort: wholeNumber('gateway-port', values['gateway-port'], 1, 65_535),
      rpcPort: wholeNumber('rpc-port', values['rpc-port'], 1, 65_535),
      seed: wholeNumber('seed', values.seed, 0, 2 ** 31 - 1),
      tasks: taskScenarios(tasksFrom(values.tasks), {
        rows: values.rows === 'all' ? 'all' : wholeNumber('rows', values.rows, 8, 100_000),
        heldOut: wholeNumber('held-out', values['held-out'], 2, 5_000),
        contributors: wholeNumber('contributors', values.contributors, 8, 1_000),
      }),
      batchSize: wholeNumber('batch', values.batch, 1, 250),
      maxTokens: wholeNumber('max-tokens', values['max-tokens'], 8, 512),
      compareFullPrecision: values.twin,
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
      const reached = await Promise.race([finished, interrupted.promise])
      if (reached === undefined) {
        // Nothing is half-done: every step looks at what is there when it is started again.
        finished.catch(() => {})
        progress.close()
        process.stdout.write('\nStopped; `npm start` continues from here.\n')
        process.exitCode = 130
        return
      }
      const { summary } = reached
      process.stdout.write(
        `${tableOf(summary)}\n\nThe page: ${summary.api}\nGraphQL and GraphiQL: ${summary.api}/graphql\n`,
      )
      if (values.once) return
      process.stdout.write(`${await reached.leaveOpen()}\nServing until Ctrl-C.\n`)
      await interrupted.promise
    } finally {
      for (const close of closers.toReversed()) await close()
      unlock()
      // Worker threads of a step that was cut short would keep the process alive.
      setTimeout(() => process.exit(), 500).unref()
    }
  },
})

function tasksFrom(text: string): readonly TaskScenario['task'][] {
  const names = text.split(',').map((name) => TASK_NAMES.find((task) => task === name))
  const known = names.filter((name) => name !== undefined)
  if (known.length === names.length && new Set(known).size === known.length) return known
  throw new UsageError(`--tasks takes ${TASK_NAMES.join(' or ')}, or both with a comma between, not "${text}"`)
}

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
  const models = TASK_NAMES.map((task) => placesOf({ folder }, task).folder)
  for (const place of [...Object.values(others), ...models]) rmSync(place, { recursive: true, force: true })
}
