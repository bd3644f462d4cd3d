import { decodePaymentSignatureHeader, encodePaymentResponseHeader } from '@x402/core/http'
import { type Address, type Hex, isAddressEqual, type LocalAccount, parseSignature } from 'viem'
import * as z from 'zod'
import { walletOn } from '../../sdk/chain.ts'
import { callTo, RefusedError } from '../../sdk/contractCall.ts'
import type { Connection } from '../../sdk/contracts.ts'
import { transact } from '../../sdk/node/transactions/transact.ts'
import type { Gateway } from '../gateway.ts'
import type { Asked } from '../openCall.ts'
import type { Serving } from '../serving.ts'
import { paymentRequired, requirementsOf } from './x402.ts'

/** Brings payments on chain before their calls are answered. */
export interface Facilitator {
  /** From there OPEN leaves by records alone, or back to its payer. */
  depositAddressOf(serving: Serving): Address
  /** Throws 402 where the payment is not what was asked for, or the chain refuses it. */
  settle(gateway: Gateway, asked: Asked, header: string): Promise<Settled>
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
const whole = z.string().regex(/^\d{1,78}$/).transform(BigInt)

const payloadSchema = z.object({
  signature: hex(65),
  authorization: z.object({ from: hex(20), to: hex(20), value: whole, validAfter: whole, validBefore: whole, nonce: hex(32) }),
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
  return {
    depositAddressOf: ({ model }) => addresses.get(model.model) as Address,
    settle: async (gateway, asked, header) => {
      const { authorization, signature } = checkPayment(gateway, asked, header)
      const { from, value, validAfter, validBefore, nonce } = authorization
      const { r, s, yParity } = parseSignature(signature)
      const walkIn = { from, value, validAfter, validBefore, nonce, v: 27 + yParity, r, s }
      const { operator, model } = asked.model.serving
      const call = callTo(contracts.channels, 'settleWalkIn', [operator, model.model, walkIn])
      const sent = turn.then(() => transact(reader, wallet, call))
      turn = sent.catch(() => {})
      const receipt = await sent.catch((error) => {
        if (!(error instanceof RefusedError)) throw error
        throw paymentRequired(gateway, asked, `The payment cannot be settled: ${error.message}.`)
      })
      const payer = await reader.readContract({ ...contracts.accounts, functionName: 'accountOf', args: [from] })
      const settled = encodePaymentResponseHeader({
        success: true,
        transaction: receipt.transactionHash,
        network: `eip155:${reader.chain.id}`,
        payer: from,
      })
      return { payer, headers: { 'PAYMENT-RESPONSE': settled } }
    },
  }
}

function checkPayment(gateway: Gateway, asked: Asked, header: string): z.infer<typeof payloadSchema> {
  const wanted = requirementsOf(gateway, asked)
  const payment = decoded(header)
  if (payment === undefined) throw paymentRequired(gateway, asked, 'The header PAYMENT-SIGNATURE holds no x402 payment.')
  const { accepted, payload } = payment
  const { authorization } = payload
  const isForUs =
    accepted.scheme === wanted.scheme &&
    accepted.network === wanted.network &&
    accepted.asset.toLowerCase() === wanted.asset.toLowerCase() &&
    isAddressEqual(authorization.to, wanted.payTo as Address)
  if (!isForUs) throw paymentRequired(gateway, asked, 'The payment is in another token, or to another address.')
  if (authorization.value < BigInt(wanted.amount))
    throw paymentRequired(gateway, asked, `The payment is of ${authorization.value} wei, and the call may cost ${wanted.amount}.`)
  return payload
}

function decoded(header: string) {
  try {
    const { accepted, payload } = decodePaymentSignatureHeader(header)
    return { accepted, payload: payloadSchema.parse(payload) }
  } catch {
    return undefined
  }
}
