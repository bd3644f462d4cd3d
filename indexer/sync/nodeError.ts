import { BaseError, HttpRequestError, RpcRequestError, TimeoutError } from 'viem'
import { z } from 'zod'
import { RetryError, StopError } from '../../sdk/errors.ts'

/** A range of blocks whose logs the node will not give at once: ask for less. */
export class RangeTooLarge extends RetryError {}

/** The node has pruned the state that a journal is to be checked against: ask for a range that ends nearer to its head. */
export class StateGone extends RetryError {}

/** JSON-RPC codes by which nodes say "not like this, ever": unknown method, bad parameters, bad request. */
const REFUSED = new Set([-32600, -32601, -32602])

const TOO_LARGE = /range|too many|limit|more than \d+|response size|query timeout/i
const STATE_GONE =
  /missing trie node|state .*not available|historical state|header not found|required historical|out ?of ?range/i

/** Which family a failed question belongs to, and what to do about it. */
export function nodeError(node: string, method: string, error: unknown): Error {
  if (error instanceof z.ZodError) {
    const [issue] = error.issues
    return new RetryError(
      `The node at ${node} answered ${method} with something malformed`,
      { at: issue?.path.join('.') ?? '', problem: issue?.message ?? '' },
      'It is asked again; if that goes on, use another node.',
      error,
    )
  }
  if (!(error instanceof BaseError)) return error instanceof Error ? error : new Error(String(error))

  const answer = error.walk((cause) => cause instanceof RpcRequestError)
  if (answer instanceof RpcRequestError) return answered(node, method, answer)

  const transport = error.walk((cause) => cause instanceof HttpRequestError || cause instanceof TimeoutError)
  const status = transport instanceof HttpRequestError ? transport.status : undefined
  if (status === 401 || status === 403) {
    return new StopError(`The node at ${node} refuses us`, { status }, 'Check the key in the RPC address.', error)
  }
  return new RetryError(
    `The node at ${node} does not answer ${method}`,
    status === undefined ? {} : { status },
    'It is asked again; if that goes on, check that it runs and is reachable.',
    error,
  )
}

function answered(node: string, method: string, answer: RpcRequestError): Error {
  const facts = { code: answer.code, message: answer.details }
  if (method === 'eth_getLogs' && TOO_LARGE.test(answer.details)) {
    return new RangeTooLarge(`The node at ${node} wants smaller ranges`, facts, 'They are made smaller.', answer)
  }
  if (method === 'eth_getStorageAt' && STATE_GONE.test(answer.details)) {
    return new StateGone(
      `The node at ${node} no longer has the state that journals are checked against`,
      facts,
      'Longer ranges are asked for, whose ends it may still have; if that goes on, use an archive node.',
      answer,
    )
  }
  if (REFUSED.has(answer.code)) {
    return new StopError(`The node at ${node} refuses ${method}`, facts, 'Use a node that serves it.', answer)
  }
  return new RetryError(`The node at ${node} failed at ${method}`, facts, 'It is asked again.', answer)
}
