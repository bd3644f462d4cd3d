import { type Facts, RetryError, StopError } from '../../sdk/errors.ts'
import { namedLimit } from './namedLimit.ts'
import { type Meaning, meaningOf } from './wordings.ts'

/** The node refuses the logs or receipts of this many blocks at once: ask for fewer. */
export class RangeTooLarge extends RetryError {
  /** The limit in blocks that the node names. */
  readonly limit: bigint | undefined

  constructor(node: string, limit: bigint | undefined, facts: Facts, cause?: unknown) {
    super(`The node at ${node} wants smaller ranges`, facts, 'The range is reduced.', cause)
    this.limit = limit
  }
}

/** The node wants fewer calls in one request. */
export class BatchTooLarge extends RetryError {}

/**
 * The node has pruned the state that a journal is checked against. It may have it nearer to its
 * head.
 */
export class StateGone extends RetryError {}

/** The node does not serve a method, or this form of it, that another can replace. */
export class MethodMissing extends StopError {}

/** The node does not serve a method that nothing replaces. */
export class MethodRefused extends StopError {}

/** The node refuses access, and has never given any. */
export class AccessRefused extends StopError {}

/** The node has nothing by that name yet: another of its servers may, or this one in a moment. */
export class NotThereYet extends RetryError {
  constructor(node: string, what: string, facts: Facts, cause?: unknown) {
    super(`The node at ${node} does not have ${what} yet`, facts, 'It is asked again in a moment.', cause)
  }
}

/** A valid message with malformed content. */
export class Malformed extends RetryError {}

/**
 * The node failed without an explanation. A large question may be the cause, so that a smaller one
 * is worth a try.
 */
export class Unexplained extends RetryError {}

/** The node asks for a pause, and may say how long. */
export class NodeBusy extends RetryError {
  readonly retryAfterMs: number | undefined

  constructor(node: string, facts: Facts, retryAfterMs: number | undefined, cause?: unknown) {
    const wait = retryAfterMs === undefined ? {} : { retryAfterMs }
    super(`The node at ${node} is busy`, { ...facts, ...wait }, 'It is asked again after a pause.', cause)
    this.retryAfterMs = retryAfterMs
  }
}

/** How a request failed. */
export type Failure =
  /** No answer. `isAway`: nobody listens there, so that a smaller question would not help. */
  | { readonly kind: 'silent'; readonly reason: string; readonly isAway?: boolean }
  /** An HTTP status instead of an answer. */
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter?: string | null | undefined }
  /** An error in place of a result; `status` and `retryAfter` where HTTP has them as well. */
  | {
      readonly kind: 'answered'
      readonly code: number
      readonly message: string
      readonly status?: number | undefined
      readonly retryAfter?: string | null | undefined
    }
  /** Not a JSON-RPC message. */
  | { readonly kind: 'garbled'; readonly reason: string }
  /** A result with malformed content. */
  | { readonly kind: 'malformed'; readonly at: string; readonly problem: string }
  | { readonly kind: 'oversized'; readonly limitBytes: number }

/** Methods that another method replaces. */
const REPLACEABLE = new Set(['eth_getBlockReceipts', 'eth_getProof', 'eth_getStorageAt'])
/** JSON-RPC: the parameters are invalid. */
const INVALID_PARAMS = -32_602
const ASKED_AGAIN = 'It is asked again; if this persists, use another node.'

export function isReplaceable(method: string): boolean {
  return REPLACEABLE.has(method)
}

/** The error of a failed request: retry, or stop and explain. */
export function nodeError(node: string, method: string, failure: Failure, cause?: unknown): RetryError | StopError {
  switch (failure.kind) {
    case 'silent':
      return unanswered(node, method, { reason: failure.reason }, cause, failure.isAway === true)
    case 'status':
      return refusedByHttp(node, method, failure, cause)
    case 'answered':
      return answered(node, method, failure, cause)
    case 'garbled':
      return new Unexplained(garbled(node, method), { reason: failure.reason }, ASKED_AGAIN, cause)
    case 'malformed':
      return new Malformed(garbled(node, method), { at: failure.at, problem: failure.problem }, ASKED_AGAIN, cause)
    case 'oversized':
      return new RangeTooLarge(node, undefined, { answerLargerThanBytes: failure.limitBytes }, cause)
  }
}

