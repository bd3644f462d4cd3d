import { setTimeout as sleep } from 'node:timers/promises'
import { type Indexer, type IndexerOptions, startIndexer } from '../../indexer/start.ts'
import type { DatabaseLocation } from '../../indexer/store/database.ts'
import { answerTo } from './ask.ts'
import type { LocalLedger } from './localLedger.ts'

export interface Indexing extends Indexer {
  /** Resolves once the answers speak of the chain's present head. */
  atHead(): Promise<void>
  closeAtHead(): Promise<void>
}

/** Indexes a ledger into a database, in this process. */
export async function indexTo(
  { rpcUrl, deployment, connection }: LocalLedger,
  database: DatabaseLocation,
  options: Partial<IndexerOptions> = {},
): Promise<Indexing> {
  const indexer = await startIndexer({ deployment, rpcUrls: [rpcUrl], database, pollMs: 20, ...options })
  const atHead = async () => {
    for (;;) {
      const head = await connection.reader.getBlock()
      const { data, errors } = await answerTo<{ _meta: { hash: string } } | null>(indexer.url, '{ _meta { hash } }')
      if (data?._meta.hash === head.hash) return
      const unexpected = errors?.find(({ extensions }) => extensions?.code !== 'NOT_READY')
      if (unexpected !== undefined) throw new Error(unexpected.message)
      await Promise.race([sleep(20), indexer.stopped])
    }
  }
  return {
    ...indexer,
    atHead,
    closeAtHead: async () => {
      await atHead()
      await indexer.close()
    },
  }
}
