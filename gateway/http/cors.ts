import { cors } from 'hono/cors'
import { RECEIPT_HEADER } from './calls.ts'

const DAY_SECONDS = 86_400

/**
 * Pages of any origin may ask, with whatever headers their clients send: who pays is said by a voucher or a key in the request, and
 * never by a cookie. What is for the operator alone, such as /metrics, stays closed to them.
 */
export const anyOrigin = cors({
  origin: '*',
  allowMethods: ['GET', 'HEAD', 'POST'],
  exposeHeaders: [RECEIPT_HEADER, 'PAYMENT-REQUIRED', 'PAYMENT-RESPONSE', 'Retry-After'],
  maxAge: DAY_SECONDS,
})
