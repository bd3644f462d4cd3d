// Opens an account where there is none, and contributes three texts to a dataset. Only a Merkle root of salted hashes goes on
// chain; anyone who deletes the salts erases the items.
//   RPC_URL=… DEPLOYMENT=deployment.json PRIVATE_KEY=0x… DATASET=1 TERMS_HASH=0x… node contribute.ts
import { accountsAbi, contribute, itemContent, itemHash, openAccount } from '@attribution-ledger/sdk'
import { type Hex, toHex } from 'viem'
import { readContract } from 'viem/actions'
import { needed } from './environment.ts'
import { account, client, deployment } from './settings.ts'

const held = await readContract(client, {
  address: deployment.contracts.accounts,
  abi: accountsAbi,
  functionName: 'accountOf',
  args: [account.address],
})
const contributor = held === 0 ? (await openAccount(client, { deployment })).account : held

const items = ['The first text', 'The second text', 'The third text'].map((text) => ({
  salt: toHex(crypto.getRandomValues(new Uint8Array(32))),
  content: itemContent({ label: 'ham', text }),
}))
const { contribution } = await contribute(client, {
  deployment,
  dataset: Number(needed('DATASET')),
  termsHash: needed('TERMS_HASH') as Hex,
  itemHashes: items.map(({ salt, content }) => itemHash(salt, content)),
})
console.log(`Account ${contributor} contributed ${contribution}`)
