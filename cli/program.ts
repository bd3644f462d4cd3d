import { Command, CommanderError } from 'commander'
import { accountCommand } from './commands/account.ts'
import { appealCommand } from './commands/appeal.ts'
import { bondCommand } from './commands/bond.ts'
import { channelCommand } from './commands/channel.ts'
import { claimCommand } from './commands/claim.ts'
import { configCommand } from './commands/config.ts'
import { contributionCommand } from './commands/contribution.ts'
import { datasetCommand } from './commands/dataset.ts'
import { deployCommand } from './commands/deploy.ts'
import { evaluationCommand } from './commands/evaluation.ts'
import { INDEX, indexCommand } from './commands/index.ts'
import { mcpCommand } from './commands/mcp.ts'
import { modelCommand } from './commands/model.ts'
import { nodeCommand } from './commands/node.ts'
import { receiptCommand } from './commands/receipt.ts'
import { runCommand } from './commands/run.ts'
import { serveCommand } from './commands/serve.ts'
import { settleCommand } from './commands/settle.ts'
import { tokenCommand } from './commands/token.ts'
import { watchCommand } from './commands/watch.ts'
import { ExitError } from './exitError.ts'
import { sayFailure } from './failure.ts'
import { leaveSignalsToSystem, listenToSignals, signal } from './signals.ts'
import { UsageError } from './usageError.ts'
import { versionOf } from './version.ts'

/** Nouns and verbs, in the order in which help lists them. */
const commands: readonly (() => Command)[] = [
  accountCommand,
  tokenCommand,
  datasetCommand,
  contributionCommand,
  runCommand,
  modelCommand,
  evaluationCommand,
  bondCommand,
  channelCommand,
  serveCommand,
  receiptCommand,
  appealCommand,
  settleCommand,
  claimCommand,
  watchCommand,
  indexCommand,
  mcpCommand,
  deployCommand,
  nodeCommand,
  configCommand,
]

const JSON_HELP = 'one JSON value on stdout instead of sentences'

export function programOf(): Command {
  const program = new Command('attribution')
    .description('Pays the people whose data moved a model’s answer. Every noun and verb has --help.')
    .version(versionOf())
    .option('--json', JSON_HELP)
    // What follows a noun is the noun's own: `run train --version` is a version of a dataset, and `index` passes its options on.
    .enablePositionalOptions()
    .showHelpAfterError('(--help says more)')
    .showSuggestionAfterError()
    .exitOverride()
  for (const command of commands) program.addCommand(command())
  for (const command of everyCommand(program)) {
    command.exitOverride()
    if (command.name() !== INDEX) command.option('--json', JSON_HELP)
  }
  return program
}

function everyCommand(command: Command): readonly Command[] {
  return command.commands.flatMap((own) => [own, ...everyCommand(own)])
}

/** Runs a command line. 0 if it did what it says, 1 if something stands in the way, 2 if it was mistyped, 130 if Ctrl-C cut it short. */
export async function runProgram(args: readonly string[]): Promise<number> {
  listenToSignals()
  try {
    await programOf().parseAsync([...args], { from: 'user' })
    return 0
  } catch (error) {
    if (error instanceof ExitError) return error.status
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    sayFailure(error, args.includes('--json'))
    return signal.aborted ? 130 : error instanceof UsageError ? 2 : 1
  } finally {
    leaveSignalsToSystem()
  }
}
