import type { ErrorCode } from './query/badRequest.ts'

/** A limit that each request, client or process is held to. docs/api-limits.md is made from these. */
export interface Limit {
  readonly most: number
  readonly unit: string
  /** What is limited. */
  readonly what: string
  /** The error of a request beyond it; none where a connection is closed or something is dropped. */
  readonly code?: ErrorCode
}

export const limits = {
  // Of a request's bytes, before anything is parsed.
  bodyBytes: { most: 100_000, unit: 'bytes', what: 'body of a POST', code: 'BODY_TOO_LARGE' },
  urlBytes: { most: 8_000, unit: 'bytes', what: 'path and query of a URL', code: 'URL_TOO_LONG' },
  headerBytes: { most: 16_384, unit: 'bytes', what: 'request line and headers' },
  headersMs: { most: 10_000, unit: 'ms', what: 'time to send the headers', code: 'REQUEST_TIMEOUT' },
  requestMs: { most: 15_000, unit: 'ms', what: 'time to send headers and body', code: 'REQUEST_TIMEOUT' },
  idleMs: { most: 30_000, unit: 'ms', what: 'time that an idle connection stays open' },

  // Of its text.
  tokens: { most: 5_000, unit: 'tokens', what: 'query', code: 'QUERY_TOO_LONG' },
  brackets: { most: 40, unit: 'levels', what: 'brackets within each other', code: 'QUERY_TOO_DEEP' },
  operations: { most: 10, unit: 'operations', what: 'query', code: 'QUERY_TOO_LONG' },
  selections: { most: 500, unit: 'fields and spreads', what: 'query as written', code: 'QUERY_TOO_LONG' },
  spreads: { most: 10_000, unit: 'fields', what: 'query with its fragments spread', code: 'QUERY_TOO_COSTLY' },
  variableValues: { most: 5_000, unit: 'values', what: 'variables', code: 'VARIABLES_TOO_LARGE' },
  variableDepth: { most: 20, unit: 'levels', what: 'variables', code: 'VARIABLES_TOO_LARGE' },

  // Of its meaning.
  depth: { most: 12, unit: 'levels', what: 'fields within each other', code: 'QUERY_TOO_DEEP' },
  aliases: { most: 60, unit: 'aliases', what: 'query', code: 'TOO_MANY_ALIASES' },
  cost: { most: 50_000, unit: 'points', what: 'query', code: 'QUERY_TOO_COSTLY' },
  listValues: { most: 1_000, unit: 'values', what: 'a list in a filter, such as `id_in`', code: 'QUERY_TOO_COSTLY' },
  answerBytes: { most: 5_000_000, unit: 'bytes', what: 'answer, expected and sent', code: 'ANSWER_TOO_LARGE' },
  rowBytes: { most: 20_000_000, unit: 'bytes', what: 'rows read for an answer', code: 'ANSWER_TOO_LARGE' },

  // Of its time.
  statementMs: { most: 5_000, unit: 'ms', what: 'a statement of the database', code: 'QUERY_TIMEOUT' },
  answerMs: { most: 10_000, unit: 'ms', what: 'from the request to its answer', code: 'QUERY_TIMEOUT' },

  // Of a process that answers.
  lightPoints: { most: 2_000, unit: 'points', what: 'of a light query; any other is heavy' },
  runningLight: { most: 8, unit: 'queries', what: 'light ones that a process executes at once' },
  runningHeavy: { most: 3, unit: 'queries', what: 'heavy ones that a process executes at once' },
  runningOfClient: { most: 2, unit: 'queries', what: 'of these, of one client' },
  waiting: { most: 200, unit: 'requests', what: 'waiting in a process, light or heavy', code: 'OVERLOADED' },
  waitingOfClient: { most: 50, unit: 'requests', what: 'of these, of one client', code: 'RATE_LIMITED' },
  waitingMs: { most: 5_000, unit: 'ms', what: 'time to wait for a turn', code: 'OVERLOADED' },
  connections: { most: 2_000, unit: 'connections', what: 'open at a process' },
  connectionsOfClient: { most: 300, unit: 'connections', what: 'of these, of one address' },
  memoryMb: { most: 512, unit: 'MB', what: 'heap of a process, which is replaced beyond it' },

  // Of subscriptions.
  subscriptions: { most: 500, unit: 'subscriptions', what: 'open at a process', code: 'OVERLOADED' },
  subscriptionsOfClient: { most: 20, unit: 'subscriptions', what: 'of these, of one client', code: 'RATE_LIMITED' },

  // Of exports.
  exports: { most: 4, unit: 'exports', what: 'running in a process', code: 'OVERLOADED' },
  exportsOfClient: { most: 1, unit: 'export', what: 'of these, of one client', code: 'RATE_LIMITED' },

  // Of a client.
  requestsASecond: { most: 100, unit: 'requests a second', what: 'a client (`--rate-limit`)', code: 'RATE_LIMITED' },
  pointsARequest: { most: 250, unit: 'points', what: 'that count as one more request of a client' },
  burstSeconds: { most: 5, unit: 'seconds', what: 'of requests that a quiet client may ask at once' },
  clients: { most: 20_000, unit: 'clients', what: 'remembered by a process' },

  // Of what is kept.
  persistedQueries: { most: 1_000, unit: 'queries', what: 'persisted in a process; the oldest go' },
  documents: { most: 1_000, unit: 'queries', what: 'kept parsed in a process; the oldest go' },
} as const satisfies Readonly<Record<string, Limit>>

/** The costs of fields that are computed from many rows, in points. Any other field costs one. */
export const fieldCosts: Readonly<Record<string, number>> = {
  'Inference.proof': 20,
  'Inference.explanation': 250,
  'Batch.sum': 50,
  'Book.pay': 1_000,
  'Model.ancestors': 20,
  'Meta.cursor': 5,
}

/** Counting may read every row of a list. */
export const TOTAL_COUNT_COST = 50
/** A comparison in a filter, and a value in one of its lists. */
export const COMPARISON_COST = 5
export const LIST_VALUE_COST = 1
