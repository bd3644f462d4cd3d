import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { StopError } from '../../sdk/errors.ts'

/** A setting of a command: an option, else an environment variable, else the default. */
export interface Setting<T> {
  readonly help: string
  /** How the help writes its value, such as `<file>`; a switch has none. */
  readonly value?: string
  /** Another environment variable that counts where its own is unset. */
  readonly env?: string
  readonly byDefault?: string
  /** May be given several times, or separated by commas. */
  readonly isList?: boolean
  /** `name` is the option or variable, for error messages. */
  readonly read: (text: string | undefined, name: string) => T
}

export type Settings = Readonly<Record<string, Setting<unknown>>>
export type Chosen<S extends Settings> = { readonly [name in keyof S]: ReturnType<S[name]['read']> }

/** The chosen settings; undefined if help was requested. */
export function choose<S extends Settings>(
  settings: S,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Chosen<S> | undefined {
  const given = parse(settings, args)
  if (given.help === true) return undefined
  const chosen = Object.entries(settings).map(([name, setting]) => {
    const option = optionOf(name)
    const typed = given[option]
    if (typed !== undefined) return [name, setting.read(`${typed}`, `--${option}`)]
    // An empty variable counts as unset.
    const variable = variablesOf(option, setting).find((one) => env[one] !== undefined && env[one] !== '')
    return [
      name,
      variable === undefined ? setting.read(setting.byDefault, `--${option}`) : setting.read(env[variable], variable),
    ]
  })
  return Object.fromEntries(chosen)
}

const HELP_WIDTH = 118
const OPTION_WIDTH = 26

/** One paragraph a setting: the option, its effect, and in brackets its variable and default. */
export function describe(settings: Settings): string {
  return Object.entries(settings)
    .map(([name, setting]) => {
      const { value, help, byDefault } = setting
      const option = `  --${optionOf(name)}${value === undefined ? '' : ` ${value}`}`
      const besides = [
        variablesOf(optionOf(name), setting).join(' or '),
        ...(byDefault === undefined ? [] : [byDefault]),
      ].join('; ')
      const lines = wrap(`${help} (${besides})`, HELP_WIDTH - OPTION_WIDTH)
      const first =
        option.length < OPTION_WIDTH ? option.padEnd(OPTION_WIDTH) : `${option}\n${' '.repeat(OPTION_WIDTH)}`
      return `${first}${lines.join(`\n${' '.repeat(OPTION_WIDTH)}`)}\n`
    })
    .join('')
}

function parse(settings: Settings, args: readonly string[]): Readonly<Record<string, unknown>> {
  const options = Object.entries(settings).map(
    ([name, { value, isList }]): [string, ParseArgsOptionsConfig[string]] => [
      optionOf(name),
      { type: value === undefined ? 'boolean' : 'string', multiple: isList === true },
    ],
  )
  try {
    return parseArgs({
      args: [...args],
      options: { ...Object.fromEntries(options), help: { type: 'boolean', short: 'h' } },
    }).values
  } catch (cause) {
    const what = cause instanceof Error ? cause.message.split('. ')[0] : String(cause)
    throw new StopError(`The command was not understood: ${what}`, {}, 'Run it with --help to see its options.', cause)
  }
}

/** rpcTimeoutMs → rpc-timeout-ms */
function optionOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

/**
 * The environment variable of an option, of every command: max-range → ATTRIBUTION_MAX_RANGE. Bare
 * names such as HOST are often set for something else.
 */
export function variableOf(option: string): string {
  return `ATTRIBUTION_${option.replaceAll('-', '_').toUpperCase()}`
}

function variablesOf(option: string, { env }: Setting<unknown>): readonly string[] {
  return [variableOf(option), ...(env === undefined ? [] : [env])]
}

function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}

/** Reads a required setting. */
export function required<T>(read: (text: string, name: string) => T): (text: string | undefined, name: string) => T {
  return (text, name) => {
    if (text !== undefined && text !== '') return read(text, name)
    throw new StopError(
      `The indexer needs ${name}`,
      {},
      `Give it, or set ${variableOf(name.replace(/^--/, ''))}. Run it with --help to see its options.`,
    )
  }
}

/** Reads an optional setting. */
export function optional<T>(read: (text: string, name: string) => T) {
  return (text: string | undefined, name: string): T | undefined => (text === undefined ? undefined : read(text, name))
}

export function wholeNumber(least: number, most: number): (text: string, name: string) => number {
  return (text, name) => {
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= least && value <= most) return value
    throw new StopError(`${name} is "${text}"`, { least, most }, 'Give a whole number between these.')
  }
}

export function blockNumber(text: string, name: string): bigint {
  if (/^\d+$/.test(text)) return BigInt(text)
  throw new StopError(`${name} is "${text}"`, {}, 'Give the number of a block.')
}

export function oneOf<const choice extends string>(choices: readonly choice[]): (text: string, name: string) => choice {
  return (text, name) => {
    const found = choices.find((one) => one === text)
    if (found !== undefined) return found
    throw new StopError(`${name} is "${text}"`, {}, `Give one of ${choices.join(', ')}.`)
  }
}

/** A switch is on when its option is given, or its variable is true. */
export function isOn(text: string | undefined, name: string): boolean {
  return text === undefined ? false : oneOf(['true', 'false', '1', '0'])(text, name).match(/^(true|1)$/) !== null
}
