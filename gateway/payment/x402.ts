import { decodePaymentSignatureHeader, encodePaymentRequiredHeader } from '@x402/core/http'
import type { PaymentPayload, PaymentRequired, PaymentRequirements } from '@x402/core/types'
import type { Hex } from 'viem'
import * as z from 'zod'
import { ApiError } from '../apiError.ts'
import type { Serving } from '../serving.ts'
import type { ApiKey } from './payment.ts'

/** x402, version 2: a call may be paid by one transfer that its caller signs (ERC-3009) and somebody else submits. */

/** What a call may cost, and where it is asked. */
export interface Quote {
  readonly name: string
  readonly serving: Serving
  readonly mostUnits: number
  readonly url: string
}

/** Brings payments in one token on chain. */
export interface Facilitator {
  /** Undefined where it takes no payments for this model. */
  requirementsOf(quote: Quote): Promise<PaymentRequirements | undefined>
  accept(quote: Quote, payment: PaymentPayload): Promise<Accepted | Refused>
}

export interface Refused {
  readonly refused: string
}

export type Accepted =
  /** On chain already, in the walk-in channel of this account. */
  | { readonly kind: 'walk-in'; readonly payer: number; readonly headers: PaidHeaders }
  /** Checked, and brought on chain by `collect` once there is something to answer; the call is charged to a channel of the operator. */
  | { readonly kind: 'other token'; readonly from: ApiKey; readonly collect: () => Promise<PaidHeaders | Refused> }

/** Say what was paid. */
export type PaidHeaders = Readonly<Record<string, string>>

export const PAY_WITHIN_SECONDS = 300

export const hexSchema = (bytes: number) =>
  z
    .string()
    .regex(new RegExp(`^0x[0-9a-fA-F]{${2 * bytes}}$`))
    .transform((value) => value.toLowerCase() as Hex)

const paymentSchema = z.looseObject({
  x402Version: z.literal(2),
  accepted: z.looseObject({
    scheme: z.string(),
    network: z.string(),
    asset: hexSchema(20),
    payTo: hexSchema(20),
  }),
  payload: z.looseObject({}),
})

/** The payment in a header, in its outer form; undefined where there is none. */
export function decodePayment(header: string): PaymentPayload | undefined {
  try {
    const payment = decodePaymentSignatureHeader(header)
    return paymentSchema.safeParse(payment).success ? payment : undefined
  } catch {
    return undefined
  }
}

/** Whether a payment was signed for what is required, whatever its amount. */
export function isFor({ accepted }: PaymentPayload, wanted: PaymentRequirements): boolean {
  return (
    accepted.scheme === wanted.scheme &&
    accepted.network === wanted.network &&
    accepted.asset.toLowerCase() === wanted.asset.toLowerCase() &&
    accepted.payTo.toLowerCase() === wanted.payTo.toLowerCase()
  )
}

/** 402, with what has to be paid: in x402's header, and for channels in the body. */
export function paymentRequired(
  { name, serving, mostUnits, url }: Quote,
  accepts: readonly PaymentRequirements[],
  message: string,
  channel?: object,
): ApiError {
  const { feeUnitGwei } = serving.model.terms
  const body: PaymentRequired = {
    x402Version: 2,
    error: message,
    resource: { url, description: `An answer of ${name}`, mimeType: 'application/json' },
    accepts: [...accepts],
  }
  return new ApiError(402, 'payment_required', message, {
    headers: { 'PAYMENT-REQUIRED': encodePaymentRequiredHeader(body) },
    attribution: { mostGwei: `${BigInt(mostUnits) * feeUnitGwei}`, ...channel },
  })
}
