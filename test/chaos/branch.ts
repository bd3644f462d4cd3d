import { type Hex, toHex } from 'viem'
import type { Random } from '../support/random.ts'
import { askAll, askOne } from './rpc.ts'

/**
 * The last blocks of a chain, and random other ones in their place: transactions are dropped, moved to other blocks and
 * into another order, and what was dropped before comes back. What no longer works in its new place reverts, as on any chain.
 */
export interface Branch {
  /** Leaves the present branch for another that parts from it at a random depth, no deeper than `deepest`. */
  turn(deepest: number): Promise<Turn>
  /** Every block that has been on the chain at the beginning or the end of a turn, by its hash. */
  readonly seen: ReadonlyMap<Hex, bigint>
}

export interface Turn {
  readonly kind: 'replaced' | 'rolled back'
  readonly depth: number
  readonly dropped: number
  readonly moved: number
  readonly returned: number
}

/** Dropped transactions that may return: the oldest are forgotten. */
const KEPT_IN_LIMBO = 60
const RETURN_AT_ONCE = 8
/** A transaction may need more gas where it comes to stand now. */
const GAS = toHex(2_000_000)

interface Transaction {
  readonly hash: Hex
  readonly from: Hex
  readonly to: Hex | null
  readonly input: Hex
  readonly value: Hex
  readonly nonce: Hex
}

interface WireBlock {
  readonly number: Hex
  readonly hash: Hex
  readonly transactions: readonly Transaction[]
}

/** `begun` is the block that no turn undoes: the ledger itself stands on it. */
export function branchOf(rpcUrl: string, random: Random, begun: number): Branch {
  const seen = new Map<Hex, bigint>()
  let limbo: readonly Transaction[] = []

  const blocksFrom = async (first: number, last: number): Promise<readonly WireBlock[]> => {
    const numbers = Array.from({ length: last - first + 1 }, (_, i) => toHex(first + i))
    const blocks = (await askAll(
      rpcUrl,
      numbers.map((number) => ({ method: 'eth_getBlockByNumber', params: [number, true] })),
    )) as readonly WireBlock[]
    for (const { number, hash } of blocks) seen.set(hash, BigInt(number))
    return blocks
  }

  /** Blocks as anvil takes them: each transaction anew, with the place where it goes. */
  const replace = async (depth: number, blocks: readonly WireBlock[]): Promise<Turn> => {
    let moved = 0
    const dropped: Transaction[] = []
    const placed: { readonly transaction: Transaction; readonly place: number }[] = []
    blocks.forEach(({ transactions }, block) => {
      for (const transaction of transactions) {
        const fate = random.below(10)
        if (fate < 2) dropped.push(transaction)
        else {
          const place = fate < 6 ? block : random.below(depth)
          if (place !== block) moved += 1
          placed.push({ transaction, place })
        }
      }
    })
    const returned = random.shuffled(limbo).slice(0, random.below(RETURN_AT_ONCE + 1))
    for (const transaction of returned) placed.push({ transaction, place: random.below(depth) })
    const pairs = random.shuffled(placed).map(({ transaction: { from, to, input, value }, place }) => {
      return [{ from, to, data: input, value, gas: GAS }, place]
    })
    await askOne(rpcUrl, 'anvil_reorg', depth, pairs)
    limbo = [...limbo.filter((one) => !returned.includes(one)), ...dropped].slice(-KEPT_IN_LIMBO)
    return { kind: 'replaced', depth, dropped: dropped.length, moved, returned: returned.length }
  }

  /** The very same signed transactions, by sender in their order, senders shuffled; some senders stop half-way. */
  const rollBack = async (depth: number, blocks: readonly WireBlock[]): Promise<Turn> => {
    const transactions = blocks.flatMap((block) => block.transactions)
    const raws = (await askAll(
      rpcUrl,
      transactions.map(({ hash }) => ({ method: 'eth_getRawTransactionByHash', params: [hash] })),
    )) as readonly Hex[]
    const queues = [...Map.groupBy(transactions, ({ from }) => from).values()].map((queue) =>
      random.below(3) === 0 ? queue.slice(0, random.below(queue.length + 1)) : queue,
    )
    await askAll(rpcUrl, [
      { method: 'anvil_rollback', params: [depth] },
      { method: 'anvil_dropAllTransactions', params: [] },
      { method: 'evm_setAutomine', params: [false] },
    ])
    let sent = 0
    for (let left = queues.filter(({ length }) => length > 0); left.length > 0; ) {
      const queue = random.pick(left)
      const transaction = queue.shift()
      const raw = raws[transactions.findIndex(({ hash }) => hash === transaction?.hash)]
      // What an impersonated account sent bears no signature, and cannot be sent again by anybody else.
      const isTaken = await askOne(rpcUrl, 'eth_sendRawTransaction', raw).then(Boolean, () => false)
      if (isTaken) sent += 1
      if (random.below(3) === 0) await askOne(rpcUrl, 'evm_mine')
      left = queues.filter(({ length }) => length > 0)
    }
    await askAll(rpcUrl, [
      { method: 'evm_mine', params: [] },
      { method: 'anvil_dropAllTransactions', params: [] },
      { method: 'evm_setAutomine', params: [true] },
    ])
    return { kind: 'rolled back', depth, dropped: transactions.length - sent, moved: sent, returned: 0 }
  }

  return {
    seen,
    turn: async (deepest) => {
      const head = Number(await askOne(rpcUrl, 'eth_blockNumber'))
      const depth = 1 + random.below(Math.min(deepest, head - begun))
      const blocks = await blocksFrom(head - depth + 1, head)
      const turned = await (random.below(3) === 0 ? rollBack(depth, blocks) : replace(depth, blocks))
      const now = Number(await askOne(rpcUrl, 'eth_blockNumber'))
      await blocksFrom(Math.min(head - depth + 1, now), now)
      return turned
    },
  }
}
