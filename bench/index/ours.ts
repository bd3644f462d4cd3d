import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { Verification } from '../../chain/verify/verification.ts'
import type { DatabaseLocation } from '../../indexer/store/database.ts'
import { freePort } from '../../test/support/localLedger.ts'
import type { Chain } from './chains.ts'
import type { Contender } from './contender.ts'

const PROJECT = fileURLToPath(new URL('../../', import.meta.url))

export interface OurOptions {
  readonly verify: Verification
  /** Whether the token's transfers are followed as well. */
  readonly transfers: boolean
  readonly more?: readonly string[]
}

/** The Node options of `npm run indexer`, which are those of `attribution index`. */
function script(): readonly string[] {
  const manifest = z.object({ scripts: z.object({ indexer: z.string() }) })
  const { scripts } = manifest.parse(JSON.parse(readFileSync(`${PROJECT}package.json`, 'utf8')))
  return scripts.indexer.replace(/^exec node /, '').split(' ')
}

/** Our indexer, as people run it. */
export async function ours(
  { anvil, deploymentFile }: Pick<Chain, 'anvil' | 'deploymentFile'>,
  database: DatabaseLocation,
  { verify, transfers, more = [] }: OurOptions,
): Promise<Contender> {
  const port = await freePort()
  return {
    name: `ours, --verify=${verify}`,
    folder: PROJECT,
    // biome-ignore format: one option a line reads best
    command: [
      process.execPath, ...script(),
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
