import { getContractEvents, readContract } from 'viem/actions'
import { contractsOf, type Reading } from '../contracts.ts'
import type { Deployment } from '../deployment.ts'
import type { ReadingClient } from './client.ts'

/**
 * A client as models and books are read with.
 * @param blockNumber Reads everything as it was then.
 */
export function readingOf(client: ReadingClient, deployment: Deployment, blockNumber?: bigint): Reading {
  const reader: Reading['reader'] = {
    readContract: (args) => readContract(client, blockNumber === undefined ? args : withBlock(args, { blockNumber })),
    getContractEvents: (args) =>
      getContractEvents(client, blockNumber === undefined ? args : withBlock(args, { toBlock: blockNumber })),
  }
  return { reader, contracts: contractsOf(deployment), fromBlock: BigInt(deployment.startBlock) }
}

/** viem's parameters are unions of how a block is named, which no spread keeps. */
function withBlock<args>(args: args, block: { readonly blockNumber: bigint } | { readonly toBlock: bigint }): args {
  return { ...args, ...block }
}
