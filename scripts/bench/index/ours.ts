import { fileURLToPath } from 'node:url'
import type { DatabaseLocation } from '../../../indexer/store/database.ts'
import type { Verification } from '../../../indexer/sync/verify/verification.ts'
import { freePort } from '../../../test/scripts/localLedger.ts'
import type { Chain } from './chains.ts'
import type { Contender } from './contender.ts'

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url))

export interface OurOptions {
  readonly verify: Verification
  /** Whether the token's transfers are followed as well. */
  readonly transfers: boolean
  readonly more?: readonly string[]
  /** Options of Node's own, before ours: such as `--cpu-prof`. */
  readonly node?: readonly string[]
}

/** Our indexer, as people run it. */
export async function ours(
  { anvil, deploymentFile }: Pick<Chain, 'anvil' | 'deploymentFile'>,
  database: DatabaseLocation,
  { verify, transfers, more = [], node = [] }: OurOptions,
): Promise<Contender> {
  const port = await freePort()
  return {
    name: `ours, --verify=${verify}`,
    folder: PROJECT,
    // biome-ignore format: one option a line reads best
    command: [
      process.execPath, ...node, 'indexer/main.ts',
      '--deployment', deploymentFile,
      '--rpc', anvil.url,
      '--verify', verify,
      '--database', database.kind === 'postgres' ? database.url : database.folder,
      '--port', `${port}`,
      ...(transfers ? ['--transfers'] : []),
      ...more,
    ],
    env: {},
    url: `http://127.0.0.1:${port}`,
  }
}
