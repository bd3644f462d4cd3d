import { type Facts, RetryError, StopError } from '../../sdk/errors.ts'
import { namedLimit } from './namedLimit.ts'

/** The node refuses the logs or receipts of this many blocks at once: ask for fewer. */
export class RangeTooLarge extends RetryError {
  /** The limit in blocks that the node names. */
  readonly limit: bigint | undefined

  constructor(node: string, limit: bigint | undefined, facts: Facts, cause: unknown) {
    super(`The node at ${node} wants smaller ranges`, facts, 'The range is reduced.', cause)
    this.limit = limit
  }
}

/**
 * The node has pruned the state that a journal is checked against. It may have it nearer to its
 * head.
 */
export class StateGone extends RetryError {}

/** The node does not serve a method that another method can replace. */
export class MethodMissing extends StopError {}

/** The node refuses this request, however often it is sent. */
export class MethodRefused extends StopError {}

/** The node has no block by that name, or does not know the name. */
export class NoSuchBlock extends RetryError {}

/** A valid message with malformed content: no transport fault does that. */
export class Malformed extends RetryError {}

/** The node asks for a pause, and may say how long. */
export class NodeBusy extends RetryError {
  readonly retryAfterMs: number | undefined

  constructor(node: string, facts: Facts, retryAfterMs: number | undefined, cause: unknown) {
    const wait = retryAfterMs === undefined ? {} : { retryAfterMs }
    super(`The node at ${node} is busy`, { ...facts, ...wait }, 'It is asked again after a pause.', cause)
    this.retryAfterMs = retryAfterMs
  }
}

/** How a request failed. */
export type Failure =
  /** No answer: connection refused or cut, or a timeout. */
  | { readonly kind: 'silent'; readonly reason: string }
  /** An HTTP status instead of an answer. */
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter?: string | null | undefined }
  /** An error in place of a result. */
  | { readonly kind: 'answered'; readonly code: number; readonly message: string }
  /** Not a JSON-RPC message. */
  | { readonly kind: 'garbled'; readonly reason: string }
  /** A result with malformed content. */
  | { readonly kind: 'malformed'; readonly at: string; readonly problem: string }
  | { readonly kind: 'oversized'; readonly limitBytes: number }

/** EIP-1474's code for a method that this node does not implement. */
const METHOD_UNSUPPORTED = -32004

/** JSON-RPC codes of permanent refusals: unknown method, bad parameters, bad request. */
const REFUSED = new Set([-32600, -32601, -32602, METHOD_UNSUPPORTED])

const ASKED_BY_RANGE = new Set(['eth_getLogs', 'eth_getBlockReceipts'])
const ASKED_OF_STATE = new Set(['eth_getStorageAt', 'eth_getProof'])
/** Methods that another method replaces. */
const REPLACEABLE = new Set(['eth_getBlockReceipts', 'eth_getProof'])
const TOO_MANY_REQUESTS = 429
const BUSY = /rate.?limit|too many requests|compute units|requests? per (second|minute)|throttl|try again later/i
const BEYOND_HEAD = /beyond (current )?head|after last (accepted )?block|in the future|BlockOutOfRange/i
const TOO_LARGE = /range|too many|limit|more than \d+|response size|query timeout/i
const STATE_GONE =
  /missing trie node|state .*(un|not )available|no state available|historical state|header not found|required historical|out ?of ?range|proof window|too old|pruned/i
/** Providers without a method say so under codes of their own. */
const NOT_SERVED = /method .*(does not exist|not (found|supported|available|allowed)|unsupported|disabled)/i
const NO_SUCH_BLOCK = /block not found|unknown block|block is not available|invalid block (tag|number)|unknown variant/i

/** The error of a failed request: retry, or stop and explain. */
export function nodeError(node: string, method: string, failure: Failure, cause?: unknown): RetryError | StopError {
  switch (failure.kind) {
    case 'silent':
      return unanswered(node, method, { reason: failure.reason }, cause)
    case 'status':
      return refusedByHttp(node, method, failure, cause)
    case 'answered':
      return answered(node, method, failure, cause)
    case 'garbled':
      return new RetryError(garbled(node, method), { reason: failure.reason }, ASKED_AGAIN, cause)
    case 'malformed':
      return new Malformed(garbled(node, method), { at: failure.at, problem: failure.problem }, ASKED_AGAIN, cause)
    case 'oversized':
      return new RangeTooLarge(node, undefined, { answerLargerThanBytes: failure.limitBytes }, cause)
  }
}

const ASKED_AGAIN = 'It is asked again; if this persists, use another node.'

function garbled(node: string, method: string): string {
  return `The node at ${node} answered ${method} with something malformed`
}

function unanswered(node: string, method: string, facts: Facts, cause: unknown): RetryError {
  return new RetryError(
    `The node at ${node} does not answer ${method}`,
    facts,
    'It is asked again; if this persists, check that it runs and is reachable.',
    cause,
  )
}

function refusedByHttp(
  node: string,
  method: string,
  { status, retryAfter }: Extract<Failure, { kind: 'status' }>,
  cause: unknown,
): RetryError | StopError {
  if (status === 401 || status === 403) {
    return new StopError(`The node at ${node} refuses access`, { status }, 'Check the key in the RPC address.', cause)
  }
  if (status === 413) return new RangeTooLarge(node, undefined, { status }, cause)
  if (status === 429 || status === 503) return new NodeBusy(node, { status }, retryAfterMs(retryAfter), cause)
  return unanswered(node, method, { status }, cause)
}

function answered(
  node: string,
  method: string,
  { code, message }: Extract<Failure, { kind: 'answered' }>,
  cause: unknown,
): RetryError | StopError {
  const facts = { code, message }
  if (code === TOO_MANY_REQUESTS || BUSY.test(message)) return new NodeBusy(node, facts, undefined, cause)
  if (ASKED_BY_RANGE.has(method) && TOO_LARGE.test(message) && !BEYOND_HEAD.test(message)) {
    return new RangeTooLarge(node, namedLimit(message), facts, cause)
  }
  if (method === 'eth_getBlockByNumber' && NO_SUCH_BLOCK.test(message)) {
    return new NoSuchBlock(`The node at ${node} has no block by that name`, facts, 'Use another node.', cause)
  }
  if (ASKED_OF_STATE.has(method) && STATE_GONE.test(message)) {
    return new StateGone(
      `The node at ${node} no longer has the state that journals are checked against`,
      facts,
      'It is asked again at its next head; if this persists, use another node.',
      cause,
    )
  }
  if (REPLACEABLE.has(method) && (REFUSED.has(code) || NOT_SERVED.test(message))) {
    return new MethodMissing(`The node at ${node} does not serve ${method}`, facts, 'Use a node that serves it.', cause)
  }
  // After a rollback, a request may name a block that the chain no longer has.
  if (REFUSED.has(code) && !BEYOND_HEAD.test(message)) {
    return new MethodRefused(`The node at ${node} refuses ${method}`, facts, 'Use a node that serves it.', cause)
  }
  return new RetryError(`The node at ${node} failed at ${method}`, facts, 'It is asked again.', cause)
}

/** Retry-After is a number of seconds or a date: RFC 9110, 10.2.3. */
function retryAfterMs(value: string | null | undefined): number | undefined {
  if (value === undefined || value === null) return undefined
  const ms = /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - Date.now()
  return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}
