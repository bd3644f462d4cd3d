// Opens a channel for one operator and one model, and signs a voucher for its first 250 fee units, to hand to the operator.
//   RPC_URL=… DEPLOYMENT=deployment.json PRIVATE_KEY=0x… OPERATOR=3 MODEL=2 node payForCalls.ts
import { amountCovering, getModel, openChannel, parseOpen, signVoucher } from '@attribution-ledger/sdk'
import { createWalletClient } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { needed } from './environment.ts'
import { client, deployment, transport } from './settings.ts'

const model = Number(needed('MODEL'))
const { terms } = await getModel(client, { deployment, model })

// Vouchers are signed by a key of their own, so that the wallet need not be asked for each.
const signer = createWalletClient({ account: privateKeyToAccount(generatePrivateKey()), transport })
const { channel, id } = await openChannel(client, {
  deployment,
  operator: Number(needed('OPERATOR')),
  model,
  salt: 1,
  signer: signer.account.address,
  amountGwei: parseOpen('10'),
})
console.log(`Opened channel ${id}`)

const maxClaimableAmount = amountCovering(250n, terms.feeUnitGwei)
console.log(JSON.stringify(await signVoucher(signer, { deployment, channel, maxClaimableAmount }), stringified))

function stringified(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}` : value
}
