import { Command, Option } from 'commander'
import { settings } from './config.ts'
import { type Context, contextOf } from './context.ts'
import { SENDING, SETTINGS } from './help.ts'
import { signal } from './signals.ts'
import { addressValue, durationSeconds, durationText } from './values.ts'

/** A new command, with what all share. The list of commands shows the part of its description before the first colon or full stop. */
export function commandOf(name: string, description: string): Command {
  const text = description.replaceAll('\n', ' ')
  return new Command(name)
    .description(text)
    .summary(text.split(/[:.] /)[0] ?? text)
    .showHelpAfterError('(--help says more)')
    .allowExcessArguments(false)
}

/** Adds the settings that a command reads, by their names in the configuration. */
export function withSettings(command: Command, ...names: readonly (keyof typeof settings)[]): Command {
  for (const name of names) {
    const { flag, value, meaning } = settings[name]
    command.addOption(new Option(`--${flag} ${value}`, meaning).helpGroup(SETTINGS))
  }
  return command
}

/** A command that reads the chain. */
export function reading(command: Command): Command {
  return withSettings(command, 'rpc', 'deployment')
}

/** A command that sends transactions. */
export function sendingCommand(command: Command): Command {
  withSettings(command, 'rpc', 'deployment', 'keystore', 'passwordFile', 'keyFile', 'state', 'explorer')
  return askingFirst(command, 'say what would be sent, and send nothing')
    .addOption(sending('--unsigned', 'write the transactions as JSON, to be signed elsewhere'))
    .addOption(sending('--from <address>', 'who signs them elsewhere').argParser(addressValue))
}

export function durationOption(flags: string, meaning: string, seconds: number): Option {
  return new Option(flags, meaning).argParser(durationSeconds).default(seconds, durationText(seconds))
}

/** A command that shows what it is about to do, and asks. */
export function askingFirst(command: Command, dryRun: string): Command {
  return command.addOption(sending('--dry-run', dryRun)).addOption(sending('-y, --yes', 'send without asking'))
}

function sending(flags: string, meaning: string): Option {
  return new Option(flags, meaning).helpGroup(SENDING)
}

/** An action with its context, its arguments and its options. */
export function action<Arguments extends readonly unknown[], Options>(
  work: (context: Context, options: Options, ...args: Arguments) => Promise<void>,
): (this: Command, ...given: unknown[]) => Promise<void> {
  return async function (this: Command, ...given) {
    // commander hands over the arguments, then the options, then the command itself.
    const args = given.slice(0, -2) as unknown as Arguments
    const context = contextOf(this, signal)
    let isReported = false
    try {
      await work(context, this.optsWithGlobals() as Options, ...args)
      isReported = true
    } finally {
      await context.journals.end(isReported)
    }
  }
}
