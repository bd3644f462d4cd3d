import { type Address, type Hex, numberToHex } from 'viem'
import { StopError } from '../../sdk/errors.ts'
import { withoutCredentials } from '../../sdk/nodeFailure.ts'
import type { StorageProof } from '../../sdk/storageProof.ts'
import type { Block } from '../block.ts'
import { chainOf } from '../chains.ts'
import { type Clock, wallClock } from '../clock.ts'
import type { ChainLog } from '../events/contracts.ts'
import { type Meter, noMeter } from '../meter.ts'
import type { Header } from '../verify/header.ts'
import type { Receipt } from '../verify/receipt.ts'
import {
  headerOrNone,
  hexOf,
  logsOrNone,
  quantityOf,
  receiptOrNone,
  receiptsOrNone,
  storageProofOf,
  WrongForm,
  wordOf,
} from './answers.ts'
import { MethodMissing, NodeBusy, NotThereYet, nodeError, RangeTooLarge } from './nodeError.ts'
import { rpcOver } from './rpc.ts'
import { waysOf } from './ways.ts'

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
  /** The receipts of a block's transactions; undefined where the node does not have them. */
  receipts(block: Header): Promise<readonly Receipt[] | undefined>
  /** Storage slots after that very block, so that a reorg cannot change the answer. */
  slots(asked: readonly { address: Address; slot: Hex }[], block: BlockName): Promise<readonly Hex[]>
  /**
   * An account and slots of its storage after `block`, with their proof against its state root. The
   * proof is not verified.
   */
  proof(address: Address, slots: readonly Hex[], block: BlockName): Promise<StorageProof>
  hasCode(address: Address): Promise<boolean>
  call(to: Address, data: Hex): Promise<Hex>
  /** Waits by the node's clock. */
  pause(ms: number): Promise<void>
  /** The same node, whose requests end with `signal`. */
  until(signal: AbortSignal): Node
}

type BlockName = Pick<Block, 'hash' | 'number'>

/** A node's tag for the finality of a block. */
export type Tag = 'safe' | 'finalized'

export interface LogsAsked {
  readonly address: Address
  /** The first topic of the logs that are wanted; undefined for all. */
  readonly topic: Hex | undefined
}

/** Something that a node does not offer, and what is done instead. */
export interface NotOffered {
  readonly node: string
  readonly what: string
  readonly instead: string
  readonly error: Error
}

export interface NodeOptions {
  /** How long to wait for an answer. */
  readonly timeoutMs?: number | undefined
  /** The most calls a second; without, the pace is found. */
  readonly perSecond?: number | undefined
  readonly meter?: Meter | undefined
  /** The chain that it should be on, whose rules its blocks follow. */
  readonly chainId?: number | undefined
  readonly clock?: Clock | undefined
  /** Hears once of each thing that is not offered. */
  readonly notOffered?: (what: NotOffered) => void
}

const QUESTIONS_TOGETHER = 100
/** Receipts are large, and many nodes limit the size of an answer. */
const RECEIPTS_TOGETHER = 20
/** A slow request must not delay quick ones. */
const LOGS_TOGETHER = 1

/** In the order of the ways below, what is done without each. */
const RECEIPTS = [
  ['eth_getBlockReceipts by block hash', 'They are asked for by number, and their block hash is compared.'],
  ['eth_getBlockReceipts', 'Receipts are asked for one by one.'],
] as const
const PROOFS = [
  ['eth_getProof by block hash', 'Proofs are asked for by number.'],
  ['eth_getProof', 'Journals are compared with eth_getStorageAt, on the word of the node.'],
] as const
const SLOTS = [
  ['eth_getStorageAt by block hash', 'It is asked by number, and the hash of that block is compared.'],
] as const

