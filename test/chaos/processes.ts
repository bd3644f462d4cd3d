import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseLocation } from '../../indexer/store/database.ts'
import { type IndexerProcess, runIndexer } from '../indexer/support/process.ts'
import { Seen } from './chapter.ts'
import { ANY_DEPTH, type Scene } from './scene.ts'

export const CAUGHT_UP = /Caught up with the node/

/** Writes the deployment's file where processes find it. */
export function deploymentFileOf({ ledger }: Scene): string {
  const file = join(ledger.folder, 'deployment.json')
  writeFileSync(file, JSON.stringify(ledger.deployment))
  return file
}

/** The indexer as people run it, on a scene's chain. */
export function startProcess(scene: Scene, database: DatabaseLocation, maxRange = 20): IndexerProcess {
  const where = database.kind === 'postgres' ? database.url : database.folder
  const chain = ['--deployment', deploymentFileOf(scene), '--rpc', scene.ledger.rpcUrl, '--finality', `${ANY_DEPTH}`]
  const pace = ['--port', '0', '--poll-ms', '10', '--max-range', `${maxRange}`]
  return runIndexer([...chain, ...pace, '--database', where])
}

/** Asks a process to end, which it must do in good order. */
export async function endWell(process: IndexerProcess): Promise<void> {
  process.child.kill('SIGTERM')
  const end = await process.ended
  if (end !== 0) throw new Seen(`Asked to end, a process ended with ${end}: ${process.output()}`)
}
