import { decodePaymentSignatureHeader, encodePaymentResponseHeader } from '@x402/core/http'
import type { PaymentRequirements } from '@x402/core/types'
import { type Address, type Hex, isAddressEqual, type LocalAccount, parseSignature } from 'viem'
import * as z from 'zod'
import { type Reader, walletOn } from '../../sdk/chain.ts'
import { callTo, RefusedError } from '../../sdk/contractCall.ts'
import type { Connection } from '../../sdk/contracts.ts'
import { transact } from '../../sdk/node/transactions/transact.ts'
import type { Serving } from '../serving.ts'
import { type Quote, requirementsOf } from './x402.ts'

/** Brings payments on chain before their calls are answered. */
export interface Facilitator {
  requirementsOf(quote: Quote): Promise<PaymentRequirements>
  settle(quote: Quote, header: string): Promise<Settled | { readonly refused: string }>
}

export interface Settled {
  /** The account in whose name the payment lies. */
  readonly payer: number
  readonly headers: Readonly<Record<string, string>>
}

const hex = (bytes: number) =>
  z
    .string()
    .regex(new RegExp(`^0x[0-9a-fA-F]{${2 * bytes}}$`))
    .transform((value) => value as Hex)
const whole = z
  .string()
  .regex(/^\d{1,78}$/)
  .transform(BigInt)

const payloadSchema = z.object({
  signature: hex(65),
  authorization: z.object({
    from: hex(20),
    to: hex(20),
    value: whole,
    validAfter: whole,
    validBefore: whole,
    nonce: hex(32),
  }),
})

/** A facilitator of our own: `account` submits, and pays for the gas. No other transactions may be sent by it meanwhile. */
export async function localFacilitator(
  connection: Connection,
  account: LocalAccount,
  servings: readonly Serving[],
): Promise<Facilitator> {
  const { reader, contracts } = connection
  const wallet = walletOn(reader, account)
  const addresses = new Map<number, Address>()
  for (const { model, operator } of servings) {
    const args = [operator, model.model] as const
    const address = await reader.readContract({ ...contracts.channels, functionName: 'depositAddressOf', args })
    addresses.set(model.model, address)
  }
  let turn: Promise<unknown> = Promise.resolve()
  const leadSeconds = chainLead(reader)
  const requirements = async (quote: Quote) => {
    const payTo = addresses.get(quote.serving.model.model) as Address
    return requirementsOf(connection, payTo, quote, await leadSeconds())
  }
  return {
    requirementsOf: requirements,
    settle: async (quote, header) => {
      const payment = checkPayment(await requirements(quote), header)
      if ('refused' in payment) return payment
      const { authorization, signature } = payment
      const { from, value, validAfter, validBefore, nonce } = authorization
      const { r, s, yParity } = parseSignature(signature)
      const walkIn = { from, value, validAfter, validBefore, nonce, v: 27 + yParity, r, s }
      const { operator, model } = quote.serving
      const call = callTo(contracts.channels, 'settleWalkIn', [operator, model.model, walkIn])
      const sent = turn.then(() => transact(reader, wallet, call))
      turn = sent.catch(() => {})
      try {
        const receipt = await sent
        const payer = await reader.readContract({ ...contracts.accounts, functionName: 'accountOf', args: [from] })
        return { payer, headers: { 'PAYMENT-RESPONSE': responseOf(reader.chain.id, receipt.transactionHash, from) } }
      } catch (error) {
        if (error instanceof RefusedError) return { refused: `The payment cannot be settled: ${error.message}.` }
        throw error
      }
    },
  }
}

/** How far the chain's clock is ahead of callers' clocks, as that of a chain of one's own may be; looked up once in a while. */
function chainLead(reader: Reader): () => Promise<number> {
  let foundAt = Number.NEGATIVE_INFINITY
  let lead = Promise.resolve(0)
  return () => {
    if (Date.now() - foundAt > LEAD_MS) {
      foundAt = Date.now()
      lead = reader.getBlock().then(({ timestamp }) => Math.max(0, Number(timestamp) - Math.floor(Date.now() / 1_000)))
      lead.catch(() => {
        foundAt = Number.NEGATIVE_INFINITY
      })
    }
    return lead
  }
}

const LEAD_MS = 5_000

function responseOf(chainId: number, transaction: Hex, payer: Address): string {
  return encodePaymentResponseHeader({ success: true, transaction, network: `eip155:${chainId}`, payer })
}

type Payload = z.infer<typeof payloadSchema>

function checkPayment(wanted: PaymentRequirements, header: string): Payload | { readonly refused: string } {
  const payment = decoded(header)
  if (payment === undefined) return { refused: 'The header PAYMENT-SIGNATURE holds no x402 payment.' }
  const { accepted, payload } = payment
  const { authorization } = payload
  const isForUs =
    accepted.scheme === wanted.scheme &&
    accepted.network === wanted.network &&
    accepted.asset.toLowerCase() === wanted.asset.toLowerCase() &&
    isAddressEqual(authorization.to, wanted.payTo as Address)
  if (!isForUs) return { refused: 'The payment is in another token, or to another address.' }
  if (authorization.value >= BigInt(wanted.amount)) return payload
  return { refused: `The payment is of ${authorization.value} wei, and the call may cost ${wanted.amount}.` }
}

function decoded(header: string) {
  try {
    const { accepted, payload } = decodePaymentSignatureHeader(header)
    return { accepted, payload: payloadSchema.parse(payload) }
  } catch {
    return undefined
  }
}
