import type { Command, OptionValues } from 'commander'
import type { Address, LocalAccount, TransactionReceipt } from 'viem'
import { type Connection, connect } from '../sdk/contracts.ts'
import { readDeployment } from '../sdk/node/readDeployment.ts'
import { type Config, type Flags, readConfig, type SettingName, settings } from './config.ts'
import { type Journals, journalsOf } from './journals.ts'
import { HOW_TO_SIGN, hasKey, openSigner } from './signer.ts'
import { type Terminal, terminalOn } from './terminal.ts'
import { UsageError } from './usageError.ts'

/** What an action works with: settings, a node, a signer, and a terminal. Each is opened when it is first used. */
export interface Context {
  readonly config: Config
  readonly terminal: Terminal
  readonly signal: AbortSignal
  readonly connection: () => Promise<Connection>
  readonly signer: () => Promise<LocalAccount>
  /** How a plan is carried out. */
  readonly sending: Sending
  readonly journals: Journals
}

export type Sending =
  /** Say what would be sent. */
  | { readonly kind: 'dryRun' }
  /** Write it down, to be signed elsewhere by `from`. */
  | { readonly kind: 'unsigned'; readonly from: Address }
  /** Ask first, unless `yes`. */
  | { readonly kind: 'send'; readonly yes: boolean }

export type Receipts = readonly TransactionReceipt[]

export function contextOf(command: Command, signal: AbortSignal): Context {
  const options = command.optsWithGlobals()
  const config = readConfig(flagsIn(options))
  const terminal = terminalOn(options.json === true)
  const sending = sendingIn(options)
  const isSigned = sending.kind !== 'unsigned' && command.options.some(({ long }) => long === '--unsigned')
  /** Names all that is missing at once, whichever is asked for first. */
  const requireSettings = (): void => {
    const absent = [...config.missing(['rpc', 'deployment']), ...(isSigned && !hasKey(config) ? [HOW_TO_SIGN] : [])]
    if (absent.length > 0) throw new UsageError(absent.join('\n'))
  }
  let connection: Promise<Connection> | undefined
  let signer: Promise<LocalAccount> | undefined
  return {
    config,
    terminal,
    signal,
    connection: () => {
      connection ??= (async () => {
        requireSettings()
        return await connect(config.need('rpc'), readDeployment(config.need('deployment')))
      })()
      return connection
    },
    signer: () => {
      if (isSigned) requireSettings()
      signer ??= openSigner(config, terminal)
      return signer
    },
    sending,
    journals: journalsOf(config, startedAtMs()),
  }
}

let contexts = 0

/** A process is one command, but for tests that run several. */
function startedAtMs(): number {
  contexts += 1
  return contexts === 1 ? performance.timeOrigin : Date.now()
}

function sendingIn({ unsigned, from, dryRun, yes }: OptionValues): Sending {
  if (unsigned === true) return { kind: 'unsigned', from: from as Address }
  if (dryRun === true) return { kind: 'dryRun' }
  return { kind: 'send', yes: yes === true }
}

function flagsIn(options: OptionValues): Flags {
  const entries = Object.entries(settings).flatMap(([name, { flag }]) => {
    const given = options[camelCase(flag)]
    return typeof given === 'string' ? [[name as SettingName, given] as const] : []
  })
  return Object.fromEntries(entries)
}

/** As commander names an option's value. */
function camelCase(flag: string): string {
  return flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
