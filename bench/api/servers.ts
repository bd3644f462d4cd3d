import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { startLocalChain } from '../../cli/localChain/localChain.ts'
import { DEMO_MNEMONIC } from '../../examples/demo/wallets.ts'
import { StopError } from '../../sdk/errors.ts'
import { newFolder } from '../../test/support/folder.ts'
import { freePort } from '../../test/support/localLedger.ts'
import { folderOf, type Rival } from '../index/install.ts'
import { PONDER } from '../index/ponder.ts'

export const POSTGRAPHILE: Rival = { name: 'PostGraphile', option: 'postgraphile', main: 'postgraphile' }

/** An API as a process of its own. */
export interface Server {
  readonly pid: number
  readonly url: string
  stop(): Promise<void>
}

const PATIENCE_MS = 120_000
const PROJECT = fileURLToPath(new URL('../../', import.meta.url))
const NOWHERE = 'http://127.0.0.1:9'

/** Our readers alone, as `attribution index serve` starts them; there is no rate to limit where one machine asks for all. */
export async function startOurs({ url, schema }: { url: string; schema: string }): Promise<Server> {
  const port = await freePort()
  // biome-ignore format: one option a line reads best
  return await startServer('ours', PROJECT, [
    '--max-semi-space-size=16', '--max-old-space-size=1024', 'indexer/main.ts', 'serve',
    '--database', url,
    '--schema', schema,
    '--port', `${port}`,
    '--readers', '1',
    '--rate-limit', '0',
  ], {}, port)
}

export async function startPostgraphile(url: string): Promise<Server> {
  const port = await freePort()
  const args = ['node_modules/postgraphile/dist/cli-run.js', '--config', 'graphile.config.mjs']
  const env = { DATABASE_URL: url, PORT: `${port}`, NODE_ENV: 'production', GRAPHILE_ENV: 'production' }
  return await startServer(POSTGRAPHILE.name, folderOf(POSTGRAPHILE), args, env, port)
}

/** Has Ponder make its tables by indexing a chain on which there is nothing. */
export async function makePonderTables(url: string): Promise<void> {
  const options = { folder: newFolder('bench-chain'), port: await freePort(), accounts: 1, mnemonic: DEMO_MNEMONIC }
  const chain = await startLocalChain(options)
  try {
    const server = await startPonder(url, 'start', chain.rpcUrl)
    await server.stop()
  } finally {
    await chain.stop()
  }
}

/** Its server alone, which needs no node. */
export async function servePonder(url: string): Promise<Server> {
  return await startPonder(url, 'serve', NOWHERE)
}

async function startPonder(url: string, command: 'start' | 'serve', rpcUrl: string): Promise<Server> {
  const port = await freePort()
  const args = [
    join('node_modules', 'ponder', 'dist', 'esm', 'bin', 'ponder.js'),
    command,
    ...['--schema', 'bench', '--port', `${port}`, '--log-level', 'warn'],
  ]
  const env = {
    PONDER_TELEMETRY_DISABLED: 'true',
    RPC_URL: rpcUrl,
    TOKEN: `0x${'0e'.repeat(20)}`,
    START_BLOCK: '0',
    DATABASE_URL: url,
  }
  return await startServer(PONDER.name, folderOf(PONDER), args, env, port, command === 'start' ? '/ready' : undefined)
}

/** Runs it until it answers at `path`, or GraphQL where none is given. */
async function startServer(
  name: string,
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  port: number,
  path?: string,
): Promise<Server> {
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = once(child, 'close')
  let said = ''
  for (const output of [child.stdout, child.stderr]) {
    output.on('data', (chunk: Buffer) => {
      said = `${said}${chunk}`.slice(-2_000)
    })
  }
  const url = `http://127.0.0.1:${port}`
  const stop = async () => {
    child.kill('SIGTERM')
    await ended
  }
  const begun = performance.now()
  while (!(await answers(url, path))) {
    if (child.exitCode !== null || performance.now() - begun > PATIENCE_MS) {
      if (child.exitCode === null) await stop()
      throw new StopError(`${name} does not answer`, { said: said.trim() }, 'Run it alone to see why.')
    }
    await sleep(100)
  }
  return { pid: child.pid ?? 0, url, stop }
}

async function answers(url: string, path: string | undefined): Promise<boolean> {
  try {
    if (path !== undefined) return (await fetch(`${url}${path}`)).ok
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body: '{"query":"{ __typename }"}' })
    return response.ok && !(await response.text()).includes('"errors"')
  } catch {
    return false
  }
}
