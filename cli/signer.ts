/** The account that a command signs with: a keystore, a key file, or the environment. */
import { readFileSync, statSync } from 'node:fs'
import { isHex, type LocalAccount } from 'viem'
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import { StopError } from '../sdk/errors.ts'
import { whyUnread } from '../sdk/node/whyUnread.ts'
import { type Config, PRIVATE_KEY } from './config.ts'
import type { Terminal } from './terminal.ts'
import { UsageError } from './usageError.ts'

export async function openSigner(config: Config, terminal: Terminal): Promise<LocalAccount> {
  const keystore = config.find('keystore')
  if (keystore !== undefined) return await fromKeystore(keystore.value, config, terminal)
  const keyFile = config.find('keyFile')
  if (keyFile !== undefined) return accountOf(readSecret(keyFile.value).trim(), keyFile.value)
  if (config.privateKey !== undefined) return accountOf(config.privateKey, PRIVATE_KEY)
  throw new UsageError(HOW_TO_SIGN)
}

export const HOW_TO_SIGN = `This command signs. Give --keystore <file> or --key-file <file>, set ${PRIVATE_KEY}, or use --unsigned --from <address> to sign elsewhere.`

export function hasKey({ find, privateKey }: Config): boolean {
  return privateKey !== undefined || find('keystore') !== undefined || find('keyFile') !== undefined
}

async function fromKeystore(path: string, config: Config, terminal: Terminal): Promise<LocalAccount> {
  const json = readSecret(path)
  const passwordFile = config.find('passwordFile')
  const password =
    passwordFile === undefined
      ? await terminal.askSecret(`Password of ${path}:`)
      : readSecret(passwordFile.value).replace(/\r?\n$/, '')
  if (password === undefined)
    throw new UsageError(
      `${path} is encrypted: give --password-file <file>, or run this on a terminal that can be asked.`,
    )
  // Imported here: most commands never need it.
  const { Wallet } = await import('ethers')
  try {
    const { privateKey } = await Wallet.fromEncryptedJson(json, password)
    return accountOf(privateKey, path)
  } catch (cause) {
    throw new StopError(
      `${path} does not open: ${cause instanceof Error ? (cause.message.split(' (')[0] ?? cause.message) : cause}`,
      {},
      'Check the password, and that the file is a keystore (Web3 Secret Storage, version 3).',
      cause,
    )
  }
}

export function accountOf(key: string, from: string): PrivateKeyAccount {
  const prefixed = key.startsWith('0x') ? key : `0x${key}`
  if (isHex(prefixed) && prefixed.length === 66) return privateKeyToAccount(prefixed)
  throw new UsageError(`${from} holds no key: it takes 0x and 64 hex digits.`)
}

export function readSecret(path: string): string {
  try {
    const content = readFileSync(path, 'utf8')
    if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0)
      throw new StopError(`Others can read ${path}`, {}, `Make it yours alone: chmod 600 ${path}`)
    return content
  } catch (cause) {
    if (cause instanceof StopError) throw cause
    throw new UsageError(`${path} cannot be read: ${whyUnread(cause)}.`)
  }
}
