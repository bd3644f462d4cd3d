import { namesFollowed } from '../../chain/events/contracts.ts'
import { identifyAll } from '../../chain/node/identity.ts'
import { connectNode } from '../../chain/node/node.ts'
import { openDatabase } from '../../indexer/store/database.ts'
import { openStore } from '../../indexer/store/store.ts'
import type { LocalLedger } from './localLedger.ts'
import type { PostgresServer } from './postgres.ts'

type PostgresDatabase = Awaited<ReturnType<PostgresServer['newDatabase']>>

/** Holds the tables of a ledger's history and no block, to copy: making them takes PostgreSQL longer than a short history. */
export async function emptyHistory(ledger: LocalLedger, postgres: PostgresServer): Promise<PostgresDatabase> {
  const database = await postgres.newDatabase()
  const node = connectNode(ledger.rpcUrl, { chainId: ledger.deployment.chainId })
  const identity = await identifyAll([node], ledger.deployment, namesFollowed({ transfers: false }))
  const connections = await openDatabase(database)
  await (await openStore(connections, identity)).close()
  await connections.close()
  return database
}