function garbled(node: string, method: string): string {
  return `The node at ${node} answered ${method} with something malformed`
}

function unanswered(node: string, method: string, facts: Facts, cause: unknown, isAway = false): RetryError {
  const What = isAway ? RetryError : Unexplained
  return new What(
    `The node at ${node} does not answer ${method}`,
    facts,
    'It is asked again; if this persists, check that it runs and is reachable.',
    cause,
  )
}

type Refusal = { readonly status: number; readonly retryAfter?: string | null | undefined }

function refusedByHttp(
  node: string,
  method: string,
  { status, retryAfter }: Refusal,
  cause: unknown,
): RetryError | StopError {
  if (status === 401 || status === 403) {
    const remedy = 'Check the key in the RPC address.'
    return new AccessRefused(`The node at ${node} refuses access`, { status }, remedy, cause)
  }
  if (status === 413) return new RangeTooLarge(node, undefined, { status }, cause)
  if (status === 429 || status === 503) return new NodeBusy(node, { status }, retryAfterMs(retryAfter), cause)
  return unanswered(node, method, { status }, cause)
}

function answered(
  node: string,
  method: string,
  failure: Extract<Failure, { kind: 'answered' }>,
  cause: unknown,
): RetryError | StopError {
  const { code, message, status, retryAfter } = failure
  const facts = { code, message, ...(status !== undefined && { status }) }
  const meaning = meaningOf(method, code, message)
  if (meaning !== undefined) return meant(node, method, meaning, facts, retryAfterMs(retryAfter), message, cause)
  if (status !== undefined && status !== 400 && status !== 500) {
    return refusedByHttp(node, method, { status, retryAfter }, cause)
  }
  if (isReplaceable(method) && code === INVALID_PARAMS) return missing(node, method, facts, cause)
  return new Unexplained(`The node at ${node} failed at ${method}`, facts, 'It is asked again.', cause)
}

function meant(
  node: string,
  method: string,
  meaning: Meaning,
  facts: Facts,
  retryAfter: number | undefined,
  message: string,
  cause: unknown,
): RetryError | StopError {
  switch (meaning) {
    case 'slowDown':
      return new NodeBusy(node, facts, retryAfter ?? namedPause(message), cause)
    case 'smallerBatch':
      return new BatchTooLarge(`The node at ${node} wants smaller batches`, facts, 'They are reduced.', cause)
    case 'askForLess':
      return new RangeTooLarge(node, namedLimit(message), facts, cause)
    case 'notThereYet':
      return new NotThereYet(node, `what ${method} asks for`, facts, cause)
    case 'stateGone':
      return new StateGone(
        `The node at ${node} no longer has the state that journals are checked against`,
        facts,
        'It is asked again at its next head; if this persists, use another node.',
        cause,
      )
    case 'notOffered':
      return missing(node, method, facts, cause)
  }
}

function missing(node: string, method: string, facts: Facts, cause: unknown): StopError {
  const What = isReplaceable(method) ? MethodMissing : MethodRefused
  return new What(`The node at ${node} does not serve ${method}`, facts, 'Use a node that serves it.', cause)
}

/** "retry in 10s", "try again in 250 ms", "retry in 10m0s". */
function namedPause(message: string): number | undefined {
  const [, number, unit] =
    /(?:retry|try(?:[_ ]again)?)[_ ](?:in|after):? ?(\d+(?:\.\d+)?) ?(ms|s|m)/i.exec(message) ?? []
  if (number === undefined) return undefined
  const ms = Number(number) * { ms: 1, s: 1_000, m: 60_000 }[unit?.toLowerCase() as 'ms' | 's' | 'm']
  return Math.min(ms, LONGEST_REST_MS)
}

/** Whatever a node asks for, it is asked again after that long. */
const LONGEST_REST_MS = 3_600_000

/** Retry-After is a number of seconds or a date: RFC 9110, 10.2.3. */
function retryAfterMs(value: string | null | undefined): number | undefined {
  if (value === undefined || value === null) return undefined
  const ms = /^\d+(\.\d+)?$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - Date.now()
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, ms), LONGEST_REST_MS)
}
