import { setTimeout as sleep } from 'node:timers/promises'
import { encodeFunctionData, erc20Abi, hexToNumber, toHex } from 'viem'
import { z } from 'zod'
import { walletsOf } from '../../examples/demo/wallets.ts'
import type { Anvil, Call } from './anvil.ts'
import { askGraphql } from './ask.ts'
import { type Chain, openChain } from './chains.ts'
import { runToHead } from './contender.ts'
import type { Databases, Door } from './databases.ts'
import { ours } from './ours.ts'
import { prepareContext, type Sent, servedOn } from './records.ts'
import { quantile } from './rounds.ts'

/** How long a new block takes from the node to the answers, with its facts. */
export interface Latency {
  readonly door: Door
  readonly by: 'WebSocket' | 'polling'
  readonly blocks: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
}

const BLOCK_MS = 2_000
const RECORDS = 100
const TRANSFERS = 100
/** How often answers are asked for while a block is awaited: a reader, and part of what is measured. */
const LOOK_MS = 5
const PATIENCE_MS = 30_000

/** Blocks of 100 records and 100 transfers every two seconds, seen by an indexer on each database, by WebSocket and by polling. */
export async function live(
  databases: Databases,
  blocks: number,
  say: (line: string) => void,
): Promise<readonly Latency[]> {
  const chain = await openChain({ name: 'stage', build: prepareContext }, say)
  try {
    const measured: Latency[] = []
    let seed = 1
    for (const door of ['postgres', 'embedded'] as const) {
      for (const by of ['WebSocket', 'polling'] as const) {
        const one = await watch(chain, databases, door, by, blocks, seed)
        seed += blocks + 1
        measured.push(one)
        say(`  live, ${door}, ${by}: p50 ${one.p50Ms.toFixed(0)} ms, p99 ${one.p99Ms.toFixed(0)} ms`)
      }
    }
    return measured
  } finally {
    await chain.anvil.stop()
  }
}

async function watch(
  chain: Chain,
  databases: Databases,
  door: Door,
  by: Latency['by'],
  blocks: number,
  seed: number,
): Promise<Latency> {
  const location = await databases.make(door)
  const more = by === 'WebSocket' ? ['--ws', chain.anvil.url.replace('http', 'ws')] : []
  const contender = await ours(chain, location, { verify: 'receipts', transfers: true, more })
  const running = await runToHead(contender)
  const { recording } = await servedOn(chain.anvil, chain.deployment)
  const waited: number[] = []
  try {
    // The first block is for warming up.
    for (let block = 0; block <= blocks; block++) {
      const due = performance.now() + BLOCK_MS
      await sendAll(chain, recording(seed + block, RECORDS), seed + block)
      const ms = await mineAndAwait(chain.anvil, contender.url)
      if (block > 0) waited.push(ms)
      await sleep(Math.max(0, due - performance.now()))
    }
  } finally {
    await running.stop()
    await databases.drop(location)
  }
  const of = (share: number) => quantile(waited, share)
  return { door, by, blocks, p50Ms: of(0.5), p99Ms: of(0.99), maxMs: of(1) }
}

/** Brings transactions into the node's pool, for its next block. */
async function sendAll({ anvil, deployment }: Chain, batch: Sent, seed: number): Promise<void> {
  const [{ address: operator }, { to, data }] = batch
  const { deployer, contributors } = walletsOf(TRANSFERS)
  const transfers = contributors.map(({ address }) => ({
    from: deployer.address,
    to: deployment.contracts.openToken,
    data: encodeFunctionData({ abi: erc20Abi, functionName: 'transfer', args: [address, BigInt(seed)] }),
    gas: toHex(200_000),
  }))
  const transactions = [{ from: operator, to, data, gas: toHex(16_000_000) }, ...transfers]
  await anvil.askAll(
    transactions.map((transaction): Call => ({ method: 'eth_sendTransaction', params: [transaction] })),
  )
}

const shownSchema = z.object({
  _meta: z.object({ block: z.number() }),
  inferences: z.object({ items: z.array(z.object({ block: z.number() })) }),
  transfers: z.object({ items: z.array(z.object({ block: z.number() })) }),
})

/** Milliseconds from the node's word that the block is mined until answers speak of it and show what is in it. */
async function mineAndAwait(anvil: Anvil, url: string): Promise<number> {
  await anvil.ask('evm_mine')
  const start = performance.now()
  const number = hexToNumber(z.custom<`0x${string}`>().parse(await anvil.ask('eth_blockNumber')))
  const newest = 'orderBy: block, orderDirection: desc, limit: 1'
  const query = `{ _meta { block } inferences(${newest}) { items { block } } transfers(${newest}) { items { block } } }`
  for (;;) {
    const { _meta, inferences, transfers } = await askGraphql(url, query, shownSchema)
    const ms = performance.now() - start
    const shown = [_meta.block, inferences.items[0]?.block, transfers.items[0]?.block]
    if (shown.every((block) => block === number)) return ms
    if (ms > PATIENCE_MS) throw new Error(`Block ${number} is not shown after ${ms} ms: ${shown}`)
    await sleep(LOOK_MS)
  }
}
