import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { explain, isExplained } from '../sdk/errors.ts'
import { interrupt } from './command.ts'
import { accountCommand } from './commands/account.ts'
import { configCommand } from './commands/config.ts'
import { tokenCommand } from './commands/token.ts'
import { UsageError } from './usageError.ts'

/** Nouns and verbs, in the order in which help lists them. */
const commands: readonly (() => Command)[] = [accountCommand, tokenCommand, configCommand]

export function programOf(): Command {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  const program = new Command('attribution')
    .description('Pays the people whose data moved a model’s answer. Every noun and verb has --help.')
    .version(version)
    .option('--json', 'one JSON value on stdout instead of sentences')
    .showHelpAfterError('(--help says more)')
    .showSuggestionAfterError()
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
  for (const command of commands) program.addCommand(command())
  for (const command of everyCommand(program)) command.exitOverride()
  return program
}

function everyCommand(command: Command): readonly Command[] {
  return command.commands.flatMap((own) => [own, ...everyCommand(own)])
}

/** Runs a command line. 0 if it did what it says, 1 if something stands in the way, 2 if it was mistyped, 130 after Ctrl-C. */
export async function runProgram(args: readonly string[]): Promise<number> {
  let isInterrupted = false
  const onSignal = (): void => {
    // A second Ctrl-C ends the process at once.
    if (isInterrupted) process.exit(130)
    isInterrupted = true
    interrupt()
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  try {
    await programOf().parseAsync([...args], { from: 'user' })
    return isInterrupted ? 130 : 0
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    say(error, args.includes('--json'))
    return isInterrupted ? 130 : error instanceof UsageError ? 2 : 1
  } finally {
    process.off('SIGINT', onSignal)
    process.off('SIGTERM', onSignal)
  }
}

/** One paragraph, or one JSON value; a trace only for what is a fault of ours. */
function say(error: unknown, isJson: boolean): void {
  if (isJson) {
    const { message, facts, remedy } = isExplained(error)
      ? error
      : { message: error instanceof Error ? error.message : String(error), facts: {}, remedy: '' }
    const plain = (_: string, value: unknown) => (typeof value === 'bigint' ? `${value}` : value)
    process.stderr.write(`${JSON.stringify({ error: { message, facts, remedy } }, plain)}\n`)
    return
  }
  process.stderr.write(`\n${paragraphOf(error)}\n`)
}

function paragraphOf(error: unknown): string {
  if (isExplained(error)) return explain(error)
  if (error instanceof UsageError) return error.message
  const known = systemError(error)
  if (known !== undefined) return known
  return `Something failed that this command did not expect; please report it.\n${error instanceof Error ? error.stack : error}`
}

/** What disks and folders do to anybody. */
function systemError(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  const path = 'path' in error && typeof error.path === 'string' ? error.path : 'A file'
  switch (error.code) {
    case 'ENOSPC':
      return `${path} cannot be written: the disk is full. Make room and run the command again; nothing is lost.`
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return `${path} may not be written or read here. Check its owner and rights, or name another place.`
    case 'ENOENT':
      return `${path} does not exist.`
    case 'EISDIR':
      return `${path} is a folder, not a file.`
    default:
      return undefined
  }
}
