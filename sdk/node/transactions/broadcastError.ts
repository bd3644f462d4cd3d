import { BaseError, HttpRequestError, InternalRpcError, RpcRequestError, TimeoutError } from 'viem'

/** What it means that a node did not take a signed transaction. Nodes word it freely; these are geth's, erigon's, reth's and anvil's words. */

const KNOWN = /already known|already imported|known transaction|nonce too low|already in (the )?mempool|ALREADY_EXISTS/i
const UNDERPRICED = /replacement transaction underpriced|transaction underpriced|fee too low to replace/i

/** The node has it, or has mined it: handing it over again changed nothing. */
export function isKnown(error: unknown): boolean {
  return KNOWN.test(textOf(error))
}

/** Another attempt at the same nonce stands in its way; whichever is mined is found. */
export function isUnderpriced(error: unknown): boolean {
  return UNDERPRICED.test(textOf(error))
}

/** Whether the node answered and said no, rather than not at all or "try later". */
export function isAnswer(error: unknown): boolean {
  if (!(error instanceof BaseError)) return false
  if (error.walk((cause) => cause instanceof HttpRequestError || cause instanceof TimeoutError) !== null) return false
  if (error.walk((cause) => cause instanceof InternalRpcError) !== null && /limit|busy|timeout/i.test(textOf(error)))
    return false
  return error.walk((cause) => cause instanceof RpcRequestError) !== null
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const details = error instanceof BaseError ? error.details : ''
  return `${error.message} ${details}`
}
