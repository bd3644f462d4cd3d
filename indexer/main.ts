import { StopError } from '../sdk/errors.ts'
import { exportHistory } from './commands/export.ts'
import { index } from './commands/index.ts'
import { prune } from './commands/prune.ts'
import { serve } from './commands/serve.ts'
import { verify } from './commands/verify.ts'
import { type Command, fail } from './operate/command.ts'
import { shutdownOnSignal } from './operate/shutdown.ts'

/** The indexer's process. */

const commands: ReadonlyMap<string, Command> = new Map(
  Object.entries({ index, serve, verify, export: exportHistory, prune }),
)

const args = process.argv.slice(2)
const isNamed = args[0] !== undefined && !args[0].startsWith('-')
const name = isNamed ? `${args.shift()}` : 'index'

const { signal, ended } = shutdownOnSignal(process)
const world = { env: process.env, out: process.stdout, errors: process.stderr, signal }
const command = commands.get(name)
if (command === undefined) {
  const remedy = `Give one of ${[...commands.keys()].join(', ')}, or run it with --help.`
  process.exitCode = fail(new StopError(`There is no command ${name}`, {}, remedy), world, 'text')
} else {
  process.exitCode = await command.run(args, world)
}
ended()
