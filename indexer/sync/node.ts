import { type Address, createPublicClient, type Hex, http, numberToHex } from 'viem'
import * as z from 'zod'
import { withoutCredentials } from '../../sdk/chain.ts'
import { StopError } from '../../sdk/errors.ts'
import type { StorageProof } from '../../sdk/storageProof.ts'
import type { ChainLog } from '../decode/contracts.ts'
import type { Block } from '../store/schema.ts'
import { MethodMissing, MethodRefused, NoSuchBlock, nodeError } from './nodeError.ts'
import type { Header } from './verify/header.ts'
import type { Receipt } from './verify/receipt.ts'

/** What an indexer asks of a node, and nothing else. Every answer is checked for its form before anything looks at it. */
export interface Node {
  readonly name: string
  chainId(): Promise<number>
  latest(): Promise<Header>
  /** The newest block that the node takes to be safe or final; undefined where it has no such notion, or none yet. */
  tagged(tag: Tag): Promise<Header | undefined>
  /** Blocks from `from` to `to`, ascending; those that the node does not have are missing at the end. */
  blocks(from: bigint, to: bigint): Promise<readonly Header[]>
  /** Logs of `addresses`, in chain order. */
  logs(addresses: readonly Address[], from: bigint, to: bigint): Promise<readonly ChainLog[]>
  /** The receipts of a block's transactions, asked for by its hash; undefined where the node does not have that block. */
  receipts(block: Header): Promise<readonly Receipt[] | undefined>
  /** Storage slots just after the block of that hash, so that a reorg cannot change what is being asked about. */
  slots(asked: readonly { address: Address; slot: Hex }[], blockHash: Hex): Promise<readonly Hex[]>
  /** An account and slots of its storage just after `block`, with what proves them against its state root: unverified. */
  proof(address: Address, slots: readonly Hex[], block: Pick<Block, 'hash'>): Promise<StorageProof>
  hasCode(address: Address): Promise<boolean>
  call(to: Address, data: Hex): Promise<Hex>
}

/** What a node says of how settled a block is. */
export type Tag = 'safe' | 'finalized'

const hex = z.custom<Hex>((value) => typeof value === 'string' && /^0x[0-9a-f]*$/.test(value), 'is not hexadecimal')
const hash = z.custom<Hex>((value) => typeof value === 'string' && /^0x[0-9a-f]{64}$/.test(value), 'is not a hash')
const quantity = hex.transform(BigInt)
// Half a byte at the end would be hashed as if it were not there, and read as if it were.
const bytes = z.custom<Hex>((value) => typeof value === 'string' && /^0x([0-9a-f]{2})*$/.test(value), 'is not bytes')
const address = z.custom<Address>(
  (value) => typeof value === 'string' && /^0x[0-9a-f]{40}$/.test(value),
  'is not an address',
)
const bloom = z.custom<Hex>((value) => typeof value === 'string' && /^0x[0-9a-f]{512}$/.test(value), 'is not a bloom')

/** What else is hashed is kept as it was told; where something is missing or malformed, the hash comes out wrong. */
const blockSchema = z
  .record(z.string(), z.unknown())
  .transform((told) => ({ ...told, told }))
  .pipe(
    z.object({
      number: quantity,
      hash,
      parentHash: hash,
      timestamp: quantity,
      stateRoot: hash,
      receiptsRoot: hash,
      logsBloom: bloom,
      gasUsed: quantity,
      transactions: z.array(hash),
      told: z.custom<Header['told']>(),
    }),
  )

const logSchema = z
  .object({
    address,
    topics: z.array(hash),
    data: bytes,
    blockNumber: quantity,
    blockHash: hash,
    logIndex: quantity,
    transactionHash: hash,
  })
  .transform(({ blockNumber, ...log }): ChainLog => ({ ...log, block: blockNumber }))

