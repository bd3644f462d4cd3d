import { RetryError, StopError } from '../../sdk/errors.ts'

/** A family of database errors, and whether a retry may succeed. */
interface Failure {
  /** Matches an SQLSTATE, or the system's name of the error. */
  readonly code: RegExp
  readonly what: string
  readonly remedy: string
  readonly stops?: true
}

/** The first match counts, so single codes come before their class. */
const failures: readonly Failure[] = [
  {
    code: /^(53100|ENOSPC)$/,
    what: 'The disk of the database is full',
    remedy: 'Nothing is lost, and nothing more is stored. Make room there: it goes on by itself.',
  },
  {
    code: /^53200$/,
    what: 'The database server has run out of memory',
    remedy: 'It is asked again. If that goes on, give it more, or ask for less at once with --max-range.',
  },
  {
    code: /^53300$/,
    what: 'The database server has no connection left',
    remedy: 'It is asked again. If that goes on, raise its max_connections.',
  },
  {
    code: /^25006$/,
    what: 'The database takes no writes: it is a read replica, or has become one',
    remedy: 'It is asked again. If that goes on, point --database at the primary.',
  },
  {
    code: /^57P0[123]$/,
    what: 'The database is shutting down or starting',
    remedy: 'It is asked again until it answers.',
  },
  {
    code: /^(28...|42501)$/,
    what: 'The database refuses the user that the URL names',
    remedy: 'Check user and password there, and that the user owns the schema of the history.',
    stops: true,
  },
  {
    code: /^XX00[12]$/,
    what: 'The database says that its files are damaged',
    remedy: 'Restore it from a backup, or index again into another one.',
    stops: true,
  },
  {
    // Connection, rollback, resources, intervention, system; a session cut off for its silence; no
    // socket while the embedded server starts again.
    code: /^((08|40|53|57|58)...|25P0[34]|ENOENT|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EPIPE|ENOTFOUND|EAI_AGAIN)$/,
    what: 'The database does not answer',
    remedy: 'It is asked again; if that goes on, check that it runs.',
  },
]

const LOST_CONNECTION =
  /connection terminated|timeout (exceeded when trying to connect|expired)|client (was closed|has encountered a connection error)/i

/** A known database error as a RetryError or StopError; any other error unchanged. */
export function databaseError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof RetryError || error instanceof StopError) return error
  const code = codeOf(error)
  const failure = failures.find((one) => one.code.test(code))
  if (failure === undefined) return error
  const facts = { reason: error.message, code }
  return failure.stops === true
    ? new StopError(failure.what, facts, failure.remedy, error)
    : new RetryError(failure.what, facts, failure.remedy, error)
}

function codeOf(error: Error): string {
  if ('code' in error && typeof error.code === 'string') return error.code
  return LOST_CONNECTION.test(error.message) ? 'ECONNRESET' : ''
}
