import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { z } from 'zod'
import type { DatabaseLocation } from '../../../indexer/store/database.ts'
import { StopError } from '../../../sdk/errors.ts'
import { freePort } from '../../../test/scripts/localLedger.ts'
import type { Chain } from './chains.ts'
import type { Contender } from './contender.ts'

/** Ponder, beside us: a project of its own with its own lock, installed when it is asked for and never a dependency of ours. */

const PROJECT = fileURLToPath(new URL('../ponder/', import.meta.url))
/** A copy, because it writes into its folder. */
const FOLDER = fileURLToPath(new URL('../../../var/bench/ponder/', import.meta.url))

/** Installs it, and says which version that is. */
export async function installPonder(): Promise<string> {
  const lock = readFileSync(`${PROJECT}package-lock.json`)
  if (!existsSync(`${FOLDER}package-lock.json`) || !readFileSync(`${FOLDER}package-lock.json`).equals(lock)) {
    rmSync(FOLDER, { recursive: true, force: true })
  }
  mkdirSync(FOLDER, { recursive: true })
  cpSync(PROJECT, FOLDER, { recursive: true })
  try {
    const npm = ['ci', '--ignore-scripts', '--no-audit', '--no-fund']
    if (!existsSync(`${FOLDER}node_modules/ponder`)) await promisify(execFile)('npm', npm, { cwd: FOLDER })
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('\n').slice(0, 4).join(' ') : String(cause)
    throw new StopError('Ponder cannot be installed', { reason }, 'Look at the network, or leave out --ponder.')
  }
  const manifest = JSON.parse(readFileSync(`${FOLDER}node_modules/ponder/package.json`, 'utf8'))
  return z.object({ version: z.string() }).parse(manifest).version
}

export async function ponder({ anvil, deployment }: Chain, database: DatabaseLocation): Promise<Contender> {
  const port = await freePort()
  // Not even its own cache of answers, which it would keep between two runs.
  rmSync(`${FOLDER}.ponder`, { recursive: true, force: true })
  return {
    name: 'Ponder',
    folder: FOLDER,
    // biome-ignore format: one option a line reads best
    command: [
      process.execPath, 'node_modules/ponder/dist/esm/bin/ponder.js', 'start',
      '--schema', 'bench',
      '--port', `${port}`,
      '--log-level', 'warn',
    ],
    env: {
      PONDER_TELEMETRY_DISABLED: 'true',
      RPC_URL: anvil.url,
      TOKEN: deployment.contracts.openToken,
      START_BLOCK: `${deployment.startBlock}`,
      ...(database.kind === 'postgres' ? { DATABASE_URL: database.url } : { PGLITE_FOLDER: database.folder }),
    },
    url: `http://127.0.0.1:${port}`,
  }
}
