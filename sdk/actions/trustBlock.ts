import type { Hex } from 'viem'
import { type TrustedBlock, trustedBlock } from '../blockHeader.ts'
import { StopError } from '../errors.ts'
import type { ReadingClient } from './client.ts'

/** The header of a block whose hash is trusted, asked of any node and hashed anew. */
export async function trustBlock(client: ReadingClient, blockHash: Hex): Promise<TrustedBlock> {
  const told = await client.request({ method: 'eth_getBlockByHash', params: [blockHash, false] })
  if (told !== null) return trustedBlock(blockHash, { ...told })
  throw new StopError(`The node knows no block ${blockHash}`, {}, 'Check the hash, and that the node is on its chain.')
}
