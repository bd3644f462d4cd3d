import { existsSync, readFileSync, statSync } from 'node:fs'
import { privateKeyToAccount } from 'viem/accounts'
import * as z from 'zod'
import { StopError } from '../../sdk/errors.ts'
import { writeWhole } from '../../sdk/node/writeWhole.ts'
import { WEI_PER_GWEI } from '../../sdk/units.ts'
import type { ApiKeys } from './payment.ts'

/** A file of API keys: each known by its hash, with the channel that pays and the key that signs its vouchers. */

const entrySchema = z.strictObject({
  /** SHA-256 of the secret, in hex. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  model: z.int().positive(),
  payer: z.int().positive(),
  salt: z.int().positive(),
  voucherKey: z.templateLiteral(['0x', z.string().regex(/^[0-9a-f]{64}$/)]),
  /** All that may ever be signed for, in wei of OPEN. */
  limit: z.string().regex(/^\d{1,39}$/),
})
const fileSchema = z.array(entrySchema)
export type ApiKeyEntry = z.infer<typeof entrySchema>

export function readApiKeys(path: string): ApiKeys {
  return new Map(
    entriesIn(path).map(({ sha256, model, payer, salt, voucherKey, limit }) => [
      sha256,
      {
        model,
        channel: { payer, salt },
        signer: privateKeyToAccount(voucherKey),
        limitGwei: BigInt(limit) / WEI_PER_GWEI,
      },
    ]),
  )
}

export function addApiKey(path: string, entry: ApiKeyEntry): void {
  const before = existsSync(path) ? entriesIn(path) : []
  writeWhole(path, `${JSON.stringify([...before, entry], null, 2)}\n`, 0o600)
}

function entriesIn(path: string): readonly ApiKeyEntry[] {
  if (!existsSync(path)) throw new StopError(`${path} is not there`, {}, 'Make it with `attribution channel key`.')
  if ((statSync(path).mode & 0o077) !== 0)
    throw new StopError(`Others may read the API keys in ${path}`, {}, `Run chmod 600 ${path}.`)
  try {
    return fileSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch (cause) {
    throw new StopError(`${path} is no file of API keys`, {}, 'Restore it, or make a new one.', cause)
  }
}
