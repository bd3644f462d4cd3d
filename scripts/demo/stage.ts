import { join } from 'node:path'
import type { LocalAccount } from 'viem'
import { type Wallet, walletOn } from '../../sdk/chain.ts'
import type { Connection } from '../../sdk/contracts.ts'
import type { LocalChain } from './localChain.ts'
import type { Progress } from './progress.ts'
import type { DemoSettings } from './settings.ts'
import type { Cast } from './wallets.ts'

/** Where the demo plays: what every step of it is handed. */
export interface Stage {
  readonly settings: DemoSettings
  readonly progress: Progress
  readonly chain: LocalChain
  readonly cast: Cast
  readonly connection: Connection
}

export function walletOf({ connection }: Stage, account: LocalAccount): Wallet {
  return walletOn(connection.reader, account)
}

/** Where each step keeps the file that it writes. */
export function placesIn({ folder }: Pick<DemoSettings, 'folder'>) {
  return {
    scenario: join(folder, 'scenario.json'),
    chain: join(folder, 'chain'),
    deployment: join(folder, 'deployment.json'),
    contributors: join(folder, 'contributors'),
    run: join(folder, 'run'),
    publication: join(folder, 'publication'),
    blobs: join(folder, 'blobs'),
    calls: join(folder, 'operator', 'calls.jsonl'),
    index: join(folder, 'index'),
    summary: join(folder, 'summary.json'),
  }
}
