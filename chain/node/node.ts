import { type Address, type Hex, numberToHex } from 'viem'
import { StopError } from '../../sdk/errors.ts'
import { withoutCredentials } from '../../sdk/nodeFailure.ts'
import type { StorageProof } from '../../sdk/storageProof.ts'
import type { Block } from '../block.ts'
import { chainOf } from '../chains.ts'
import type { ChainLog } from '../events/contracts.ts'
import { type Meter, noMeter } from '../meter.ts'
import type { Header } from '../verify/header.ts'
import type { Receipt } from '../verify/receipt.ts'
import {
  headerOf,
  headerOrNone,
  hexOf,
  logsOf,
  quantityOf,
  receiptOrNone,
  receiptsOrNone,
  storageProofOf,
  WrongForm,
  wordOf,
} from './answers.ts'
import { MethodMissing, MethodRefused, NoSuchBlock, nodeError } from './nodeError.ts'
import { rpcOver } from './rpc.ts'

/** The requests to a node. Every answer is parsed before it is used. */
export interface Node {
  readonly name: string
  chainId(): Promise<number>
  latest(): Promise<Header>
  /**
   * The newest block that the node tags; undefined where it has no such tag, or no such block yet.
   */
  tagged(tag: Tag): Promise<Header | undefined>
  /**
   * Blocks from `from` to `to`, ascending; those that the node does not have are missing at the
   * end.
   */
  blocks(from: bigint, to: bigint): Promise<readonly Header[]>
  /** Logs of these contracts, in chain order. */
  logs(asked: readonly LogsAsked[], from: bigint, to: bigint): Promise<readonly ChainLog[]>
  /**
   * The receipts of a block's transactions, asked for by its hash; undefined where the node does
   * not have that block.
   */
  receipts(block: Header): Promise<readonly Receipt[] | undefined>
  /** Storage slots after the block of that hash, so that a reorg cannot change the answer. */
  slots(asked: readonly { address: Address; slot: Hex }[], blockHash: Hex): Promise<readonly Hex[]>
  /**
   * An account and slots of its storage after `block`, with their proof against its state root. The
   * proof is not verified.
   */
  proof(address: Address, slots: readonly Hex[], block: Pick<Block, 'hash'>): Promise<StorageProof>
  hasCode(address: Address): Promise<boolean>
  call(to: Address, data: Hex): Promise<Hex>
  /** The same node, whose requests end with `signal`. */
  until(signal: AbortSignal): Node
}

/** A node's tag for the finality of a block. */
export type Tag = 'safe' | 'finalized'

export interface LogsAsked {
  readonly address: Address
  /** The first topic of the logs that are wanted; undefined for all. */
  readonly topic: Hex | undefined
}

export interface NodeOptions {
  /** How long to wait for an answer. */
  readonly timeoutMs?: number | undefined
  readonly meter?: Meter | undefined
  /** The chain that it should be on, whose rules its blocks follow. */
  readonly chainId?: number | undefined
}

const QUESTIONS_TOGETHER = 100
/** Receipts are large, and many nodes limit the size of an answer. */
const RECEIPTS_TOGETHER = 20
/** A slow request must not delay quick ones. */
const LOGS_TOGETHER = 1

