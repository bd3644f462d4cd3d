import { rmSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Address,
  concat,
  createTestClient,
  encodeFunctionData,
  http,
  keccak256,
  type LocalAccount,
  parseEther,
  toHex,
  zeroHash,
} from 'viem'
import { startLocalChain } from '../../cli/localChain/localChain.ts'
import { freePort } from '../../cli/localChain/ports.ts'
import { DEMO_MNEMONIC, type Wallets, walletCount, walletsOf } from '../../examples/demo/wallets.ts'
import { type Reader, type Wallet, walletOn } from '../../sdk/chain.ts'
import type { ContractCall } from '../../sdk/contractCall.ts'
import { type Connection, connect } from '../../sdk/contracts.ts'
import type { Deployment } from '../../sdk/deployment.ts'
import { transact } from '../../sdk/node/transactions/transact.ts'
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

/** Where TimelockController keeps when an operation may be executed; 1 is done, and any later second of the past is ready. */
const [TIMESTAMPS, READY] = [1n, 2n]
let salts = 0n

/** Has the timelock execute a call, as if it had been voted for and its delay were over: no time passes. */
export async function executeAsDecided({ connection, wallets, walletOf }: LocalLedger, call: ContractCall) {
  const { reader, contracts } = connection
  const { timelock } = contracts
  salts += 1n
  const operation = [call.to, 0n, call.data, zeroHash, toHex(salts, { size: 32 })] as const
  const id = await reader.readContract({ ...timelock, functionName: 'hashOperation', args: operation })
  const index = keccak256(concat([id, toHex(TIMESTAMPS, { size: 32 })]))
  const node = createTestClient({ mode: 'anvil', chain: reader.chain, transport: http() })
  await node.setStorageAt({ address: timelock.address, index, value: toHex(READY, { size: 32 }) })
  // It may carry ether, so `callTo` knows it not.
  const data = encodeFunctionData({ abi: timelock.abi, functionName: 'execute', args: operation })
  const execute = { contract: 'TimelockController', name: 'execute', args: operation, to: timelock.address, data }
  return await transact(reader, walletOf(wallets.deployer), execute)
}
