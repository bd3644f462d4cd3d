import { rmSync } from 'node:fs'
import type { DatabaseLocation } from '../../indexer/store/database.ts'
import { freePort } from '../../test/support/localLedger.ts'
import type { Chain } from './chains.ts'
import type { Contender } from './contender.ts'
import { folderOf, type Rival } from './install.ts'

export const PONDER: Rival = { name: 'Ponder', option: 'ponder', main: 'ponder' }

export async function ponder({ anvil, deployment }: Chain, database: DatabaseLocation): Promise<Contender> {
  const port = await freePort()
  const folder = folderOf(PONDER)
  // Not even its own cache of answers, which it would keep between two runs.
  rmSync(`${folder}.ponder`, { recursive: true, force: true })
  return {
    name: PONDER.name,
    folder,
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
