import { createHash } from 'node:crypto'
import type { ReadableHistory } from './historyReader.ts'
import type { Head } from './query/asOf.ts'

/** A head, and the name of what all answers follow from: as long as it stays, so do they. */
export interface NamedHead {
  readonly head: Head
  readonly tag: string
}

/** Names the history, its head, how far contracts that are followed late have come, and what its writer knows of the chain. */
export async function namedHead({ look, status, identity, schema }: ReadableHistory): Promise<NamedHead> {
  const [{ head, late }, told] = await Promise.all([look(), status()])
  const { chainId, genesisHash } = identity
  const parts = [schema, chainId, genesisHash, head.block, head.hash, head.reverted]
  const tag = createHash('sha256')
    .update([...parts, late, told?.nodeHead, told?.safe, told?.finalised].join(' '))
    .digest('base64url')
    .slice(0, 22)
  return { head, tag }
}
