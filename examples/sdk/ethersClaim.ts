// The same as claim.ts with ethers.
//   RPC_URL=… DEPLOYMENT=deployment.json PRIVATE_KEY=0x… ACCOUNT=7 node ethersClaim.ts
import { claim, formatOpen, getEarnings } from '@attribution-ledger/sdk'
import { clientOfProvider, clientOfSigner } from '@attribution-ledger/sdk/ethers'
import { readDeployment } from '@attribution-ledger/sdk/node'
import { JsonRpcProvider, Wallet } from 'ethers'
import { needed } from './environment.ts'

const deployment = readDeployment(needed('DEPLOYMENT'))
const account = Number(needed('ACCOUNT'))
const provider = new JsonRpcProvider(needed('RPC_URL'))

const { shares } = await getEarnings(clientOfProvider(provider), { deployment, account })
const client = await clientOfSigner(new Wallet(needed('PRIVATE_KEY'), provider))
const { amountGwei, to } = await claim(client, { deployment, account, shares })
console.log(`Claimed ${formatOpen(amountGwei)} OPEN to ${to}`)
provider.destroy()
