import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createTestClient,
  type Hex,
  http,
  keccak256,
  type LocalAccount,
  parseEther,
  type TransactionReceipt,
  toHex,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { discardLocalChain, startLocalChain } from '../../cli/localChain/localChain.ts'
import { freePort } from '../../cli/localChain/ports.ts'
import { DEMO_MNEMONIC, type Wallets, walletCount, walletsOf } from '../../examples/demo/wallets.ts'
import { deployLedger } from '../../scripts/deploy/deploy.ts'
import { type Reader, type Wallet, walletOn } from '../../sdk/chain.ts'
import { type ContractCall, callTo, eventIn } from '../../sdk/contractCall.ts'
import { type Connection, connect } from '../../sdk/contracts.ts'
import { transact } from '../../sdk/node/transactions/transact.ts'
import { calldataFloor } from '../floor.ts'
import type { Measured } from './measured.ts'

/** Who acts on a chain of one's own, and how. */
export interface Context {
  readonly connection: Connection
  readonly wallets: Wallets
  readonly walletOf: (account: LocalAccount) => Wallet
  /** Sends a call and measures it. */
  readonly measure: (name: string, call: ContractCall, from: LocalAccount) => Promise<Sent>
  /** The same as a contract of ours: only a chain of one's own lets it sign. */
  readonly measureAs: (name: string, call: ContractCall, from: Hex) => Promise<Measured>
  readonly passSeconds: (seconds: number) => Promise<void>
  readonly passTo: (timestamp: number) => Promise<void>
}

export interface Sent extends Measured {
  readonly floor: bigint
  readonly receipt: TransactionReceipt
}

/** A chain of one's own by the rules of Osaka, with the release build deployed on it. */
export async function startContext(): Promise<Context & { readonly stop: () => Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'gas-'))
  const options = { folder, port: await freePort(), accounts: walletCount(1), mnemonic: DEMO_MNEMONIC }
  const chain = await startLocalChain(options)
  const wallets = walletsOf(1)
  const deployment = await deployLedger({
    name: 'gas',
    rpcUrl: chain.rpcUrl,
    deployer: wallets.deployer,
    treasuryPayout: wallets.treasury.address,
  })
  const connection = await connect(chain.rpcUrl, deployment)
  return {
    ...contextOn(connection, wallets, chain.passSeconds),
    stop: async () => {
      await chain.stop()
      await discardLocalChain(folder)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The same on a chain that somebody else started. */
export function contextOn(connection: Connection, wallets: Wallets, passSeconds: Context['passSeconds']): Context {
  const { reader } = connection
  return {
    connection,
    wallets,
    walletOf: (account) => walletOn(reader, account),
    measure: async (name, call, from) => {
      const receipt = await transact(reader, walletOn(reader, from), call)
      return { name, gas: receipt.gasUsed, floor: calldataFloor(call.data), receipt }
    },
    measureAs: async (name, call, from) => {
      const wallet = await impersonate(reader, from)
      const receipt = await transact(reader, wallet, call)
      return { name, gas: receipt.gasUsed }
    },
    passSeconds,
    passTo: async (timestamp) => {
      const { timestamp: now } = await reader.getBlock()
      if (timestamp > Number(now)) await passSeconds(timestamp - Number(now))
    },
  }
}

/** A key of its own for each name. */
export function keyNamed(name: string): LocalAccount {
  return privateKeyToAccount(keccak256(toHex(name)))
}

/** An account for each of several addresses, in their order. */
export async function openAccounts(
  { connection, wallets, walletOf }: Context,
  holders: readonly Hex[],
): Promise<number[]> {
  const { reader, contracts } = connection
  const opened: number[] = []
  for (const holder of holders) {
    const receipt = await transact(reader, walletOf(wallets.deployer), callTo(contracts.accounts, 'open', [holder]))
    opened.push(eventIn(receipt, contracts.accounts, 'AccountOpened').account)
  }
  return opened
}

async function impersonate(reader: Reader, address: Hex): Promise<Wallet> {
  const client = createTestClient({ mode: 'anvil', chain: reader.chain, transport: http() })
  await client.setBalance({ address, value: parseEther('10') })
  await client.impersonateAccount({ address })
  return walletOn(reader, { address, type: 'json-rpc' })
}
