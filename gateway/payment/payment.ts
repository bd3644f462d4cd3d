import { createHash } from 'node:crypto'
import type { Hex, LocalAccount } from 'viem'
import * as z from 'zod'
import type { NamedChannel } from '../../sdk/channel.ts'
import { ApiError } from '../apiError.ts'

/** How a caller pays: by a voucher of its channel, by a key that stands for a channel, or by an x402 payment for this one call. */
export type Payment =
  | { readonly kind: 'voucher'; readonly channel: NamedChannel; readonly voucher: SignedAmount }
  | { readonly kind: 'key'; readonly key: ApiKey }
  | { readonly kind: 'x402'; readonly header: string }
  | { readonly kind: 'none' }

export interface SignedAmount {
  readonly maxClaimableAmount: bigint
  readonly signature: Hex
}

/** A secret that its holder shows, for a channel whose vouchers the gateway signs. */
export interface ApiKey {
  readonly model: number
  readonly channel: NamedChannel
  readonly signer: LocalAccount
  /** All that may ever be signed for, in gwei. */
  readonly limitGwei: bigint
}

export type ApiKeys = ReadonlyMap<string, ApiKey>

export const VOUCHER_HEADER = 'attribution-voucher'
export const API_KEY_PREFIX = 'att-'

const voucherSchema = z.strictObject({
  payer: z.int().min(1).max(0xffff_ffff),
  salt: z.int().min(1).max(0xffff_ffff).default(1),
  /** All that may ever be charged, in wei of OPEN. */
  maxClaimableAmount: z
    .string()
    .regex(/^\d{1,39}$/)
    .transform(BigInt)
    .refine((wei) => wei < 1n << 128n, 'it is above 2^128'),
  signature: z
    .string()
    .regex(/^0x([0-9a-fA-F]{128}|[0-9a-fA-F]{130})$/)
    .transform((value) => value.toLowerCase() as Hex),
})

export function paymentOf(headers: Headers, keys: ApiKeys): Payment {
  const voucher = headers.get(VOUCHER_HEADER)
  if (voucher !== null) return parseVoucher(voucher)
  const x402 = headers.get('payment-signature')
  if (x402 !== null) return { kind: 'x402', header: x402 }
  const secret = /^Bearer (\S+)$/i.exec(headers.get('authorization') ?? '')?.[1]
  // Clients that pay otherwise send any key at all.
  if (secret === undefined || !secret.startsWith(API_KEY_PREFIX)) return { kind: 'none' }
  const key = keys.get(hashOfSecret(secret))
  if (key === undefined) throw new ApiError(401, 'invalid_api_key', 'This gateway does not know the API key.')
  return { kind: 'key', key }
}

/** A voucher in a header: JSON, as it is or in base64url. */
export function voucherHeader(channel: NamedChannel, { maxClaimableAmount, signature }: SignedAmount): string {
  const { payer, salt } = channel
  return JSON.stringify({ payer, salt, maxClaimableAmount: `${maxClaimableAmount}`, signature })
}

export function hashOfSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

function parseVoucher(header: string): Payment {
  const parsed = voucherSchema.safeParse(jsonIn(header))
  if (parsed.success) {
    const { payer, salt, maxClaimableAmount, signature } = parsed.data
    return { kind: 'voucher', channel: { payer, salt }, voucher: { maxClaimableAmount, signature } }
  }
  const [issue] = parsed.error.issues
  throw new ApiError(
    400,
    'invalid_voucher',
    `The header ${VOUCHER_HEADER} is no voucher (${issue?.path.join('.') || 'it'}: ${issue?.message}). It takes JSON with payer, salt, maxClaimableAmount and signature.`,
    { param: VOUCHER_HEADER },
  )
}

function jsonIn(header: string): unknown {
  const text = header.startsWith('{') ? header : Buffer.from(header, 'base64url').toString()
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
