// Proves that an inference was recorded and stands, believing nobody but the source of the block's hash.
//   RPC_URL=… DEPLOYMENT=deployment.json BLOCK_HASH=0x… BATCH=1 INDEX=0 node proveInference.ts
import { proveInference } from '@attribution-ledger/sdk'
import { readDeployment } from '@attribution-ledger/sdk/node'
import { createPublicClient, type Hex, http } from 'viem'
import { needed } from './environment.ts'

const client = createPublicClient({ transport: http(needed('RPC_URL')) })
const { model, payer, feeUnits, commitment, stands } = await proveInference(client, {
  deployment: readDeployment(needed('DEPLOYMENT')),
  blockHash: needed('BLOCK_HASH') as Hex,
  batch: BigInt(needed('BATCH')),
  index: Number(needed('INDEX')),
})
console.log(`Model ${model} charged account ${payer} ${feeUnits} fee units for ${commitment}`)
console.log(stands ? 'The record stands' : 'The record was voided or set aside')
