import { BaseError, HttpRequestError, RpcRequestError, TimeoutError } from 'viem'
import { RetryError, StopError } from './errors.ts'

/**
 * Why a node gave no answer, in one sentence: nobody is there, it is busy, it is broken, or it is no node at all. Undefined of errors that
 * no node caused.
 */
export function nodeFailure(error: unknown): RetryError | StopError | undefined {
  if (!(error instanceof BaseError)) return undefined
  const http = error.walk((cause) => cause instanceof HttpRequestError)
  if (http instanceof HttpRequestError) {
    const node = withoutCredentials(http.url)
    return http.status === undefined ? withoutStatus(node, http, error) : withStatus(node, http.status, error)
  }
  const timeout = error.walk((cause) => cause instanceof TimeoutError)
  if (timeout instanceof TimeoutError) return silent(withoutCredentials(timeout.url), 'it took too long', error)
  const rpc = error.walk((cause) => cause instanceof RpcRequestError)
  if (!(rpc instanceof RpcRequestError)) return undefined
  return new RetryError(
    `The node at ${withoutCredentials(rpc.url)} refused a question: ${rpc.details}`,
    { code: rpc.code },
    'Ask again, or ask another node.',
    error,
  )
}

function withStatus(node: string, status: number, cause: unknown): RetryError | StopError {
  if (status === 429)
    return new RetryError(
      `The node at ${node} takes no more requests for now: it answered with HTTP status 429`,
      {},
      'Wait a minute, or use another node.',
      cause,
    )
  if (status === 401 || status === 403)
    return new StopError(`The node at ${node} refuses access`, { status }, 'Check the key in its address.', cause)
  if (status >= 500)
    return new RetryError(
      `The node at ${node} has a fault of its own: it answered with HTTP status ${status}`,
      {},
      'Try again later, or use another node.',
      cause,
    )
  return new StopError(`No node answers at ${node} under this path`, { status }, 'Check the whole address.', cause)
}

function withoutStatus(node: string, http: HttpRequestError, cause: unknown): RetryError | StopError {
  // What is no JSON fails to be parsed; a node that is away fails to be fetched.
  if (http.walk((one) => one instanceof SyntaxError) !== null || /not valid JSON|Unexpected token/i.test(http.details))
    return new StopError(
      `${node} answers, but not as a node does: it sent a page and no JSON`,
      {},
      'Check the address: it takes the JSON-RPC address of a node.',
      cause,
    )
  return silent(node, http.details, cause)
}

function silent(node: string, reason: string, cause: unknown): RetryError {
  return new RetryError(
    `No node answers at ${node}${reason === 'fetch failed' ? '' : `: ${reason}`}`,
    {},
    'Start the node, or give the address of one that runs.',
    cause,
  )
}

/** An RPC address often carries a key; error messages travel further than keys should. */
export function withoutCredentials(rpcUrl: string): string {
  const origin = URL.canParse(rpcUrl) ? new URL(rpcUrl).origin : 'null'
  if (origin !== 'null') return origin
  // What is no URL may hold a password or a key all the same.
  const [, scheme = '', rest = ''] = /^([a-z][a-z\d+.-]*:\/\/)?(.*)$/is.exec(rpcUrl) ?? []
  const [host = ''] = rest.slice(rest.lastIndexOf('@') + 1).split(/[/?#]/)
  return `${scheme}${host}`
}
