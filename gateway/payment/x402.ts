import { encodePaymentRequiredHeader } from '@x402/core/http'
import type { PaymentRequired, PaymentRequirements } from '@x402/core/types'
import { amountCovering } from '../../sdk/voucher.ts'
import { ApiError } from '../apiError.ts'
import type { Gateway } from '../gateway.ts'
import type { Asked } from '../openCall.ts'

/** x402, version 2: a call may be paid by one transfer that its caller signs (ERC-3009) and somebody else submits. */

const PAY_WITHIN_SECONDS = 300

/** What is asked of whoever wants to pay this way: all that the call may cost, to where only records take it from. */
export function requirementsOf({ connection, facilitator }: Gateway, { model, mostUnits }: Asked): PaymentRequirements {
  const { contracts, reader } = connection
  const { feeUnitGwei } = model.serving.model.terms
  return {
    scheme: 'exact',
    network: `eip155:${reader.chain.id}`,
    amount: `${amountCovering(BigInt(mostUnits), feeUnitGwei)}`,
    asset: contracts.openToken.address,
    payTo: facilitator?.depositAddressOf(model.serving) ?? contracts.openToken.address,
    maxTimeoutSeconds: PAY_WITHIN_SECONDS,
    extra: { name: 'Open', version: '1' },
  }
}

/** 402, with what has to be paid: in x402's header, and for channels in the body. */
export function paymentRequired(gateway: Gateway, asked: Asked, message: string, channel?: object): ApiError {
  const { model, mostUnits, url } = asked
  const { feeUnitGwei } = model.serving.model.terms
  const body: PaymentRequired = {
    x402Version: 2,
    error: message,
    resource: { url, description: `An answer of ${model.name}`, mimeType: 'application/json' },
    accepts: gateway.facilitator === undefined ? [] : [requirementsOf(gateway, asked)],
  }
  return new ApiError(402, 'payment_required', message, {
    headers: { 'PAYMENT-REQUIRED': encodePaymentRequiredHeader(body) },
    attribution: { mostGwei: `${BigInt(mostUnits) * feeUnitGwei}`, ...channel },
  })
}
