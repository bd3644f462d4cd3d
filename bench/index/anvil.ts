import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { StopError } from '../../sdk/errors.ts'
import { freePort } from '../../test/support/localLedger.ts'

/** The node that everybody in the benchmark reads from: it mines on request and keeps its chain in a file. */
export interface Anvil {
  readonly url: string
  readonly pid: number
  ask(method: string, params?: readonly unknown[]): Promise<unknown>
  /** Many questions in one request; fails if one of them does. */
  askAll(calls: readonly Call[]): Promise<readonly unknown[]>
  stop(): Promise<void>
}

export interface Call {
  readonly method: string
  readonly params: readonly unknown[]
}

/** As many accounts of the well-known phrase have ether here. */
export const HOLDERS = 1_000
const BLOCK_SECONDS = 2

const answersSchema = z.array(
  z.object({ id: z.int(), result: z.unknown().optional(), error: z.object({ message: z.string() }).optional() }),
)

/** `save` names the file that the chain is written to when the node stops, `load` the one that it goes on from. */
export async function startAnvil(chain: { readonly save: string } | { readonly load: string }): Promise<Anvil> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const state = 'save' in chain ? ['--dump-state', chain.save] : ['--load-state', chain.load]
  const oldStates = mkdtempSync(join(tmpdir(), 'bench-states-'))
  const child = spawn(
    anvilBinary(),
    // biome-ignore format: one option a line reads best
    [
      '--quiet',
      '--port', `${port}`,
      '--hardfork', 'osaka',
      '--accounts', `${HOLDERS}`,
      // The same first block every time, so that the same chain comes out of the same seed.
      '--timestamp', '1700000000',
      '--gas-limit', '60000000',
      '--order', 'fifo',
      '--cache-path', oldStates,
      ...state,
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  )
  const askAll = (calls: readonly Call[]) => post(url, calls)
  const ask = async (method: string, params: readonly unknown[] = []) => (await askAll([{ method, params }]))[0]
  await untilAnswering(child, () => ask('eth_chainId'))
  await ask('anvil_setBlockTimestampInterval', [BLOCK_SECONDS])
  return { url, pid: child.pid ?? 0, ask, askAll, stop: () => stop(child, oldStates) }
}

async function post(url: string, calls: readonly Call[]): Promise<readonly unknown[]> {
  const body = JSON.stringify(calls.map((call, id) => ({ jsonrpc: '2.0', id, ...call })))
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  const answers = answersSchema.parse(await response.json())
  return answers
    .toSorted((a, b) => a.id - b.id)
    .map(({ id, result, error }) => {
      if (error === undefined) return result
      throw new Error(`anvil refuses ${calls[id]?.method}: ${error.message}`)
    })
}

async function untilAnswering(child: ChildProcess, ask: () => Promise<unknown>): Promise<void> {
  // A chain of a million transactions takes a while to load.
  for (let waited = 0; waited < 300_000 && child.exitCode === null; waited += 50) {
    try {
      await ask()
      return
    } catch {
      await sleep(50)
    }
  }
  child.kill('SIGKILL')
  throw new StopError('The chain of the benchmark does not start', {}, 'Run again with --fresh to make it anew.')
}

/** Waits for the process: the chain is written after the port is closed. */
async function stop(child: ChildProcess, oldStates: string): Promise<void> {
  if (child.exitCode === null) {
    const ended = once(child, 'exit')
    child.kill('SIGINT')
    await ended
  }
  rmSync(oldStates, { recursive: true, force: true })
}

/** The program itself, not npm's wrapper around it, so that signals reach it. */
function anvilBinary(): string {
  const arch = process.arch === 'x64' ? 'amd64' : process.arch
  return createRequire(import.meta.url).resolve(`@foundry-rs/anvil-${process.platform}-${arch}/bin/anvil`)
}
