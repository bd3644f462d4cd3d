// An indexer of a version to come, in a process of its own: it fills another history beside the one that is served.

import { startIndexer } from '../../indexer/start.ts'
import { HISTORY_VERSION } from '../../indexer/store/history.ts'
import { readDeployment } from '../../sdk/node/readDeployment.ts'

const [deployment = '', rpcUrl = '', url = ''] = process.argv.slice(2)
const indexer = await startIndexer({
  deployment: readDeployment(deployment),
  rpcUrls: [rpcUrl],
  database: { kind: 'postgres', url },
  historyVersion: HISTORY_VERSION + 1,
  finalityDepth: 100_000,
  maxRange: 10,
  report: (events) => console.log(events.kind),
})
process.once('SIGTERM', indexer.close)
await indexer.stopped
