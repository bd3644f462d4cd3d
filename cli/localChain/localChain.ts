import { spawn } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import { createTestClient, http, type TestClient } from 'viem'
import * as z from 'zod'
import { connectReader, type Reader } from '../../sdk/chain.ts'
import { StopError } from '../../sdk/errors.ts'
import { makeFolder } from '../../sdk/node/makeFolder.ts'
import { writeWhole } from '../../sdk/node/writeWhole.ts'
import { isFree, portTaken } from './ports.ts'

/** A chain of one's own with its state on disk: anvil, found again after a restart and distinguished from other chains. */

export const LOCAL_CHAIN_ID = 31_337

export interface LocalChain {
  readonly rpcUrl: string
  readonly reader: Reader
  /** Moves the chain's clock; only a chain of one's own can. */
  readonly passSeconds: (seconds: number) => Promise<void>
  readonly stop: () => Promise<void>
}

interface LocalChainOptions {
  readonly folder: string
  readonly port: number
  /** How many funded accounts the chain begins with. */
  readonly accounts: number
  readonly mnemonic: string
  /** Whether the states of all blocks are kept, on disk as soon as they are many; by default they are. */
  readonly keepsHistory?: boolean
  /** How its caller chooses another port. */
  readonly portOption?: string
}

/**
 * A restarted anvil has the state of its newest block alone: half a megabyte a block is too much to keep. Anyone who stays some blocks
 * below the head, as watchers do, asks for a state that it has once there are blocks above it.
 */
const BLOCKS_AFTER_RESTART = 3

/** How many blocks' states stay in memory where no more are asked for. */
const STATES_KEPT = 64

/** A chain is known by the time of its first block, the second in which it began. `owner` is the process that started it. */
const identitySchema = z.strictObject({ bornAt: z.int(), pid: z.int(), port: z.int(), owner: z.int().optional() })
type Identity = z.infer<typeof identitySchema>

export async function startLocalChain(options: LocalChainOptions): Promise<LocalChain> {
  makeFolder(options.folder)
  const rpcUrl = `http://127.0.0.1:${options.port}`
  const known = readIdentity(options.folder)
  if (known !== undefined) await requireLeft(options, known)
  const bornAt = known?.bornAt ?? secondsNow()
  const left = (await isFree(options.port)) ? undefined : await findLeftRunning(options, known)
  const pid = left ?? (await launch(options, rpcUrl, bornAt))
  writeIdentity(options.folder, { bornAt, pid, port: options.port, owner: process.pid })
  const reader = await connectReader(rpcUrl, LOCAL_CHAIN_ID)
  const clock = createTestClient({ mode: 'anvil', chain: reader.chain, transport: http(rpcUrl) })
  if (left === undefined) {
    await catchUp(reader, clock, bornAt)
    if (known !== undefined) await clock.mine({ blocks: BLOCKS_AFTER_RESTART })
  }
  return {
    rpcUrl,
    reader,
    passSeconds: async (seconds) => {
      await clock.increaseTime({ seconds })
      await clock.mine({ blocks: 1 })
    },
    stop: () => stop(pid),
  }
}

async function launch(options: LocalChainOptions, rpcUrl: string, bornAt: number): Promise<number> {
  const state = `${options.folder}/state.json`
  restoreIfTorn(state)
  // A restarted anvil does not read the old states that an earlier one has written.
  const states = `${options.folder}/states`
  rmSync(states, { recursive: true, force: true })
  mkdirSync(states)
  const log = openSync(`${options.folder}/anvil.log`, 'a')
  const child = spawn(
    anvilBinary(),
    // biome-ignore format: one option a line reads best
    [
      '--quiet',
      '--host', '127.0.0.1',
      '--port', `${options.port}`,
      '--chain-id', `${LOCAL_CHAIN_ID}`,
      '--hardfork', 'osaka',
      '--mnemonic', options.mnemonic,
      '--accounts', `${options.accounts}`,
      // A restart makes the first block again before it loads the others; with another time it would be another chain's.
      '--timestamp', `${bornAt}`,
      '--state', state,
      '--state-interval', '1',
      ...(options.keepsHistory === false ? ['--prune-history', `${STATES_KEPT}`] : ['--cache-path', states]),
    ],
    // A group of its own: Ctrl-C reaches us first, and the chain is stopped when everything that uses it has ended.
    { detached: true, stdio: ['ignore', log, log] },
  )
  const { pid } = child
  // Written at once: if this process is killed now, the next start recognises the chain as its own.
  if (pid !== undefined) writeIdentity(options.folder, { bornAt, pid, port: options.port, owner: process.pid })
  let exited = pid === undefined
  child.on('error', () => {
    exited = true
  })
  child.on('exit', () => {
    exited = true
  })
  child.unref()
  for (let waited = 0; waited < 30_000 && !exited; waited += 50) {
    if (pid !== undefined && (await answers(rpcUrl))) return pid
    await sleep(50)
  }
  throw new StopError(
    `The local chain does not start: ${readFileSync(`${options.folder}/anvil.log`, 'utf8').trim().split('\n').at(-1) || 'it says nothing'}`,
    { port: options.port },
    `Look at ${options.folder}/anvil.log, or remove ${options.folder} to start again.`,
  )
}

