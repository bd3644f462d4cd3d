import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { StopError } from '../sdk/errors.ts'
import { ExitError } from './exitError.ts'
import { sayFailure } from './failure.ts'
import { GENERAL, helpLayout, REQUIRED } from './help.ts'
import { mistyped } from './mistyped.ts'
import { leaveSignalsToSystem, listenToSignals, signal } from './signals.ts'
import { UsageError } from './usageError.ts'
import { versionOf } from './version.ts'

/** Has its own options and help, which are the indexer's. */
const INDEX = 'index'

/**
 * Nouns by who uses them, in the order in which help lists them. What is typed names one, and only that one is loaded: all of them
 * together take a second to start.
 */
const commands: Readonly<Record<string, Readonly<Record<string, () => Promise<Command>>>>> = {
  'Everybody:': {
    account: async () => (await import('./commands/account.ts')).accountCommand(),
    token: async () => (await import('./commands/token.ts')).tokenCommand(),
    claim: async () => (await import('./commands/claim.ts')).claimCommand(),
  },
  'Contributors and curators:': {
    contribution: async () => (await import('./commands/contribution.ts')).contributionCommand(),
    dataset: async () => (await import('./commands/dataset.ts')).datasetCommand(),
  },
  'Model owners:': {
    run: async () => (await import('./commands/run.ts')).runCommand(),
    model: async () => (await import('./commands/model.ts')).modelCommand(),
    evaluation: async () => (await import('./commands/evaluation.ts')).evaluationCommand(),
  },
  'Operators:': {
    serve: async () => (await import('./commands/serve.ts')).serveCommand(),
    bond: async () => (await import('./commands/bond.ts')).bondCommand(),
    settle: async () => (await import('./commands/settle.ts')).settleCommand(),
    relay: async () => (await import('./commands/relay.ts')).relayCommand(),
  },
  'Payers:': {
    channel: async () => (await import('./commands/channel.ts')).channelCommand(),
    receipt: async () => (await import('./commands/receipt.ts')).receiptCommand(),
  },
  'Challengers:': {
    watch: async () => (await import('./commands/watch.ts')).watchCommand(),
    appeal: async () => (await import('./commands/appeal.ts')).appealCommand(),
  },
  'Auditors:': {
    audit: async () => (await import('./commands/audit.ts')).auditCommand(),
  },
  'Hosts of an index:': {
    index: async () => (await import('./commands/index.ts')).indexCommand(),
    mcp: async () => (await import('./commands/mcp.ts')).mcpCommand(),
  },
  'Chains and settings:': {
    node: async () => (await import('./commands/node.ts')).nodeCommand(),
    deploy: async () => (await import('./commands/deploy.ts')).deployCommand(),
    config: async () => (await import('./commands/config.ts')).configCommand(),
  },
}

/** The program with the noun that `args` begin with, or with every one. */
export async function programOf(args: readonly string[] = []): Promise<Command> {
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
  const noun = args.find((arg) => !arg.startsWith('-')) ?? ''
  const isNoun = Object.values(commands).some((own) => Object.hasOwn(own, noun))
  for (const [users, own] of Object.entries(commands))
    for (const [name, load] of Object.entries(own))
      if (!isNoun || name === noun) program.addCommand((await load()).helpGroup(users))
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

const INTERRUPTED = 130

/** Runs a command line. 0 if it succeeded, 1 if it failed, 2 if it was mistyped or could not ask, 130 if Ctrl-C interrupted it. */
export async function runProgram(args: readonly string[]): Promise<number> {
  listenToSignals()
  try {
    const given = withHelp(args)
    await (await programOf(given)).parseAsync([...given], { from: 'user' })
    return 0
  } catch (error) {
    if (error instanceof ExitError) return error.status
    // commander has said what it found itself; what an action finds mistyped later was not said yet.
    const found = error instanceof InvalidArgumentError ? new UsageError(error.message) : error
    if (signal.aborted && found instanceof Error && found.name === 'AbortError') {
      sayFailure(new StopError('Interrupted before it was done', {}, 'Run it again.'), args.includes('--json'))
      return INTERRUPTED
    }
    if (found instanceof CommanderError) return found.exitCode === 0 ? 0 : 2
    sayFailure(found, args.includes('--json'))
    return signal.aborted ? INTERRUPTED : found instanceof UsageError ? 2 : 1
  } finally {
    leaveSignalsToSystem()
  }
}
