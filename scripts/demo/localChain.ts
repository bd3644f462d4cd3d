import { spawn } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import { createTestClient, http, type TestClient } from 'viem'
import * as z from 'zod'
import { connectReader, type Reader } from '../../sdk/chain.ts'
import { StopError } from '../../sdk/errors.ts'
import { isFree } from './ports.ts'

/** A chain of one's own with its state on disk: anvil, found again after a restart and told apart from strangers. */

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
}

/** A chain is known by its first block, whose time makes it unlike any other. */
const identitySchema = z.strictObject({ genesis: z.string(), pid: z.int(), port: z.int() })
type Identity = z.infer<typeof identitySchema>

export async function startLocalChain(options: LocalChainOptions): Promise<LocalChain> {
  mkdirSync(options.folder, { recursive: true })
  const rpcUrl = `http://127.0.0.1:${options.port}`
  const left = (await isFree(options.port)) ? undefined : await findLeftRunning(options, rpcUrl)
  const pid = left ?? (await launch(options, rpcUrl))
  const reader = await connectReader(rpcUrl, LOCAL_CHAIN_ID)
  const genesis = await genesisOf(reader)
  writeFileSync(
    identityPath(options.folder),
    `${JSON.stringify({ genesis, pid, port: options.port } satisfies Identity)}\n`,
  )

  const clock = createTestClient({ mode: 'anvil', chain: reader.chain, transport: http(rpcUrl) })
  if (left === undefined) await catchUp(reader, clock)
  return {
    rpcUrl,
    reader,
    passSeconds: async (seconds) => {
      await clock.increaseTime({ seconds })
      await clock.mine({ blocks: 1 })
    },
    stop: () => stop(pid, options),
  }
}

async function launch(options: LocalChainOptions, rpcUrl: string): Promise<number> {
  const state = `${options.folder}/state.json`
  restoreIfTorn(state)
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
      '--state', state,
      '--state-interval', '1',
    ],
    // A group of its own: Ctrl-C reaches us first, and the chain is stopped when everything that uses it has ended.
    { detached: true, stdio: ['ignore', log, log] },
  )
  const { pid } = child
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
    'The local chain does not start',
    { port: options.port, log: readFileSync(`${options.folder}/anvil.log`, 'utf8').trim().split('\n').at(-1) ?? '' },
    `Look at ${options.folder}/anvil.log, or begin anew with --fresh.`,
  )
}

/** Something listens on our port. It is ours if an earlier start of ours was killed and left its chain running. */
async function findLeftRunning({ folder, port }: LocalChainOptions, rpcUrl: string): Promise<number> {
  const known = readIdentity(folder)
  if (known?.port === port && (await isChain(rpcUrl, known))) return known.pid
  throw new StopError(
    `Port ${port} is taken by another program`,
    {},
    'Stop that program, or choose another port with --rpc-port.',
  )
}

/** Removes a chain for good, and stops it first where a killed start left it running. */
export async function discardLocalChain(folder: string): Promise<void> {
  const known = readIdentity(folder)
  if (known !== undefined && (await isChain(`http://127.0.0.1:${known.port}`, known))) await stop(known.pid, known)
  rmSync(folder, { recursive: true, force: true })
}

async function isChain(rpcUrl: string, { genesis }: Identity): Promise<boolean> {
  return (await answers(rpcUrl)) && (await genesisOf(await connectReader(rpcUrl))) === genesis
}

/** anvil forgets on a restart that its clock was moved, and would let time run backwards. */
async function catchUp(reader: Reader, clock: TestClient): Promise<void> {
  const { timestamp } = await reader.getBlock({ blockTag: 'latest' })
  const behind = Number(timestamp) - Math.floor(Date.now() / 1000)
  if (behind > 0) await clock.increaseTime({ seconds: behind + 1 })
}

async function stop(pid: number, { port }: { readonly port: number }): Promise<void> {
  try {
    process.kill(pid, 'SIGINT')
  } catch {
    return
  }
  for (let waited = 0; waited < 10_000; waited += 50) {
    if (await isFree(port)) return
    await sleep(50)
  }
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

async function genesisOf(reader: Reader): Promise<string> {
  return (await reader.getBlock({ blockNumber: 0n })).hash
}

const identityPath = (folder: string): string => `${folder}/identity.json`

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
