import { randomBytes } from 'node:crypto'
import { GraphQLError } from 'graphql'
import { RetryError } from '../../sdk/errors.ts'
import { databaseError } from '../store/databaseError.ts'
import { BadRequest, codeOf } from './query/badRequest.ts'

/** Tells of an internal error, with the id that its caller was given. */
export type ReportFailure = (error: unknown, id: string) => void

/**
 * The error that a caller sees. What a caller can cause has a code and a remedy; anything else is
 * masked, and reported under an id.
 */
export function shownError(error: unknown, report: ReportFailure): GraphQLError {
  const cause = rootOf(error)
  if (cause instanceof GraphQLError) {
    // GraphQL's own words around a cause name the variable, and its own errors come without a code.
    const message = error instanceof GraphQLError ? error.message : cause.message
    const code = codeOf(cause) === 'INTERNAL_SERVER_ERROR' ? 'BAD_REQUEST' : codeOf(cause)
    return placed(message, { ...cause.extensions, ...variableIn(message), code }, error)
  }
  const known = ofDatabase(cause)
  if (known !== undefined) return placed(known.message, known.extensions, error)
  const id = randomBytes(6).toString('hex')
  report(cause, id)
  const extensions = { code: 'INTERNAL_SERVER_ERROR', id }
  return placed(`Something went wrong here; it has been logged as ${id}.`, extensions, error)
}

/** The same of all errors that were thrown together. */
export function shownErrors(error: unknown, report: ReportFailure): readonly GraphQLError[] {
  const all: readonly unknown[] = error instanceof AggregateError ? error.errors : [error]
  return all.map((one) => shownError(one, report))
}

/** The place in the variables, such as `$where.OR[0].id_gt`. */
function variableIn(message: string): { readonly argument?: string } {
  const [, variable, place] = /^Variable "(\$\w+)"(?: got invalid value .* at "(\w+[^"]*)")?/s.exec(message) ?? []
  if (variable === undefined) return {}
  return { argument: place === undefined ? variable : `$${place}` }
}

function rootOf(error: unknown): unknown {
  return error instanceof GraphQLError && error.originalError != null ? rootOf(error.originalError) : error
}

/** Keeps where in the query and in the answer the error is. */
function placed(message: string, { http: _, ...extensions }: GraphQLError['extensions'], at: unknown): GraphQLError {
  const { nodes, source, positions, path } = at instanceof GraphQLError ? at : new GraphQLError(message)
  return new GraphQLError(message, {
    nodes: nodes ?? null,
    source: source ?? null,
    positions: positions ?? null,
    path: path ?? null,
    extensions,
  })
}

interface Known {
  /** Matches an SQLSTATE. */
  readonly state: RegExp
  readonly error: () => BadRequest
}

/** What statements answer to the values of callers. */
const statements: readonly Known[] = [
  {
    state: /^57014$/,
    error: () =>
      new BadRequest(
        'The database needed too long, and was stopped; filter or order by something else, or lower limit',
        'QUERY_TIMEOUT',
      ),
  },
  {
    state: /^22003$/,
    error: () =>
      new BadRequest(
        'A number is larger than its column holds: 9223372036854775807 at most, or 78 digits; amounts are in gwei here, and 10 OPEN are 10000000000',
      ),
  },
  { state: /^22/, error: () => new BadRequest('A value is none that its column can hold; check the filters') },
  {
    state: /^54/,
    error: () => new BadRequest('The filters are too many for one statement; give fewer', 'QUERY_TOO_COSTLY'),
  },
]

function ofDatabase(error: unknown): BadRequest | undefined {
  if (!(error instanceof Error)) return undefined
  const state = 'code' in error && typeof error.code === 'string' ? error.code : ''
  const known = statements.find((one) => one.state.test(state))
  if (known !== undefined) return known.error()
  if (!(databaseError(error) instanceof RetryError)) return undefined
  return new BadRequest('The database does not answer; ask again in 2 s', 'UNAVAILABLE', { retryAfter: 2 })
}
