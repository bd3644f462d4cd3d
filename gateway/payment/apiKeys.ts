import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { privateKeyToAccount } from 'viem/accounts'
import * as z from 'zod'
import type { ChannelKey } from '../../sdk/channel.ts'
import { StopError } from '../../sdk/errors.ts'
import { writeWhole } from '../../sdk/node/writeWhole.ts'
import { WEI_PER_GWEI } from '../../sdk/units.ts'
import { API_KEY_PREFIX, type ApiKeys, hashOfSecret } from './payment.ts'

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

/** Makes a secret for a channel, and keeps its hash; the secret itself is shown once. */
export function newApiKey(
  path: string,
  { model, payer, salt }: ChannelKey,
  voucherKey: string,
  limitGwei: bigint,
): string {
  const secret = `${API_KEY_PREFIX}${randomBytes(24).toString('base64url')}`
  const entry = { sha256: hashOfSecret(secret), model, payer, salt, voucherKey, limit: `${limitGwei * WEI_PER_GWEI}` }
  const before = existsSync(path) ? entriesIn(path) : []
  writeWhole(path, `${JSON.stringify([...before, entrySchema.parse(entry)], null, 2)}\n`, 0o600)
  return secret
}

function entriesIn(path: string): readonly z.infer<typeof entrySchema>[] {
  if (!existsSync(path)) throw new StopError(`${path} is not there`, {}, 'Make it with `attribution channel key`.')
  if ((statSync(path).mode & 0o077) !== 0)
    throw new StopError(`Others may read the API keys in ${path}`, {}, `Run chmod 600 ${path}.`)
  try {
    return fileSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch (cause) {
    throw new StopError(`${path} is no file of API keys`, {}, 'Restore it, or make a new one.', cause)
  }
}
