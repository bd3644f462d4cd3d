import { Command, CommanderError, Option } from 'commander'
import { accountCommand } from './commands/account.ts'
import { appealCommand } from './commands/appeal.ts'
import { auditCommand } from './commands/audit.ts'
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
import { relayCommand } from './commands/relay.ts'
import { runCommand } from './commands/run.ts'
import { serveCommand } from './commands/serve.ts'
import { settleCommand } from './commands/settle.ts'
import { tokenCommand } from './commands/token.ts'
import { watchCommand } from './commands/watch.ts'
import { ExitError } from './exitError.ts'
import { sayFailure } from './failure.ts'
import { GENERAL, helpLayout, REQUIRED } from './help.ts'
import { mistyped } from './mistyped.ts'
import { leaveSignalsToSystem, listenToSignals, signal } from './signals.ts'
import { UsageError } from './usageError.ts'
import { versionOf } from './version.ts'

/** Nouns and verbs by who uses them, in the order in which help lists them. */
const commands: Readonly<Record<string, readonly (() => Command)[]>> = {
  'Everybody:': [accountCommand, tokenCommand, claimCommand],
  'Contributors and curators:': [contributionCommand, datasetCommand],
  'Model owners:': [runCommand, modelCommand, evaluationCommand],
  'Operators:': [serveCommand, bondCommand, settleCommand, relayCommand],
  'Payers:': [channelCommand, receiptCommand],
  'Challengers:': [watchCommand, appealCommand],
  'Auditors:': [auditCommand],
  'Hosts of an index:': [indexCommand, mcpCommand],
  'Chains and settings:': [nodeCommand, deployCommand, configCommand],
}

export function programOf(): Command {
  const program = new Command('attribution')
    .description('Pays the people whose data moved a model’s answer. `attribution help <command>` says more of each.')
    .optionsGroup(GENERAL)
    .commandsGroup('Help:')
    .option('--json', JSON_HELP)
    .version(versionOf(), '-v, --version', 'print the version')
    // What follows a noun is the noun's own: `run train --version` is a version of a dataset, and `index` passes its options on.
    .enablePositionalOptions()
    .showHelpAfterError('(--help says more)')
    .showSuggestionAfterError()
    .helpCommand('help [command...]', 'say more of a command')
    .addHelpText('after', EXITS)
  for (const [users, own] of Object.entries(commands))
    for (const command of own) program.addCommand(command().helpGroup(users))
  for (const command of [program, ...everyCommand(program)]) {
    command.exitOverride().configureHelp(helpLayout).configureOutput({ outputError })
    if (command.name() === INDEX) continue
    command.addHelpOption(general('-h, --help', 'print this'))
    if (command !== program) command.addOption(general('--json', JSON_HELP))
    for (const option of command.options) if (option.mandatory) option.helpGroup(REQUIRED)
  }
  return program
}

function outputError(text: string, write: (text: string) => void): void {
  write(mistyped(text))
}

const EXITS = `
Exit status: 0 if it succeeded, 1 if it failed, 2 if it was mistyped or could not
ask, 130 if it was interrupted.`

const JSON_HELP = 'one JSON value on stdout instead of sentences'

function general(flags: string, meaning: string): Option {
  return new Option(flags, meaning).helpGroup(GENERAL)
}

function everyCommand(command: Command): readonly Command[] {
  return command.commands.flatMap((own) => [own, ...everyCommand(own)])
}

/** `help node advance` as `node advance --help`: commander itself goes one noun deep. */
function withHelp(args: readonly string[]): readonly string[] {
  const [first, ...named] = args
  return first === 'help' && named.length > 0 ? [...named, '--help'] : args
}

/** Runs a command line. 0 if it succeeded, 1 if it failed, 2 if it was mistyped or could not ask, 130 if Ctrl-C interrupted it. */
export async function runProgram(args: readonly string[]): Promise<number> {
  listenToSignals()
  try {
    await programOf().parseAsync([...withHelp(args)], { from: 'user' })
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
