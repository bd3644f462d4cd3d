import { type ChildProcess, spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from './localLedger.ts'

/** A node for developers, of a make that we did not choose for ourselves. */
export interface DevNode {
  readonly url: string
  request(method: string, params?: readonly unknown[]): Promise<unknown>
  stop(): Promise<void>
}

const { resolve } = createRequire(import.meta.url)
const arch = process.arch === 'x64' ? 'amd64' : process.arch
const anvil = resolve(`@foundry-rs/anvil-${process.platform}-${arch}/bin/anvil`)

const startAnvil = (port: number, ...make: string[]) =>
  spawn(anvil, ['--quiet', '--port', `${port}`, '--no-mining', '--prune-history', '64', ...make])

const makes = {
  'anvil, of the newest fork': (port: number) => startAnvil(port, '--hardfork', 'osaka'),
  'anvil, before cells of blobs are proven': (port: number) => startAnvil(port, '--hardfork', 'prague'),
  'anvil, before blobs': (port: number) => startAnvil(port, '--hardfork', 'shanghai'),
  'anvil, before the base fee': (port: number) => startAnvil(port, '--hardfork', 'berlin'),
  'anvil, as a chain of the OP stack': (port: number) => startAnvil(port, '--network', 'optimism'),
  'hardhat, which gives receipts only one by one': (port: number) =>
    spawn(process.execPath, ['node_modules/.bin/hardhat', 'node', '--port', `${port}`]),
} as const

export type Make = keyof typeof makes
export const allMakes = Object.keys(makes) as readonly Make[]

export async function startDevNode(make: Make): Promise<DevNode> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const child: ChildProcess = makes[make](port)
  const ended = new Promise<void>((done) => child.once('close', () => done()))
  const request = async (method: string, params: readonly unknown[] = []) => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
    const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    const { result, error } = (await response.json()) as { result?: unknown; error?: { message: string } }
    if (error !== undefined) throw new Error(`${method}: ${error.message}`)
    return result
  }
  for (let waited = 0; waited < 60_000; waited += 100) {
    if (await request('eth_chainId').then(Boolean, () => false)) break
    await sleep(100)
  }
  return {
    url,
    request,
    stop: async () => {
      child.kill('SIGTERM')
      await ended
    },
  }
}
