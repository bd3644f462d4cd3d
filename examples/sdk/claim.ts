// Says what an account earned and is still owed, settles what is due, and claims all of it.
//   RPC_URL=… DEPLOYMENT=deployment.json PRIVATE_KEY=0x… ACCOUNT=7 node claim.ts
import { claim, formatOpen, getEarnings, settle } from '@attribution-ledger/sdk'
import { needed } from './environment.ts'
import { client, deployment } from './settings.ts'

const account = Number(needed('ACCOUNT'))

const { pending } = await getEarnings(client, { deployment, account })
for (const { book, gwei, from, isDue } of pending) {
  console.log(`${formatOpen(gwei)} OPEN of model ${book.model}, from ${new Date(from * 1_000).toISOString()}`)
  if (isDue) await settle(client, { deployment, book })
}

const { shares } = await getEarnings(client, { deployment, account })
const { amountGwei, to } = await claim(client, { deployment, account, shares })
console.log(`Claimed ${formatOpen(amountGwei)} OPEN to ${to}`)
