import { RetryError } from '../../sdk/errors.ts'

/** SQLSTATE classes after which the same statement may succeed: connection, rollback, resources, intervention, system. */
const PASSING_CLASSES = new Set(['08', '40', '53', '57', '58'])
const PASSING_CODES = new Set(['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EPIPE', 'ENOTFOUND', 'EAI_AGAIN'])
const LOST_CONNECTION = /connection terminated|timeout exceeded when trying to connect|client was closed/i

/** A failure of the database that waiting may cure, as one of our own; any other is left as it is. */
export function databaseError(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  const passing =
    PASSING_CODES.has(code) || PASSING_CLASSES.has(code.slice(0, 2)) || LOST_CONNECTION.test(error.message)
  if (!passing) return error
  return new RetryError(
    'The database does not answer',
    { reason: error.message, code },
    'It is asked again; if that goes on, check that it runs, and that its disk is not full.',
    error,
  )
}
