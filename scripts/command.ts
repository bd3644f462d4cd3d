import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { explain, isExplained } from '../sdk/errors.ts'
import { parseOpen } from '../sdk/units.ts'

/**
 * The door of every command that people type: options in, one clear paragraph out where it fails. A user's mistake gets
 * no stack trace; a fault of ours does, because someone will have to find it.
 */
export async function runCommand<const options extends ParseArgsOptionsConfig>(
  command: Command<options>,
  args: readonly string[] = process.argv.slice(2),
): Promise<void> {
  try {
    const { values, positionals } = parse(command, args)
    if ('help' in values && values.help === true) {
      process.stdout.write(`${command.usage}\n`)
      return
    }
    await command.run(values as Values<options>, positionals)
  } catch (error) {
    process.exitCode = 1
    process.stderr.write(`\n${paragraphOf(error)}\n`)
  }
}

export interface Command<options extends ParseArgsOptionsConfig> {
  readonly usage: string
  readonly options: options
  readonly run: (values: Values<options>, positionals: readonly string[]) => Promise<void>
}

type Values<options extends ParseArgsOptionsConfig> = ReturnType<typeof parseArgs<{ options: options }>>['values']

/** A command was typed in a way that it does not understand. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

function parse<options extends ParseArgsOptionsConfig>({ options, usage }: Command<options>, args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: { ...options, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    })
  } catch (cause) {
    throw new UsageError(`${cause instanceof Error ? cause.message : cause}\n\n${usage}`)
  }
}

export function paragraphOf(error: unknown): string {
  if (isExplained(error)) return explain(error)
  if (error instanceof UsageError) return error.message
  return `Something failed that this command did not expect; please report it.\n${error instanceof Error ? error.stack : error}`
}

/** A whole number within bounds, from an option's text. */
export function wholeNumber(name: string, text: string, min: number, max: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (value >= min && value <= max) return value
  throw new UsageError(`--${name} takes a whole number from ${min} to ${max}, not "${text}"`)
}

/** An amount of OPEN in gwei, from an option's text. */
export function amountOfOpen(name: string, text: string): bigint {
  try {
    return parseOpen(text)
  } catch (error) {
    throw new UsageError(`--${name}: ${error instanceof Error ? error.message : error}`)
  }
}
