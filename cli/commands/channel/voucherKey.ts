import { existsSync, readFileSync } from 'node:fs'
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import { writeWhole } from '../../../sdk/node/writeWhole.ts'
import { accountOf, readSecret } from '../../signer.ts'

/** A plain key for vouchers alone, in a file that only its owner reads. */

export function readVoucherKey(path: string): PrivateKeyAccount {
  return accountOf(readSecret(path).trim(), path)
}

export function ensureVoucherKey(path: string): PrivateKeyAccount {
  if (existsSync(path)) return readVoucherKey(path)
  const key = generatePrivateKey()
  writeWhole(path, `${key}\n`, 0o600)
  // What is on disk is what signs.
  return privateKeyToAccount(readFileSync(path, 'utf8').trim() as `0x${string}`)
}