/**
 * Two chains on one folder would overwrite each other's state. One that a killed start left on another port is stopped; one that
 * somebody uses is left alone.
 */
async function requireLeft({ folder, port }: LocalChainOptions, known: Identity): Promise<void> {
  const { owner, pid } = known
  if (known.port === port && (owner === undefined || owner === process.pid)) return
  if (!isAlive(pid) || !(await isChain(known))) return
  if (owner !== undefined && owner !== process.pid && isAlive(owner))
    throw new StopError(
      `${folder} is in use by process ${owner}: its chain answers on port ${known.port}`,
      {},
      'Use that chain, or stop it first; another chain needs another folder.',
    )
  if (known.port !== port) await stop(pid)
}

/** Something listens on our port. It is ours if an earlier start of ours was killed and left its chain running. */
async function findLeftRunning(
  { port, portOption = '--port' }: LocalChainOptions,
  known: Identity | undefined,
): Promise<number> {
  if (known?.port === port && (await isChain(known))) return known.pid
  throw portTaken(port, portOption)
}

/** Removes a chain for good, and stops it first where a killed start left it running. */
export async function discardLocalChain(folder: string): Promise<void> {
  const known = readIdentity(folder)
  if (known !== undefined && (await isChain(known))) await stop(known.pid)
  rmSync(folder, { recursive: true, force: true })
}

/** Whether what listens on the port is the chain we know; one that was left while it started gets a moment to answer. */
async function isChain({ bornAt, port }: Identity): Promise<boolean> {
  const rpcUrl = `http://127.0.0.1:${port}`
  for (let waited = 0; waited < 2_000 && !(await isFree(port)); waited += 50) {
    if (await answers(rpcUrl)) {
      const first = await (await connectReader(rpcUrl)).getBlock({ blockNumber: 0n })
      return first.timestamp === BigInt(bornAt)
    }
    await sleep(50)
  }
  return false
}

/** A restarted anvil counts from the chain's birth again, and would let time run backwards. */
async function catchUp(reader: Reader, clock: TestClient, bornAt: number): Promise<void> {
  const { timestamp } = await reader.getBlock({ blockTag: 'latest' })
  const missing = Math.max(Number(timestamp) + 1, secondsNow()) - bornAt
  if (missing > 0) await clock.increaseTime({ seconds: missing })
}

function secondsNow(): number {
  return Math.floor(Date.now() / 1000)
}

/** Waits for the process and not for its port: the state is written after the port is closed. */
async function stop(pid: number): Promise<void> {
  for (let waited = 0; waited < 10_000 && isAlive(pid); waited += 50) {
    if (waited === 0) process.kill(pid, 'SIGINT')
    await sleep(50)
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  // Where nobody collects orphans, an ended process keeps its number as a zombie, which /proc shows.
  const stat = `/proc/${pid}/stat`
  return !existsSync(stat) || !/\) Z /.test(readFileSync(stat, 'utf8'))
}

/** A power cut in the middle of a write leaves half a state file; the copy from the last start is whole. */
function restoreIfTorn(state: string): void {
  if (!existsSync(state)) return
  const copy = `${state}.last`
  try {
    JSON.parse(readFileSync(state, 'utf8'))
    copyFileSync(state, copy)
  } catch {
    rmSync(state)
    if (existsSync(copy)) renameSync(copy, state)
  }
}

async function answers(rpcUrl: string): Promise<boolean> {
  try {
    const response = await fetch(rpcUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}',
      signal: AbortSignal.timeout(2_000),
    })
    return response.ok
  } catch {
    return false
  }
}

const identityPath = (folder: string): string => `${folder}/identity.json`

function writeIdentity(folder: string, identity: Identity): void {
  writeWhole(identityPath(folder), `${JSON.stringify(identity)}\n`)
}

function readIdentity(folder: string): Identity | undefined {
  if (!existsSync(identityPath(folder))) return undefined
  try {
    return identitySchema.parse(JSON.parse(readFileSync(identityPath(folder), 'utf8')))
  } catch {
    return undefined
  }
}

/** The program itself, not npm's wrapper around it, so that signals reach it. */
function anvilBinary(): string {
  const arch = process.arch === 'x64' ? 'amd64' : process.arch
  try {
    return createRequire(import.meta.url).resolve(`@foundry-rs/anvil-${process.platform}-${arch}/bin/anvil`)
  } catch (cause) {
    throw new StopError(
      `There is no anvil for ${process.platform} on ${process.arch}`,
      {},
      'Run `npm ci` without --omit=optional, or use a machine that anvil is published for.',
      cause,
    )
  }
}
