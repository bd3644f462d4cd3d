import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { privateKeyToAccount } from 'viem/accounts'
import { USUAL_FILL } from '../../gateway/batcher/fill.ts'
import { startGateway } from '../../gateway/startGateway.ts'
import { connect } from '../../sdk/contracts.ts'
import { readDeployment } from '../../sdk/node/readDeployment.ts'
import { receiptKey } from '../support/localModel.ts'
import { offeredModel, quiet } from './localGateway.ts'

/** A gateway as a process of its own, to be killed: `node gatewayProcess.ts <folder>`, where its settings are. */
const folder = process.argv[2] as string
const { rpcUrl, databaseUrl, published, operator, key } = JSON.parse(readFileSync(join(folder, 'gateway.json'), 'utf8'))
const connection = await connect(rpcUrl, readDeployment(join(folder, 'deployment.json')))
const indexFile = readFileSync(join(folder, 'rows.index'))
const gateway = await startGateway({
  connection,
  database: { kind: 'postgres', url: databaseUrl },
  models: [await offeredModel(connection, { ...published, indexFile }, operator, () => {})],
  account: privateKeyToAccount(key),
  receiptKey,
  fill: { ...USUAL_FILL, records: 7, ageSeconds: 1 },
  promiseSeconds: 43_200,
  finalityDepth: 4,
  settles: false,
  port: 0,
  log: quiet,
  passMs: 50,
})
process.stdout.write(`at ${gateway.url}\n`)
process.once('SIGTERM', () => void gateway.drain().then(() => process.exit(0)))
