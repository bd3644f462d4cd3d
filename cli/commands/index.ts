import { Command } from 'commander'
import { action } from '../command.ts'
import type { Config } from '../config.ts'
import { ExitError } from '../exitError.ts'

/** Settings that it shares with the other commands. */
const SHARED = ['rpc', 'deployment', 'blobs'] as const

const VERBS = ['serve', 'verify', 'export', 'prune']

/** Settings of the configuration reach the indexer as its environment variables. */
function environmentWith(config: Config): NodeJS.ProcessEnv {
  const env = { ...process.env }
  for (const name of SHARED) {
    const found = config.find(name)
    if (found !== undefined) env[`ATTRIBUTION_${name.toUpperCase()}`] ||= found.value
  }
  return env
}

/** `attribution index …`: the indexer's own command line, whose settings are its own. */
export function indexCommand(): Command {
  return new Command('index')
    .description('index a chain and serve GraphQL; also verify, export and prune what is stored')
    .argument('[arguments...]', `options, or one of ${VERBS.join(', ')} and its options`)
    .helpOption(false)
    .allowUnknownOption()
    .passThroughOptions()
    .action(
      action<[readonly string[]], object>(async ({ config, signal }, _, args) => {
        // Imported here: it brings databases and a web server.
        const { runIndexer } = await import('../../indexer/runIndexer.ts')
        const world = { env: environmentWith(config), out: process.stdout, errors: process.stderr, signal }
        const [first] = args
        if (first === '--help' || first === '-h')
          process.stdout.write(`attribution index [${VERBS.join('|')}] [options]; each has --help.\n\n`)
        throw new ExitError(await runIndexer(args, world))
      }),
    )
}
