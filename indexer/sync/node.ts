import { type Address, createPublicClient, type Hex, http, numberToHex } from 'viem'
import * as z from 'zod'
import { withoutCredentials } from '../../sdk/chain.ts'
import { StopError } from '../../sdk/errors.ts'
import type { ChainLog } from '../decode/contracts.ts'
import type { Block } from '../store/schema.ts'
import { nodeError } from './nodeError.ts'

/** What an indexer asks of a node, and nothing else. Every answer is checked for its form before anything looks at it. */
export interface Node {
  readonly name: string
  chainId(): Promise<number>
  latest(): Promise<Block>
  /** Blocks from `from` to `to`, ascending; those that the node does not have are missing at the end. */
  blocks(from: bigint, to: bigint): Promise<readonly Block[]>
  /** Logs of `addresses`, in chain order. */
  logs(addresses: readonly Address[], from: bigint, to: bigint): Promise<readonly ChainLog[]>
  /** Storage slots just after the block of that hash, so that a reorg cannot change what is being asked about. */
  slots(asked: readonly { address: Address; slot: Hex }[], blockHash: Hex): Promise<readonly Hex[]>
  hasCode(address: Address): Promise<boolean>
  call(to: Address, data: Hex): Promise<Hex>
}

const hex = z.custom<Hex>((value) => typeof value === 'string' && /^0x[0-9a-f]*$/.test(value), 'is not hexadecimal')
const hash = z.custom<Hex>((value) => typeof value === 'string' && /^0x[0-9a-f]{64}$/.test(value), 'is not a hash')
const quantity = hex.transform(BigInt)

const blockSchema = z
  .object({ number: quantity, hash, parentHash: hash, timestamp: quantity })
  .transform(({ number, hash, parentHash, timestamp }): Block => ({ number, hash, parentHash, timestamp }))

const logSchema = z
  .object({
    address: hex,
    topics: z.array(hash),
    data: hex,
    blockNumber: quantity,
    blockHash: hash,
    logIndex: quantity,
    transactionHash: hash,
  })
  .transform(({ blockNumber, ...log }): ChainLog => ({ ...log, block: blockNumber }))

const REQUESTS_A_BATCH = 100

export function connectNode(rpcUrl: string): Node {
  const name = withoutCredentials(rpcUrl)
  if (!URL.canParse(rpcUrl) || !/^https?:$/.test(new URL(rpcUrl).protocol)) {
    throw new StopError(`"${rpcUrl}" is not the address of a node`, {}, 'Give one like http://127.0.0.1:8545.')
  }
  const client = createPublicClient({
    transport: http(rpcUrl, { batch: { batchSize: REQUESTS_A_BATCH }, retryCount: 0, timeout: 20_000 }),
  })

  const ask = async <T>(schema: z.ZodType<T>, method: string, params: readonly unknown[] = []): Promise<T> => {
    try {
      const answer: unknown = await client.request({ method, params } as never)
      return schema.parse(answer)
    } catch (error) {
      throw nodeError(name, method, error)
    }
  }
  const blockAt = (number: bigint) => ask(blockSchema.nullable(), 'eth_getBlockByNumber', [numberToHex(number), false])

  return {
    name,
    chainId: async () => Number(await ask(quantity, 'eth_chainId')),
    latest: () => ask(blockSchema, 'eth_getBlockByNumber', ['latest', false]),
    blocks: async (from, to) => {
      const numbers = Array.from({ length: Number(to - from) + 1 }, (_, i) => from + BigInt(i))
      const answers = await Promise.all(numbers.map(blockAt))
      const end = answers.indexOf(null)
      return (end === -1 ? answers : answers.slice(0, end)).filter((block) => block !== null)
    },
    logs: async (address, from, to) => {
      const range = { address, fromBlock: numberToHex(from), toBlock: numberToHex(to) }
      const logs = await ask(z.array(logSchema), 'eth_getLogs', [range])
      return logs.toSorted((a, b) => Number(a.block - b.block || a.logIndex - b.logIndex))
    },
    slots: (asked, blockHash) =>
      Promise.all(asked.map(({ address, slot }) => ask(hash, 'eth_getStorageAt', [address, slot, { blockHash }]))),
    hasCode: async (address) => (await ask(hex, 'eth_getCode', [address, 'latest'])) !== '0x',
    call: (to, data) => ask(hex, 'eth_call', [{ to, data }, 'latest']),
  }
}
