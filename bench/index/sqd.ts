import { z } from 'zod'
import { freePort } from '../../test/support/localLedger.ts'
import type { Chain } from './chains.ts'
import type { Contender } from './contender.ts'
import { withClient } from './databases.ts'
import { folderOf, type Rival } from './install.ts'

export const SQD: Rival = { name: 'SQD', option: 'sqd', main: '@subsquid/evm-processor' }

/** The program that writes; the one that would answer GraphQL is another, and is not started. */
export async function sqd({ anvil, deployment }: Chain, databaseUrl: string): Promise<Contender> {
  const port = await freePort()
  return {
    name: SQD.name,
    folder: folderOf(SQD),
    command: [process.execPath, 'main.js'],
    env: {
      RPC_URL: anvil.url,
      TOKEN: deployment.contracts.openToken,
      START_BLOCK: `${deployment.startBlock}`,
      DB_URL: databaseUrl,
      PORT: `${port}`,
    },
    url: `http://127.0.0.1:${port}`,
  }
}

/** How many transfers it has stored. */
export async function transfersOfSqd(databaseUrl: string): Promise<number> {
  const { rows } = await withClient(databaseUrl, (client) =>
    client.query('select count(*)::int4 as transfers from transfer'),
  )
  return z.int().parse(rows[0]?.transfers)
}
