import { RetryError } from '../../sdk/errors.ts'
import { nodeFailure } from '../../sdk/nodeFailure.ts'
import { ApiError, busy } from '../apiError.ts'
import { reasonOf } from '../batcher/batcher.ts'
import type { Log } from '../batcher/batching.ts'

/** An error in words for its caller; only an unforeseen one is a failure of the gateway. */
export function knownError(log: Log, error: unknown): ApiError {
  if (error instanceof ApiError) return error
  log.error({ reason: reasonOf(error) }, 'request failed')
  if (error instanceof RetryError || nodeFailure(error) !== undefined)
    return busy('The chain does not answer now. Nothing was charged.', 5, 503)
  if (isAway(error)) return busy('The database does not answer now. Nothing was charged.', 5, 503)
  return new ApiError(500, 'internal', 'The gateway failed. Nothing was charged.')
}

/** PostgreSQL's classes of lost connections, missing resources and shutdowns, and what `pg` says of a connection that ends. */
function isAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = 'code' in error ? `${error.code}` : ''
  if (/^(08|53|57|58)\w{3}$|^(ECONNREFUSED|ECONNRESET|EPIPE|ENOENT)$/.test(code)) return true
  return /Connection terminated|pool after calling end|connection timeout|Client was closed/i.test(error.message)
}
