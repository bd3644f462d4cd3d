import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Hex, numberToHex } from 'viem'
import { DEMO_MNEMONIC, walletCount } from '../../examples/demo/wallets.ts'
import { callTo } from '../../sdk/contractCall.ts'
import { freePort, type LocalLedger, startLocalLedger } from '../support/localLedger.ts'
import type { Random } from '../support/random.ts'
import { askAll, askOne } from './rpc.ts'

/**
 * One chain on two nodes: what happens on the first is repeated on the second with the same
 * transactions and times, so that both make the same blocks.
 */
export interface TwinChains {
  readonly ledger: LocalLedger
  readonly rpcUrls: readonly [string, string]
  readonly blockSeconds: number
  /** The hashes that left the chain. */
  readonly orphans: ReadonlySet<string>
  /** The hashes of the chain, by number. */
  readonly hashes: ReadonlyMap<number, string>
  height(): number
  /** Makes a block with so many accounts opened in it. */
  mine(events: number): Promise<void>
  /** Takes the newest blocks back, and makes one more in their place. */
  reorg(depth: number, random: Random): Promise<void>
  stop(): Promise<void>
}

const arch = process.arch === 'x64' ? 'amd64' : process.arch
const anvil = createRequire(import.meta.url).resolve(`@foundry-rs/anvil-${process.platform}-${arch}/bin/anvil`)

const BLOCKS_BEFORE = 30

interface Told {
  readonly hash: string
  readonly number: Hex
  readonly timestamp: Hex
}

export async function startTwinChains(random: Random, blockSeconds = 12): Promise<TwinChains> {
  const ledger = await startLocalLedger(0)
  await askOne(ledger.rpcUrl, 'evm_setAutomine', false)
  const twins = [await startTwin(ledger.rpcUrl), await startTwin(ledger.rpcUrl)] as const
  const rpcUrls = [twins[0].rpcUrl, twins[1].rpcUrl] as const
  const orphans = new Set<string>()
  const hashes = new Map<number, string>()
  const headOf = (url: string) => askOne(url, 'eth_getBlockByNumber', 'latest', false) as Promise<Told>
  const first = await headOf(rpcUrls[0])
  let height = Number(first.number)
  let time = Number(first.timestamp)
  const { deployer } = ledger.wallets
  const { accounts } = ledger.connection.contracts

  const signed = async (events: number): Promise<readonly Hex[]> => {
    const nonce = Number(await askOne(rpcUrls[0], 'eth_getTransactionCount', deployer.address, 'latest'))
    return await Promise.all(
      Array.from({ length: events }, (_, i) => {
        const { to, data } = callTo(accounts, 'open', [random.hex(20)])
        const fees = { maxFeePerGas: 10n ** 11n, maxPriorityFeePerGas: 1n, gas: 200_000n }
        const { chainId } = ledger.deployment
        return deployer.signTransaction({ type: 'eip1559', chainId, nonce: nonce + i, to, data, ...fees })
      }),
    )
  }

  const mineAt = async (seconds: number, events: number): Promise<void> => {
    time = seconds
    const raw = await signed(events)
    const acts = [
      ...raw.map((tx) => ({ method: 'eth_sendRawTransaction', params: [tx] })),
      { method: 'evm_setNextBlockTimestamp', params: [numberToHex(time)] },
      { method: 'evm_mine', params: [] },
    ]
    await Promise.all(rpcUrls.map((url) => askAll(url, acts)))
    const [one, other] = await Promise.all(rpcUrls.map(headOf))
    if (one?.hash !== other?.hash) throw new Error(`The twins differ at block ${one?.number}`)
    height = Number(one?.number)
    hashes.set(height, String(one?.hash))
  }

  // What was deployed came faster than blocks of a chain do.
  for (let i = 0; i < BLOCKS_BEFORE; i++) await mineAt(time + blockSeconds, i % 10 === 0 ? 1 : 0)
  return {
    ledger,
    rpcUrls,
    blockSeconds,
    orphans,
    hashes,
    height: () => height,
    mine: (events) => mineAt(time + blockSeconds, events),
    reorg: async (depth, from) => {
      for (let number = height - depth + 1; number <= height; number++) {
        orphans.add(String(hashes.get(number)))
        hashes.delete(number)
      }
      await Promise.all(rpcUrls.map((url) => askOne(url, 'anvil_rollback', depth)))
      const { timestamp } = await headOf(rpcUrls[0])
      // A second later than before, so that no block is the same.
      const begun = Number(timestamp)
      for (let i = 1; i <= depth + 1; i++) await mineAt(begun + i * blockSeconds + 1, from.below(2))
    },
    stop: async () => {
      await Promise.all(twins.map(({ stop }) => stop()))
      await ledger.stop()
    },
  }
}

/** A node that begins with everything another has. */
async function startTwin(rpcUrl: string): Promise<{ readonly rpcUrl: string; readonly stop: () => Promise<void> }> {
  const [{ timestamp }, state] = (await askAll(rpcUrl, [
    { method: 'eth_getBlockByNumber', params: ['0x0', false] },
    { method: 'anvil_dumpState', params: [] },
  ])) as [Told, string]
  const port = await freePort()
  const child = spawn(
    anvil,
    // biome-ignore format: one option a line reads best
    [
      '--quiet', '--no-mining',
      '--port', `${port}`,
      '--chain-id', '31337',
      '--hardfork', 'osaka',
      '--mnemonic', DEMO_MNEMONIC,
      '--accounts', `${walletCount(0)}`,
      '--timestamp', `${Number(timestamp)}`,
      '--max-persisted-states', '0',
    ],
    { stdio: 'ignore' },
  )
  const twin = `http://127.0.0.1:${port}`
  for (let waited = 0; waited < 60_000; waited += 50) {
    if (await askOne(twin, 'eth_chainId').then(Boolean, () => false)) break
    await sleep(50)
  }
  await askOne(twin, 'anvil_loadState', state)
  return {
    rpcUrl: twin,
    stop: async () => {
      child.kill('SIGTERM')
      if (child.exitCode === null) await once(child, 'close')
    },
  }
}
