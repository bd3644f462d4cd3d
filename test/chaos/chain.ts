import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startLocalChain } from '../../cli/localChain/localChain.ts'
import { DEMO_MNEMONIC, walletCount } from '../../examples/demo/wallets.ts'
import type { LocalLedger } from '../support/localLedger.ts'
import { askOne } from './rpc.ts'
import { isAlive } from './server.ts'

/** The chain's node ends as if its machine was shut down: its state is on disk. */
export async function stopChain({ folder }: LocalLedger): Promise<void> {
  const { pid } = JSON.parse(readFileSync(join(folder, 'chain', 'identity.json'), 'utf8')) as { readonly pid: number }
  process.kill(pid, 'SIGINT')
  while (isAlive(pid)) await sleep(20)
}

/** It comes back on that state and at its old address; gives the way to end it for good. */
export async function restartChain({ folder, rpcUrl, wallets, governance }: LocalLedger): Promise<() => Promise<void>> {
  const chain = await startLocalChain({
    folder: join(folder, 'chain'),
    port: Number(new URL(rpcUrl).port),
    accounts: walletCount(wallets.contributors.length),
    mnemonic: DEMO_MNEMONIC,
  })
  await askOne(rpcUrl, 'anvil_impersonateAccount', governance.account.address)
  return chain.stop
}