export function connectNode(rpcUrl: string, { timeoutMs = 20_000, meter = noMeter, chainId }: NodeOptions = {}): Node {
  const name = withoutCredentials(rpcUrl)
  if (!URL.canParse(rpcUrl) || !/^https?:$/.test(new URL(rpcUrl).protocol)) {
    throw new StopError(`"${rpcUrl}" is not the address of a node`, {}, 'Give one like http://127.0.0.1:8545.')
  }
  const chain = chainId === undefined ? undefined : chainOf(chainId)
  const header = (answer: unknown) => headerOf(answer, chain)
  const maybeHeader = (answer: unknown) => headerOrNone(answer, chain)
  const rpc = rpcOver(rpcUrl, { name, timeoutMs, meter })
  /** Both change for good once the node lacks the better method. */
  let givesReceiptsByBlock = true
  let refusesProofs: MethodMissing | undefined

  const nodeUntil = (signal: AbortSignal | undefined): Node => {
    const ask = async <T>(
      parse: (answer: unknown) => T,
      method: string,
      params: readonly unknown[] = [],
      together = QUESTIONS_TOGETHER,
    ): Promise<T> => {
      const answer = await rpc.ask({ method, params, together, signal })
      try {
        return parse(answer)
      } catch (error) {
        if (error instanceof WrongForm)
          throw nodeError(name, method, { kind: 'malformed', at: error.at, problem: error.problem }, error)
        throw error
      }
    }
    const blockAt = (number: bigint) => ask(maybeHeader, 'eth_getBlockByNumber', [numberToHex(number), false])
    const logsOfSome = (address: readonly Address[], topics: readonly Hex[], from: bigint, to: bigint) => {
      const range = { address, topics, fromBlock: numberToHex(from), toBlock: numberToHex(to) }
      return ask(logsOf, 'eth_getLogs', [range], LOGS_TOGETHER)
    }
    const receiptsOneByOne = async (block: Header): Promise<readonly Receipt[] | undefined> => {
      const asked = block.transactions.map((hash) => ask(receiptOrNone, 'eth_getTransactionReceipt', [hash]))
      const receipts = await Promise.all(asked)
      const found = receipts.filter((one) => one !== undefined)
      return found.length === receipts.length ? found : undefined
    }

    return {
      name,
      chainId: async () => Number(await ask(quantityOf, 'eth_chainId')),
      latest: () => ask(header, 'eth_getBlockByNumber', ['latest', false]),
      tagged: (tag) =>
        ask(maybeHeader, 'eth_getBlockByNumber', [tag, false]).catch((error) => {
          if (error instanceof NoSuchBlock || error instanceof MethodRefused) return undefined
          throw error
        }),
      blocks: async (from, to) => {
        const numbers = Array.from({ length: Number(to - from) + 1 }, (_, i) => from + BigInt(i))
        const answers = await Promise.all(numbers.map(blockAt))
        const end = answers.indexOf(undefined)
        return (end === -1 ? answers : answers.slice(0, end)) as readonly Header[]
      },
      logs: async (asked, from, to) => {
        const byTopic = Map.groupBy(asked, ({ topic }) => topic)
        const answers = await Promise.all(
          Array.from(byTopic, ([topic, contracts]) => {
            const addresses = contracts.map(({ address }) => address)
            return logsOfSome(addresses, topic === undefined ? [] : [topic], from, to)
          }),
        )
        return inChainOrder(answers.flat())
      },
      receipts: async (block) => {
        if (!givesReceiptsByBlock) return await receiptsOneByOne(block)
        const asked = ask(receiptsOrNone, 'eth_getBlockReceipts', [block.hash], RECEIPTS_TOGETHER)
        return await asked.catch((error) => {
          if (!(error instanceof MethodMissing)) throw error
          givesReceiptsByBlock = false
          return receiptsOneByOne(block)
        })
      },
      slots: (asked, blockHash) =>
        Promise.all(asked.map(({ address, slot }) => ask(wordOf, 'eth_getStorageAt', [address, slot, { blockHash }]))),
      proof: async (address, slots, { hash }) => {
        if (refusesProofs !== undefined) throw refusesProofs
        return await ask(storageProofOf, 'eth_getProof', [address, slots, { blockHash: hash }]).catch((error) => {
          if (error instanceof MethodMissing) refusesProofs = error
          throw error
        })
      },
      hasCode: async (address) => (await ask(hexOf, 'eth_getCode', [address, 'latest'])) !== '0x',
      call: (to, data) => ask(hexOf, 'eth_call', [{ to, data }, 'latest']),
      until: nodeUntil,
    }
  }

  return nodeUntil(undefined)
}

/** Nodes give logs in order, as a rule. */
function inChainOrder(logs: readonly ChainLog[]): readonly ChainLog[] {
  const isOrdered = logs.every((log, i) => i === 0 || compare(logs[i - 1] as ChainLog, log) <= 0)
  return isOrdered ? logs : logs.toSorted(compare)
}

function compare(a: ChainLog, b: ChainLog): number {
  if (a.block !== b.block) return a.block < b.block ? -1 : 1
  return a.logIndex === b.logIndex ? 0 : a.logIndex < b.logIndex ? -1 : 1
}
