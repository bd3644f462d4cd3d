import { BaseError, HttpRequestError, RpcRequestError, TimeoutError } from 'viem'
import { z } from 'zod'
import { type Facts, RetryError, StopError } from '../../sdk/errors.ts'

/** A range of blocks whose logs or receipts the node will not give at once: ask for less. */
export class RangeTooLarge extends RetryError {}

/** The node has pruned the state that a journal is to be checked against: ask for a range that ends nearer to its head. */
export class StateGone extends RetryError {}

/** The node does not serve a method that another one can stand in for. */
export class MethodMissing extends StopError {}

/** The node has no block by that name, or does not know the name. */
export class NoSuchBlock extends RetryError {}

/** The node will not answer such a question, however often it is asked. */
export class MethodRefused extends StopError {}

/** The node asks for a pause, and may say how long. */
export class NodeBusy extends RetryError {
  readonly retryAfterMs: number | undefined

  constructor(node: string, status: number, retryAfterMs: number | undefined, cause: unknown) {
    const wait = retryAfterMs === undefined ? {} : { retryAfterMs }
    super(`The node at ${node} is busy`, { status, ...wait }, 'It is asked again after a pause.', cause)
    this.retryAfterMs = retryAfterMs
  }
}

/** EIP-1474's code for a method that this node does not implement. */
const METHOD_UNSUPPORTED = -32004

/** JSON-RPC codes by which nodes say "not like this, ever": unknown method, bad parameters, bad request. */
const REFUSED = new Set([-32600, -32601, -32602, METHOD_UNSUPPORTED])

const ASKED_BY_RANGE = new Set(['eth_getLogs', 'eth_getBlockReceipts'])
const ASKED_OF_STATE = new Set(['eth_getStorageAt', 'eth_getProof'])
/** Those that another way of asking stands in for. */
const REPLACEABLE = new Set(['eth_getBlockReceipts', 'eth_getProof'])
const TOO_LARGE = /range|too many|limit|more than \d+|response size|query timeout/i
const STATE_GONE =
  /missing trie node|state .*not available|historical state|header not found|required historical|out ?of ?range|proof window/i
const NO_SUCH_BLOCK = /block not found|unknown block|block is not available|invalid block (tag|number)|unknown variant/i

/** Which family a failed question belongs to, and what to do about it. */
export function nodeError(node: string, method: string, error: unknown): Error {
  if (error instanceof z.ZodError) {
    const [issue] = error.issues
    return malformed(node, method, { at: issue?.path.join('.') ?? '', problem: issue?.message ?? '' }, error)
  }
  // What the client itself trips over was no answer to what it asked.
  if (!(error instanceof BaseError)) return malformed(node, method, {}, error)

  const answer = error.walk((cause) => cause instanceof RpcRequestError)
  if (answer instanceof RpcRequestError) return answered(node, method, answer)

  const transport = error.walk((cause) => cause instanceof HttpRequestError || cause instanceof TimeoutError)
  const status = transport instanceof HttpRequestError ? transport.status : undefined
  if (status === 401 || status === 403) {
    return new StopError(`The node at ${node} refuses us`, { status }, 'Check the key in the RPC address.', error)
  }
  if (status === 413) return tooLarge(node, { status }, error)
  if (status === 429 || status === 503) {
    return new NodeBusy(node, status, retryAfterMs(transport), error)
  }
  return new RetryError(
    `The node at ${node} does not answer ${method}`,
    status === undefined ? {} : { status },
    'It is asked again; if that goes on, check that it runs and is reachable.',
    error,
  )
}

function tooLarge(node: string, facts: Facts, cause: unknown): RangeTooLarge {
  return new RangeTooLarge(`The node at ${node} wants smaller ranges`, facts, 'They are made smaller.', cause)
}

function malformed(node: string, method: string, facts: Facts, cause: unknown): RetryError {
  return new RetryError(
    `The node at ${node} answered ${method} with something malformed`,
    facts,
    'It is asked again; if that goes on, use another node.',
    cause,
  )
}

function answered(node: string, method: string, answer: RpcRequestError): Error {
  const facts = { code: answer.code, message: answer.details }
  if (ASKED_BY_RANGE.has(method) && TOO_LARGE.test(answer.details)) return tooLarge(node, facts, answer)
  if (method === 'eth_getBlockByNumber' && NO_SUCH_BLOCK.test(answer.details)) {
    return new NoSuchBlock(`The node at ${node} has no block by that name`, facts, 'Use another node.', answer)
  }
  if (ASKED_OF_STATE.has(method) && STATE_GONE.test(answer.details)) {
    return new StateGone(
      `The node at ${node} no longer has the state that journals are checked against`,
      facts,
      'Longer ranges are asked for, whose ends it may still have; if that goes on, use an archive node.',
      answer,
    )
  }
  if (REPLACEABLE.has(method) && REFUSED.has(answer.code)) {
    return new MethodMissing(
      `The node at ${node} does not serve ${method}`,
      facts,
      'Use a node that serves it.',
      answer,
    )
  }
  if (REFUSED.has(answer.code)) {
    return new MethodRefused(`The node at ${node} refuses ${method}`, facts, 'Use a node that serves it.', answer)
  }
  return new RetryError(`The node at ${node} failed at ${method}`, facts, 'It is asked again.', answer)
}

/** Retry-After is a number of seconds or a date: RFC 9110, 10.2.3. */
function retryAfterMs(error: unknown): number | undefined {
  const value = error instanceof HttpRequestError ? error.headers?.get('retry-after') : undefined
  if (value === undefined || value === null) return undefined
  const ms = /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - Date.now()
  return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}
