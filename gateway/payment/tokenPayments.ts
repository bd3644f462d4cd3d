import { readFileSync } from 'node:fs'
import { encodePaymentResponseHeader, HTTPFacilitatorClient } from '@x402/core/http'
import type { PaymentRequirements } from '@x402/core/types'
import * as z from 'zod'
import { StopError } from '../../sdk/errors.ts'
import { parseOpen } from '../../sdk/units.ts'
import type { ApiKey, ApiKeys } from './payment.ts'
import { type Facilitator, hexSchema, isFor, PAY_WITHIN_SECONDS, type Quote } from './x402.ts'

/**
 * Payments in other ERC-3009 tokens, on any chain, by a remote facilitator. The token goes to the operator, who pays for the call in OPEN from
 * a channel of its own: payer and operator of its record are the same account.
 */

const tokenSchema = z.strictObject({
  /** Of x402: `eip155:8453` is Base. */
  network: z.templateLiteral(['eip155:', z.int().positive()]),
  asset: hexSchema(20),
  /** The token's EIP-712 domain. */
  name: z.string().min(1),
  version: z.string().min(1),
  payTo: hexSchema(20),
  /** What one OPEN costs, in the token's smallest units. */
  perOpen: z
    .string()
    .regex(/^[1-9]\d{0,38}$/)
    .transform(BigInt),
  /** For how long what a caller signs is good. */
  payWithinSeconds: z.int().min(10).default(PAY_WITHIN_SECONDS),
  /** Where the facilitator answers. */
  facilitator: z.url({ protocol: /^https?$/ }),
})

export type PaymentToken = z.infer<typeof tokenSchema>

export function readTokens(path: string): readonly PaymentToken[] {
  try {
    return z
      .array(tokenSchema)
      .min(1)
      .parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch (cause) {
    const [issue] = cause instanceof z.ZodError ? cause.issues : []
    const fault = issue === undefined ? 'it is not there, or no JSON' : `${issue.path.join('.')}: ${issue.message}`
    throw new StopError(`${path} is no list of tokens`, { fault }, 'docs/gateway.md shows one.', cause)
  }
}

const GWEI_PER_OPEN = parseOpen('1')

/** Refuses a token whose facilitator does not settle it, and models for which the operator has no channel. */
export async function tokenPayments(token: PaymentToken, keys: ApiKeys, operator: number): Promise<Facilitator> {
  const { network, asset, name, version, payTo, perOpen, payWithinSeconds, facilitator } = token
  const client = new HTTPFacilitatorClient({ url: facilitator })
  await requireSupported(client, token)
  const own = new Map([...keys.values()].flatMap((key) => (key.channel.payer === operator ? [[key.model, key]] : [])))
  if (own.size === 0)
    throw new StopError(
      `Calls that are paid in ${name} are charged to a channel of account ${operator}, and no API key is for one`,
      {},
      'Open one with `attribution channel open`, and name it with `attribution channel key` in the file of --api-keys.',
    )
  const requirementsOf = async ({ serving: { model }, mostUnits }: Quote) => {
    if (!own.has(model.model)) return undefined
    const gwei = BigInt(mostUnits) * model.terms.feeUnitGwei
    const amount = (gwei * perOpen + GWEI_PER_OPEN - 1n) / GWEI_PER_OPEN
    const extra = { name, version }
    const maxTimeoutSeconds = payWithinSeconds
    return { scheme: 'exact', network, asset, payTo, amount: `${amount}`, maxTimeoutSeconds, extra }
  }
  return {
    requirementsOf,
    accept: async (quote, payment) => {
      const wanted: PaymentRequirements | undefined = await requirementsOf(quote)
      const from: ApiKey | undefined = own.get(quote.serving.model.model)
      if (wanted === undefined || from === undefined || !isFor(payment, wanted))
        return { refused: 'The payment is in another token, or to another address.' }
      const verified = await client.verify(payment, wanted).catch(failed)
      if (!('isValid' in verified) || !verified.isValid) return { refused: refusalOf(verified) }
      return {
        kind: 'other token',
        from,
        collect: async () => {
          const settled = await client.settle(payment, wanted).catch(failed)
          if (!('success' in settled) || !settled.success) return { refused: refusalOf(settled) }
          return { 'PAYMENT-RESPONSE': encodePaymentResponseHeader(settled) }
        },
      }
    },
  }
}

function failed(error: unknown) {
  return { errorMessage: error instanceof Error ? error.message : `${error}` }
}

function refusalOf(said: {
  readonly invalidReason?: string
  readonly invalidMessage?: string
  readonly errorReason?: string
  readonly errorMessage?: string
}): string {
  const reason = said.invalidMessage ?? said.invalidReason ?? said.errorMessage ?? said.errorReason
  return `The facilitator does not settle the payment: ${reason ?? 'it gives no reason'}.`
}

async function requireSupported(client: HTTPFacilitatorClient, { network, name }: PaymentToken): Promise<void> {
  const { kinds } = await client.getSupported().catch((cause: unknown) => {
    throw new StopError(`The facilitator at ${client.url} does not answer`, {}, 'Name one that does.', cause)
  })
  if (kinds.some((kind) => kind.x402Version === 2 && kind.scheme === 'exact' && kind.network === network)) return
  throw new StopError(
    `The facilitator at ${client.url} settles no payments on ${network}, where ${name} is`,
    {},
    'Name one that does.',
  )
}
