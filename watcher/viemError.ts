import { BaseError, HttpRequestError, RpcRequestError } from 'viem'
import { type Failure, nodeError } from '../chain/node/nodeError.ts'

/** A viem error as the error of a node, which says whether to retry; anything else unchanged. */
export function explainViemError(nodeName: string, cause: unknown): unknown {
  return cause instanceof BaseError ? nodeError(nodeName, 'a request', failureOf(cause), cause) : cause
}

function failureOf(error: BaseError): Failure {
  const answer = error.walk((cause) => cause instanceof RpcRequestError)
  if (answer instanceof RpcRequestError) return { kind: 'answered', code: answer.code, message: answer.details }
  const transport = error.walk((cause) => cause instanceof HttpRequestError)
  if (!(transport instanceof HttpRequestError) || transport.status === undefined) {
    return { kind: 'silent', reason: error.shortMessage }
  }
  return { kind: 'status', status: transport.status, retryAfter: transport.headers?.get('retry-after') }
}
