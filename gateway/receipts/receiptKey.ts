import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { isHex, type LocalAccount } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import type { Wallet } from '../../sdk/chain.ts'
import { callTo } from '../../sdk/contractCall.ts'
import type { Connection } from '../../sdk/contracts.ts'
import { StopError } from '../../sdk/errors.ts'
import { makeFolder } from '../../sdk/node/makeFolder.ts'
import { transact } from '../../sdk/node/transactions/transact.ts'

/** The key that signs receipts: one of its own, in a file that only its owner may read, named on chain before the first call. */

/** Reads the key at `path`, or makes one. */
export function ensureKeyFile(path: string, what: string): LocalAccount {
  if (!existsSync(path)) {
    makeFolder(dirname(path))
    writeFileSync(path, `${generatePrivateKey()}\n`, { mode: 0o600, flag: 'wx' })
  }
  if ((statSync(path).mode & 0o077) !== 0) {
    throw new StopError(`Others may read the ${what} at ${path}`, {}, `Run chmod 600 ${path}.`)
  }
  const key = readFileSync(path, 'utf8').trim()
  if (isHex(key) && key.length === 66) return privateKeyToAccount(key)
  throw new StopError(`${path} holds no key`, {}, 'It takes 0x and 64 hex digits.')
}

/** Names the key on chain where the operator has none; refuses another one, whose receipts would not count. */
export async function ensureKeyNamed(
  { reader, contracts }: Connection,
  wallet: Wallet,
  operator: number,
  key: LocalAccount,
): Promise<void> {
  const { court, clock } = contracts
  const named = await reader.readContract({ ...court, functionName: 'receiptKeyOf', args: [operator] })
  if (BigInt(named) === 0n) {
    await transact(reader, wallet, callTo(court, 'setReceiptKey', [key.address]))
    return
  }
  const args = [operator, key.address] as const
  const [term, time] = await Promise.all([
    reader.readContract({ ...court, functionName: 'keyTermOf', args }),
    reader.readContract({ ...clock, functionName: 'time' }),
  ])
  // A key that was replaced counts until its end, and one that was named lately only from its beginning on.
  if (term.until > time && term.from <= time) return
  throw new StopError(
    `Receipts of account ${operator} are signed by ${named} on chain, and this key is ${key.address}`,
    { from: term.from, until: term.until },
    'Give the file of the key that was named, or name this one with Court.setReceiptKey and wait for the notice.',
  )
}