export function connectNode(rpcUrl: string, options: NodeOptions = {}): Node {
  const { timeoutMs = 20_000, perSecond, meter = noMeter, clock = wallClock, chainId, notOffered } = options
  const name = withoutCredentials(rpcUrl)
  if (!URL.canParse(rpcUrl) || !/^https?:$/.test(new URL(rpcUrl).protocol)) {
    throw new StopError(`"${name}" is not the address of a node`, {}, 'Give one like http://127.0.0.1:8545.')
  }
  const chain = chainId === undefined ? undefined : chainOf(chainId)
  const maybeHeader = (answer: unknown) => headerOrNone(answer, chain)
  const rpc = rpcOver(rpcUrl, { name, timeoutMs, perSecond, meter, clock })
  const ways = (told: readonly (readonly [string, string])[]) =>
    waysOf((way, error) => {
      const [what, instead] = told[way] ?? []
      if (what !== undefined && instead !== undefined) notOffered?.({ node: name, what, instead, error })
    })
  const [receiptWays, proofWays, slotWays] = [ways(RECEIPTS), ways(PROOFS), ways(SLOTS)]

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
    /** Null in place of state says as little as an error without words. */
    const askState = async <T>(
      parse: (answer: unknown) => T,
      method: string,
      params: readonly unknown[],
    ): Promise<T> => {
      const state = await ask((answer) => (answer === null ? undefined : parse(answer)), method, params)
      if (state !== undefined) return state
      throw nodeError(name, method, { kind: 'answered', code: 0, message: 'null' })
    }
    const blockNamed = (block: string) => ask(maybeHeader, 'eth_getBlockByNumber', [block, false])
    const blockAt = (number: bigint) =>
      blockNamed(numberToHex(number)).catch((error) => {
        if (error instanceof NotThereYet) return undefined
        throw error
      })
    const logsOfSome = async (address: readonly Address[], topics: readonly Hex[], from: bigint, to: bigint) => {
      const range = { address, topics, fromBlock: numberToHex(from), toBlock: numberToHex(to) }
      const logs = await ask(logsOrNone, 'eth_getLogs', [range], LOGS_TOGETHER)
      if (logs !== undefined) return logs
      throw new NotThereYet(name, 'the logs of a range', { from, to })
    }
    const receiptsOf = async (block: Hex) => {
      const receipts = await ask(receiptsOrNone, 'eth_getBlockReceipts', [block], RECEIPTS_TOGETHER)
      if (receipts !== undefined) return receipts
      meter.troubled?.(name, 'notThereYet')
      throw new NotThereYet(name, 'the receipts of a block', { block })
    }
    const receiptsOneByOne = async (block: Header): Promise<readonly Receipt[] | undefined> => {
      const asked = block.transactions.map((hash) => ask(receiptOrNone, 'eth_getTransactionReceipt', [hash]))
      const receipts = await Promise.all(asked)
      const found = receipts.filter((one) => one !== undefined)
      return found.length === receipts.length ? found : undefined
    }
    const slotsAt = (asked: readonly { address: Address; slot: Hex }[], block: unknown) =>
      Promise.all(asked.map(({ address, slot }) => askState(wordOf, 'eth_getStorageAt', [address, slot, block])))
    /** Asks by number, and makes sure that the block of that number is still the one that is meant. */
    const atHeight =
      <T>({ hash, number }: BlockName, question: (number: Hex) => Promise<T>) =>
      async (): Promise<T> => {
        const answer = await question(numberToHex(number))
        const block = await blockAt(number)
        if (block?.hash === hash) return answer
        throw new NotThereYet(name, 'that block at its height', { block: number, hash })
      }

    return {
      name,
      chainId: async () => Number(await ask(quantityOf, 'eth_chainId')),
      latest: async () => {
        const head = await blockNamed('latest')
        if (head !== undefined) return head
        meter.troubled?.(name, 'notThereYet')
        throw new NotThereYet(name, 'its newest block', {})
      },
      tagged: (tag) =>
        blockNamed(tag).catch((error) => {
          const isRefused = 'facts' in error && 'code' in error.facts && !(error instanceof NodeBusy)
          if (isRefused) return undefined
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
      receipts: (block) =>
        receiptWays
          .ask<readonly Receipt[] | undefined>(
            [() => receiptsOf(block.hash), () => receiptsOf(numberToHex(block.number)), () => receiptsOneByOne(block)],
            2,
          )
          .catch((error) => {
            if (error instanceof NotThereYet) return undefined
            // Too large by themselves.
            if (error instanceof RangeTooLarge) return receiptsOneByOne(block)
            throw error
          }),
      slots: (asked, { hash, number }) =>
        slotWays.ask(
          [() => slotsAt(asked, { blockHash: hash }), atHeight({ hash, number }, (at) => slotsAt(asked, at))],
          2,
        ),
      proof: (address, slots, { hash, number }) => {
        const proofAt = (block: unknown) => askState(storageProofOf, 'eth_getProof', [address, slots, block])
        const none = async (): Promise<never> => {
          throw new MethodMissing(`The node at ${name} does not serve eth_getProof`, {}, 'Use a node that serves it.')
        }
        return proofWays.ask([() => proofAt({ blockHash: hash }), atHeight({ hash, number }, proofAt), none], 3)
      },
      hasCode: async (address) => (await ask(hexOf, 'eth_getCode', [address, 'latest'])) !== '0x',
      call: (to, data) => ask(hexOf, 'eth_call', [{ to, data }, 'latest']),
      pause: (ms) => clock.pause(ms, signal),
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
