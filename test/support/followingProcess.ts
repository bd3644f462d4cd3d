import { deploymentFileOf } from './deploymentFile.ts'
import type { LocalLedger } from './localLedger.ts'
import { type IndexerProcess, runIndexer } from './process.ts'

/** The indexer as people run it, on a ledger's chain and at any free port; looks for new blocks often. */
export function startFollowing(ledger: LocalLedger, where: string, options: readonly string[] = []): IndexerProcess {
  const chain = ['--deployment', deploymentFileOf(ledger), '--rpc', ledger.rpcUrl]
  const pace = ['--port', '0', '--poll-ms', '10']
  return runIndexer([...chain, ...pace, '--database', where, ...options])
}
