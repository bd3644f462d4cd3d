import { encodePaymentRequiredHeader } from '@x402/core/http'
import type { PaymentRequired, PaymentRequirements } from '@x402/core/types'
import type { Address } from 'viem'
import type { Connection } from '../../sdk/contracts.ts'
import { amountCovering } from '../../sdk/voucher.ts'
import { ApiError } from '../apiError.ts'
import type { Serving } from '../serving.ts'

/** x402, version 2: a call may be paid by one transfer that its caller signs (ERC-3009) and somebody else submits. */

const PAY_WITHIN_SECONDS = 300

/** What a call may cost, and where it is asked. */
export interface Quote {
  readonly name: string
  readonly serving: Serving
  readonly mostUnits: number
  readonly url: string
}

/** All that the call may cost, to where only records take it from. */
export function requirementsOf(
  { contracts, reader }: Connection,
  payTo: Address,
  { serving, mostUnits }: Quote,
  leadSeconds: number,
): PaymentRequirements {
  return {
    scheme: 'exact',
    network: `eip155:${reader.chain.id}`,
    amount: `${amountCovering(BigInt(mostUnits), serving.model.terms.feeUnitGwei)}`,
    asset: contracts.openToken.address,
    payTo,
    maxTimeoutSeconds: PAY_WITHIN_SECONDS + leadSeconds,
    extra: { name: 'Open', version: '1' },
  }
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
