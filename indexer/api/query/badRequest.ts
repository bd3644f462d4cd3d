import { GraphQLError } from 'graphql'

/**
 * Errors that callers see, each with a code; any other error is masked. docs/api-limits.md is made
 * from this table.
 */
export interface ErrorMeaning {
  /**
   * The HTTP status. `'request'`: 200 for clients that accept `application/json`, and 400 for those
   * that accept `application/graphql-response+json`, as GraphQL over HTTP asks.
   */
  readonly status: number | 'request'
  readonly meaning: string
  readonly remedy: string
}

export const errorCodes = {
  GRAPHQL_PARSE_FAILED: {
    status: 'request',
    meaning: 'the text is not GraphQL',
    remedy: 'mend it at the line and column that the error names',
  },
  GRAPHQL_VALIDATION_FAILED: {
    status: 'request',
    meaning: 'the query does not fit the schema',
    remedy: 'mend the field or argument that the error names',
  },
  BAD_REQUEST: {
    status: 'request',
    meaning: 'a value does not fit its argument or variable',
    remedy: 'the message names the argument and what it takes',
  },
  BAD_CURSOR: {
    status: 'request',
    meaning: 'a cursor is not one of this list in this order, or none of its blocks is on the chain any more',
    remedy: 'give `startCursor` or `endCursor` of the same list, or `cursor` of a message or of `_meta`, unchanged',
  },
  BLOCK_NOT_INDEXED: {
    status: 'request',
    meaning: 'the block that was asked for is not here',
    remedy: 'ask for `_meta { block }` or below it',
  },
  BLOCK_NOT_REACHED: {
    status: 'request',
    meaning: 'the history has not reached `number_gte` yet',
    remedy: 'ask again after the next block',
  },
  BLOCK_REORGED: {
    status: 'request',
    meaning: 'no block of that hash is on the chain that is indexed',
    remedy: 'a reorg may have taken its place: ask for its number to see what is there',
  },
  NOT_READY: { status: 'request', meaning: 'no history is indexed yet', remedy: 'ask again; `/ready` says when' },
  REORGED: { status: 'request', meaning: 'reorgs broke each of five attempts', remedy: 'ask again' },
  QUERY_TOO_LONG: {
    status: 'request',
    meaning: 'the query has too many tokens or fields',
    remedy: 'ask in several requests',
  },
  QUERY_TOO_DEEP: {
    status: 'request',
    meaning: 'fields, filters or brackets are nested too deeply',
    remedy: 'ask for the inner objects by their ids in a second request',
  },
  QUERY_TOO_COSTLY: {
    status: 'request',
    meaning: 'the query could return too much, or filters by too much',
    remedy: 'lower `limit`, or ask for fewer fields, aliases or filters',
  },
  TOO_MANY_ALIASES: { status: 'request', meaning: 'the query has too many aliases', remedy: 'ask with `…_in` instead' },
  VARIABLES_TOO_LARGE: {
    status: 'request',
    meaning: 'the variables hold too many values, or nest too deeply',
    remedy: 'ask in several requests',
  },
  ANSWER_TOO_LARGE: {
    status: 'request',
    meaning: 'the answer has, or is expected to have, too many bytes',
    remedy: 'lower `limit`, or ask for fewer fields',
  },
  QUERY_TIMEOUT: {
    status: 'request',
    meaning: 'the database needed too long, and the statement was cancelled',
    remedy: 'filter or order by something else, or lower `limit`',
  },
  PERSISTED_QUERY_NOT_FOUND: {
    status: 200,
    meaning: 'the hash of a persisted query is not known here (any more)',
    remedy: 'send hash and query once, as clients do by themselves',
  },
  MALFORMED_REQUEST: {
    status: 400,
    meaning: 'the HTTP request is not a GraphQL request',
    remedy: 'POST a JSON object with `query`, or GET with `?query=`',
  },
  METHOD_NOT_ALLOWED: { status: 405, meaning: 'neither GET, HEAD, POST nor OPTIONS', remedy: 'POST the query' },
  NOT_ACCEPTABLE: {
    status: 406,
    meaning: 'no accepted media type is offered',
    remedy: 'accept `application/json`, and for subscriptions `text/event-stream`',
  },
  REQUEST_TIMEOUT: { status: 408, meaning: 'the request came too slowly', remedy: 'send it faster' },
  BODY_TOO_LARGE: { status: 413, meaning: 'the body has too many bytes', remedy: 'use variables and `…_in` sparingly' },
  URL_TOO_LONG: { status: 414, meaning: 'the URL has too many bytes', remedy: 'POST the query' },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    meaning: 'the body is not JSON in UTF-8',
    remedy: 'send `content-type: application/json`',
  },
  BATCHING_NOT_SUPPORTED: {
    status: 400,
    meaning: 'the body is a list of requests',
    remedy: 'send each by itself, or one query with several fields',
  },
  RATE_LIMITED: { status: 429, meaning: 'this client asks too much', remedy: 'wait as `Retry-After` says' },
  OVERLOADED: { status: 503, meaning: 'all clients together ask too much', remedy: 'wait as `Retry-After` says' },
  UNAVAILABLE: { status: 503, meaning: 'the database does not answer', remedy: 'wait as `Retry-After` says' },
  INTERNAL_SERVER_ERROR: {
    status: 500,
    meaning: 'a fault of ours',
    remedy: 'report it with the `id` of the error, which is in the log as well',
  },
} as const satisfies Readonly<Record<string, ErrorMeaning>>

export type ErrorCode = keyof typeof errorCodes

export interface ErrorPlace {
  /** What the error is about, such as `where.feeGwei_gt`. */
  readonly argument?: string
  /** In seconds, for `Retry-After`. */
  readonly retryAfter?: number
}

export class BadRequest extends GraphQLError {
  constructor(message: string, code: ErrorCode = 'BAD_REQUEST', place: ErrorPlace = {}) {
    super(message, { extensions: { code, ...place } })
  }
}

/** The code of an error, if it is one that callers see. */
export function codeOf(error: { readonly extensions?: Readonly<Record<string, unknown>> | undefined }): ErrorCode {
  const code = error.extensions?.code
  return typeof code === 'string' && Object.hasOwn(errorCodes, code) ? (code as ErrorCode) : 'INTERNAL_SERVER_ERROR'
}
