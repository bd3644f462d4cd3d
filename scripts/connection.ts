import { type Wallet, walletOn } from '../sdk/chain.ts'
import { type Connection, connect } from '../sdk/contracts.ts'
import type { ContractCall } from '../sdk/node/contractCall.ts'
import { readDeployment } from '../sdk/node/readDeployment.ts'
import { signerFromEnvironment } from './keys.ts'

/** The options of every command that talks to a chain, and what they open. */

export const connectionOptions = {
  rpc: { type: 'string', default: process.env.RPC_URL ?? 'http://127.0.0.1:8545' },
  deployment: { type: 'string', default: 'var/demo/deployment.json' },
} as const

export const connectionUsage = `  --rpc <url>          the node to talk to (RPC_URL, or http://127.0.0.1:8545)
  --deployment <file>  where the contracts are (var/demo/deployment.json, the demo's)`

export const sendUsage = `  --send               send it; without this the command only says what it would send
  PRIVATE_KEY          in the environment: the key to sign with`

export async function openConnection(values: { rpc: string; deployment: string }): Promise<Connection> {
  return await connect(values.rpc, readDeployment(values.deployment))
}

export function openWallet({ reader }: Connection): Wallet {
  return walletOn(reader, signerFromEnvironment())
}

/** Says what would be sent, in the words of the contract. */
export function announce(from: string, call: ContractCall): void {
  const args = JSON.stringify(call.args, (_, value) => (typeof value === 'bigint' ? `${value}` : value))
  const size = (call.data.length - 2) / 2
  process.stdout.write(`${call.contract}.${call.name}${args.replace(/^\[/, '(').replace(/\]$/, ')')}\n`)
  process.stdout.write(`  from ${from} to ${call.to}, ${size} bytes\n`)
}

export function announceDry(): void {
  process.stdout.write('Nothing was sent. Add --send to send it.\n')
}
