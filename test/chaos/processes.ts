import type { DatabaseLocation } from '../../indexer/store/database.ts'
import { deploymentFileOf } from '../support/deploymentFile.ts'
import { type IndexerProcess, runIndexer } from '../support/process.ts'
import { ANY_DEPTH, type Context } from './context.ts'
import { Seen } from './suite.ts'

export const CAUGHT_UP = /Caught up with the node/

/** The indexer as people run it, on a context's chain. */
export function startProcess(context: Context, database: DatabaseLocation, maxRange = 20): IndexerProcess {
  const where = database.kind === 'postgres' ? database.url : database.folder
  const chain = [
    '--deployment',
    deploymentFileOf(context.ledger),
    '--rpc',
    context.ledger.rpcUrl,
    '--finality',
    `${ANY_DEPTH}`,
  ]
  const pace = ['--port', '0', '--poll-ms', '10', '--max-range', `${maxRange}`]
  return runIndexer([...chain, ...pace, '--database', where])
}

/** Asks a process to end, which it must do in good order. */
export async function endWell(process: IndexerProcess): Promise<void> {
  process.child.kill('SIGTERM')
  const end = await process.ended
  if (end !== 0) throw new Seen(`Asked to end, a process ended with ${end}: ${process.output()}`)
}