const receiptSchema = z.object({
  // Some nodes write the types of other chains in capitals.
  type: z
    .string()
    .regex(/^0x[0-9a-fA-F]{1,2}$/)
    .default('0x0')
    .transform(Number),
  blockHash: hash,
  transactionHash: hash,
  status: quantity.optional(),
  root: hash.optional(),
  cumulativeGasUsed: quantity,
  logsBloom: bloom,
  logs: z.array(z.object({ address, topics: z.array(hash), data: bytes })),
  depositNonce: quantity.optional(),
  depositReceiptVersion: quantity.optional(),
})

const proofSchema = z.object({
  accountProof: z.array(bytes),
  storageHash: hash,
  // Some nodes tell the key as a number, without leading zeros.
  storageProof: z.array(z.object({ key: hex, value: quantity, proof: z.array(bytes) })),
})

const REQUESTS_A_BATCH = 100
/** Receipts are large, and many nodes limit the size of an answer. */
const RECEIPTS_A_BATCH = 20

/** `timeoutMs` is how long to wait for an answer. */
export function connectNode(rpcUrl: string, timeoutMs = 20_000): Node {
  const name = withoutCredentials(rpcUrl)
  if (!URL.canParse(rpcUrl) || !/^https?:$/.test(new URL(rpcUrl).protocol)) {
    throw new StopError(`"${rpcUrl}" is not the address of a node`, {}, 'Give one like http://127.0.0.1:8545.')
  }
  const clientOf = (batchSize: number) =>
    createPublicClient({ transport: http(rpcUrl, { batch: { batchSize }, retryCount: 0, timeout: timeoutMs }) })
  const many = clientOf(REQUESTS_A_BATCH)
  const few = clientOf(RECEIPTS_A_BATCH)

  const ask = async <T>(
    schema: z.ZodType<T>,
    method: string,
    params: readonly unknown[] = [],
    client = many,
  ): Promise<T> => {
    try {
      const answer: unknown = await client.request({ method, params } as never)
      return schema.parse(answer)
    } catch (error) {
      throw nodeError(name, method, error)
    }
  }
  const blockAt = (number: bigint) => ask(blockSchema.nullable(), 'eth_getBlockByNumber', [numberToHex(number), false])

  const receiptsOfBlock = (block: Header) =>
    ask(z.array(receiptSchema).nullable(), 'eth_getBlockReceipts', [block.hash], few)
  const receiptsOneByOne = async (block: Header) => {
    const receipt = (transaction: Hex) =>
      ask(receiptSchema.nullable(), 'eth_getTransactionReceipt', [transaction], many)
    const receipts = await Promise.all(block.transactions.map(receipt))
    const found = receipts.filter((one) => one !== null)
    return found.length === receipts.length ? found : null
  }
  /** Changes for good when the node says that it does not know the better way. */
  let askForReceipts = receiptsOfBlock

  return {
    name,
    chainId: async () => Number(await ask(quantity, 'eth_chainId')),
    latest: () => ask(blockSchema, 'eth_getBlockByNumber', ['latest', false]),
    tagged: async (tag) => {
      const answer = ask(blockSchema.nullable(), 'eth_getBlockByNumber', [tag, false])
      const block = await answer.catch((error) => {
        if (error instanceof NoSuchBlock || error instanceof MethodRefused) return null
        throw error
      })
      return block ?? undefined
    },
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
    receipts: async (block) => {
      const answer = await askForReceipts(block).catch((error) => {
        if (!(error instanceof MethodMissing)) throw error
        askForReceipts = receiptsOneByOne
        return askForReceipts(block)
      })
      return answer ?? undefined
    },
    slots: (asked, blockHash) =>
      Promise.all(asked.map(({ address, slot }) => ask(hash, 'eth_getStorageAt', [address, slot, { blockHash }]))),
    proof: (address, slots, { hash: blockHash }) => ask(proofSchema, 'eth_getProof', [address, slots, { blockHash }]),
    hasCode: async (address) => (await ask(hex, 'eth_getCode', [address, 'latest'])) !== '0x',
    call: (to, data) => ask(hex, 'eth_call', [{ to, data }, 'latest']),
  }
}
