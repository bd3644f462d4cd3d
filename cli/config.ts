/**
 * What every command needs to know of its surroundings, from four places: a flag, else the environment (`ATTRIBUTION_…`), else `.env`,
 * else `attribution.config.json`. Nothing has a default that could mean the wrong chain or the wrong money.
 */
import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import * as z from 'zod'
import { variableOf as variableOfOption } from '../indexer/operate/settings.ts'
import { schemaFault } from '../sdk/schemaFault.ts'
import { UsageError } from './usageError.ts'

export const CONFIG_FILE = 'attribution.config.json'

interface Setting {
  /** How it is given on the command line, without the dashes. */
  readonly flag: string
  readonly value: string
  readonly meaning: string
}

/** By their names in `attribution.config.json`. */
export const settings = {
  rpc: { flag: 'rpc', value: '<url>', meaning: 'the node to talk to' },
  deployment: { flag: 'deployment', value: '<file>', meaning: 'where the contracts are: deployments/<name>.json' },
  api: { flag: 'api', value: '<url>', meaning: 'an indexer’s GraphQL address' },
  blobs: { flag: 'blobs', value: '<folder|url>', meaning: 'where row indexes, items and manifests are' },
  keystore: { flag: 'keystore', value: '<file>', meaning: 'the encrypted key to sign with (Web3 Secret Storage)' },
  passwordFile: { flag: 'password-file', value: '<file>', meaning: 'the keystore’s password; asked for on a terminal' },
  keyFile: { flag: 'key-file', value: '<file>', meaning: 'the key to sign with, as 0x and 64 hex digits' },
  state: { flag: 'state', value: '<folder>', meaning: 'where what was signed is kept until it is mined' },
  explorer: { flag: 'explorer', value: '<url>', meaning: 'a block explorer to link transactions to' },
} as const satisfies Record<string, Setting>

export type SettingName = keyof typeof settings

/** The environment's name of the key itself, which no file of settings holds and no flag takes. */
export const PRIVATE_KEY = 'ATTRIBUTION_PRIVATE_KEY'

export interface Found {
  readonly value: string
  /** Where it was found, as a person would say it. */
  readonly from: string
}

export interface Config {
  readonly find: (name: SettingName) => Found | undefined
  /** The setting, or one sentence that says how to give it. */
  readonly need: (name: SettingName) => string
  /** A sentence for each that is not set. */
  readonly missing: (names: readonly SettingName[]) => readonly string[]
  readonly privateKey: string | undefined
}

const fileSchema = z.partialRecord(z.enum(Object.keys(settings) as [SettingName, ...SettingName[]]), z.string())

export type Flags = Readonly<Partial<Record<SettingName, string>>>

export function readConfig(
  flags: Flags,
  environment: Readonly<Record<string, string | undefined>> = process.env,
  folder = process.cwd(),
): Config {
  const dotenv = readDotenv(join(folder, '.env'))
  const file = readFile(join(folder, CONFIG_FILE))
  const find: Config['find'] = (name) => {
    const variable = variableOf(name)
    const places: readonly (readonly [string | undefined, string])[] = [
      [flags[name], `--${settings[name].flag}`],
      [environment[variable], variable],
      [dotenv[variable], `${variable} in .env`],
      [file[name], CONFIG_FILE],
      [name === 'state' ? stateFolder(environment) : undefined, 'the default'],
    ]
    const [found] = places.flatMap(([value, from]) => (value === undefined || value === '' ? [] : [{ value, from }]))
    return found
  }
  return {
    find,
    need(name) {
      const found = find(name)
      if (found !== undefined) return found.value
      throw new UsageError(howToGive(name))
    },
    missing: (names) => names.filter((name) => find(name) === undefined).map(howToGive),
    privateKey: environment[PRIVATE_KEY] ?? dotenv[PRIVATE_KEY],
  }
}

function howToGive(name: SettingName): string {
  const { flag, value, meaning } = settings[name]
  return `This command needs to know ${meaning}. Give --${flag} ${value}, set ${variableOf(name)}, or write "${name}" into ${CONFIG_FILE}.`
}

export function variableOf(name: SettingName): string {
  return variableOfOption(settings[name].flag)
}

function stateFolder({ XDG_STATE_HOME }: Readonly<Record<string, string | undefined>>): string {
  return join(XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'attribution')
}

function readDotenv(path: string): Readonly<Record<string, string | undefined>> {
  return existsSync(path) ? parseEnv(readFileSync(path, 'utf8')) : {}
}

function readFile(path: string): Flags {
  if (!existsSync(path)) return {}
  let value: unknown
  try {
    value = JSON.parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    throw new UsageError(`${path} is not JSON: ${cause instanceof Error ? cause.message : cause}`)
  }
  const parsed = fileSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new UsageError(
    `${path}: ${schemaFault(issue?.path.join('.') ?? '', issue?.message ?? 'is wrong')}. It takes ${Object.keys(settings).join(', ')}.`,
  )
}
