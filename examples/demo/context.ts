import type { LocalAccount } from 'viem'
import type { LocalChain } from '../../cli/localChain/localChain.ts'
import { type Wallet, walletOn } from '../../sdk/chain.ts'
import type { Connection } from '../../sdk/contracts.ts'
import type { Progress } from './progress.ts'
import type { DemoSettings } from './settings.ts'
import type { Wallets } from './wallets.ts'

/** Where the demo plays: what every step of it is handed. */
export interface Context {
  readonly settings: DemoSettings
  readonly progress: Progress
  readonly chain: LocalChain
  readonly wallets: Wallets
  readonly connection: Connection
}

export function walletOf({ connection }: Context, account: LocalAccount): Wallet {
  return walletOn(connection.reader, account)
}
