import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Address, createTestClient, http, type LocalAccount, parseEther } from 'viem'
import { startLocalChain } from '../../cli/localChain/localChain.ts'
import { freePort } from '../../cli/localChain/ports.ts'
import { DEMO_MNEMONIC, type Wallets, walletCount, walletsOf } from '../../examples/demo/wallets.ts'
import { type Reader, type Wallet, walletOn } from '../../sdk/chain.ts'
import { type Connection, connect } from '../../sdk/contracts.ts'
import type { Deployment } from '../../sdk/deployment.ts'
import { newFolder } from './folder.ts'
import { deployTestLedger } from './ledgerDeployment.ts'

export { freePort } from '../../cli/localChain/ports.ts'

/** A deployed ledger on a chain of the test's own, and everyone who takes part in it. */
export interface LocalLedger {
  readonly folder: string
  readonly rpcUrl: string
  readonly deployment: Deployment
  readonly connection: Connection
  readonly wallets: Wallets
  readonly walletOf: (account: LocalAccount) => Wallet
  /** The timelock, as if its votes had been won: only a chain of one's own lets it sign. */
  readonly governance: Wallet
  readonly passSeconds: (seconds: number) => Promise<void>
  readonly stop: () => Promise<void>
}

/** Thousands of blocks leave gigabytes of old states, so a test that asks for none says that it does without. */
export async function startLocalLedger(contributors: number, { keepsHistory = true } = {}): Promise<LocalLedger> {
  const folder = newFolder('ledger')
  const chain = await startLocalChain({
    folder: join(folder, 'chain'),
    port: await freePort(),
    accounts: walletCount(contributors),
    mnemonic: DEMO_MNEMONIC,
    keepsHistory,
  })
  const wallets = walletsOf(contributors)
  const deployment = await deployTestLedger(chain.rpcUrl)
  const connection = await connect(chain.rpcUrl, deployment)
  return {
    folder,
    rpcUrl: chain.rpcUrl,
    deployment,
    connection,
    wallets,
    walletOf: (account) => walletOn(connection.reader, account),
    governance: await impersonate(connection.reader, deployment.contracts.timelock, wallets.deployer),
    passSeconds: chain.passSeconds,
    stop: async () => {
      await chain.stop()
      rmSync(folder, { recursive: true })
    },
  }
}

async function impersonate(reader: Reader, address: Address, funder: LocalAccount): Promise<Wallet> {
  const wallet = walletOn(reader, { address, type: 'json-rpc' })
  await createTestClient({ mode: 'anvil', chain: reader.chain, transport: http() }).impersonateAccount({ address })
  const hash = await walletOn(reader, funder).sendTransaction({ to: address, value: parseEther('10') })
  await reader.waitForTransactionReceipt({ hash })
  return wallet
}
