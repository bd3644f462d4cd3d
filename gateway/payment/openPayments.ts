import { encodePaymentResponseHeader } from '@x402/core/http'
import { type Address, getAddress, isAddressEqual, type LocalAccount, maxUint256, parseSignature } from 'viem'
import * as z from 'zod'
import { type Reader, walletOn } from '../../sdk/chain.ts'
import { callTo, RefusedError } from '../../sdk/contractCall.ts'
import type { Connection } from '../../sdk/contracts.ts'
import { transact } from '../../sdk/node/transactions/transact.ts'
import { amountCovering } from '../../sdk/voucher.ts'
import type { Serving } from '../serving.ts'
import { type Facilitator, hexSchema, isFor, PAY_WITHIN_SECONDS, type Quote } from './x402.ts'

const whole = z
  .string()
  .regex(/^\d{1,78}$/)
  .transform(BigInt)
  .refine((value) => value <= maxUint256)

const payloadSchema = z.object({
  signature: hexSchema(65).transform((signature, context) => {
    try {
      const { r, s, yParity } = parseSignature(signature)
      return { v: 27 + yParity, r, s }
    } catch {
      context.addIssue('it is no signature')
      return z.NEVER
    }
  }),
  authorization: z.object({
    from: hexSchema(20),
    to: hexSchema(20),
    value: whole,
    validAfter: whole,
    validBefore: whole,
    nonce: hexSchema(32),
  }),
})

/**
 * Payments in OPEN, to the deposit address of operator and model, from where only records take them. `account` submits them and pays for
 * the gas. No other transactions may be sent by it meanwhile.
 */
export async function openPayments(
  connection: Connection,
  account: LocalAccount,
  servings: readonly Serving[],
): Promise<Facilitator> {
  const { reader, contracts } = connection
  const wallet = walletOn(reader, account)
  const network = `eip155:${reader.chain.id}` as const
  const addresses = new Map<number, Address>()
  for (const { model, operator } of servings) {
    const args = [operator, model.model] as const
    const address = await reader.readContract({ ...contracts.channels, functionName: 'depositAddressOf', args })
    addresses.set(model.model, address)
  }
  let turn: Promise<unknown> = Promise.resolve()
  const leadSeconds = chainLead(reader)
  const requirementsOf = async ({ serving: { model }, mostUnits }: Quote) => ({
    scheme: 'exact',
    network,
    amount: `${amountCovering(BigInt(mostUnits), model.terms.feeUnitGwei)}`,
    asset: contracts.openToken.address,
    payTo: addresses.get(model.model) as Address,
    maxTimeoutSeconds: PAY_WITHIN_SECONDS + (await leadSeconds()),
    extra: { name: 'Open', version: '1' },
  })
  return {
    requirementsOf,
    accept: async (quote, payment) => {
      const wanted = await requirementsOf(quote)
      const parsed = payloadSchema.safeParse(payment.payload)
      if (!parsed.success) return { refused: 'The payment holds no signed ERC-3009 authorisation.' }
      const { authorization, signature } = parsed.data
      const { from, to, value, validAfter, validBefore, nonce } = authorization
      if (!isFor(payment, wanted) || !isAddressEqual(to, wanted.payTo))
        return { refused: 'The payment is in another token, or to another address.' }
      if (value < BigInt(wanted.amount))
        return { refused: `The payment is of ${value} wei, and the call may cost ${wanted.amount}.` }
      const walkIn = { from, value, validAfter, validBefore, nonce, ...signature }
      const { operator, model } = quote.serving
      const call = callTo(contracts.channels, 'settleWalkIn', [operator, model.model, walkIn])
      const sent = turn.then(() => transact(reader, wallet, call))
      turn = sent.catch(() => {})
      try {
        const { transactionHash: transaction } = await sent
        const payer = await reader.readContract({ ...contracts.accounts, functionName: 'accountOf', args: [from] })
        const paid = encodePaymentResponseHeader({ success: true, transaction, network, payer: getAddress(from) })
        return { kind: 'walk-in', payer, headers: { 'PAYMENT-RESPONSE': paid } }
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
