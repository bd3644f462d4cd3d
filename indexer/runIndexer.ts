import { StopError } from '../sdk/errors.ts'
import { exportHistory } from './commands/export.ts'
import { index } from './commands/index.ts'
import { prune } from './commands/prune.ts'
import { serve } from './commands/serve.ts'
import { verify } from './commands/verify.ts'
import { type Command, fail, type World } from './operate/command.ts'

const commands: ReadonlyMap<string, Command> = new Map(
  Object.entries({ index, serve, verify, export: exportHistory, prune }),
)

/** A command line of the indexer; without a name it indexes. Resolves with the exit status. */
export async function runIndexer(args: readonly string[], world: World): Promise<number> {
  const [first] = args
  const isNamed = first !== undefined && !first.startsWith('-')
  const name = isNamed ? first : 'index'
  const command = commands.get(name)
  if (command !== undefined) return await command.run(isNamed ? args.slice(1) : args, world)
  const remedy = `Give one of ${[...commands.keys()].join(', ')}, or run it with --help.`
  return fail(new StopError(`There is no command ${name}`, {}, remedy), world, 'text')
}
