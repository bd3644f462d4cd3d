// What the examples take from the environment: where a node is, which deployment, and who signs.
import { readDeployment } from '@attribution-ledger/sdk/node'
import { createWalletClient, type Hex, http } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { needed } from './environment.ts'

export const deployment = readDeployment(needed('DEPLOYMENT'))
export const account = privateKeyToAccount(needed('PRIVATE_KEY') as Hex)
export const transport = http(needed('RPC_URL'))
export const client = createWalletClient({ account, transport })
