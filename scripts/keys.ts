import { isHex } from 'viem'
import { type LocalAccount, privateKeyToAccount } from 'viem/accounts'
import { UsageError } from './command.ts'

/** The key that a command signs with, from the environment so that it enters no shell history. */
export function signerFromEnvironment(): LocalAccount {
  const key = process.env.PRIVATE_KEY
  if (key === undefined)
    throw new UsageError('Set PRIVATE_KEY to the key that this command signs with (0x and 64 hex digits).')
  if (!isHex(key) || key.length !== 66) throw new UsageError('PRIVATE_KEY is not a key: it takes 0x and 64 hex digits.')
  return privateKeyToAccount(key)
}
