import type { IndexerEvent } from './events.ts'
import { type AnswerOptions, answer } from './roles/answer.ts'
import { type DatabaseLocation, openDatabase } from './store/database.ts'
import { mustBePlain } from './store/history.ts'
import { refuseFirstEdition } from './store/store.ts'

export interface ReaderOptions extends AnswerOptions {
  /** Any replica of the database. */
  readonly database: DatabaseLocation
  /** The schema of views that says which history is served. */
  readonly schema: string
  readonly report?: (event: IndexerEvent) => void
}

export interface Reader {
  readonly url: string
  /** Resolves after `close`. */
  readonly stopped: Promise<void>
  close(): Promise<void>
}

/** Serves a history that another process writes. It asks no node and writes nothing. */
export async function startReader(options: ReaderOptions): Promise<Reader> {
  const { schema, metrics } = options
  mustBePlain(schema)
  const report = (event: IndexerEvent) => {
    metrics?.handle(event)
    options.report?.(event)
  }
  const connections = await openDatabase(options.database)
  const serve = async () => {
    await refuseFirstEdition(connections.reader('public'))
    return await answer(options, { connections, schema, role: () => 'reader' }, report)
  }
  const server = await serve().catch(async (error) => {
    await connections.close()
    throw error
  })
  const stopped = Promise.withResolvers<void>()
  return {
    url: server.url,
    stopped: stopped.promise,
    close: () => {
      stopped.resolve(server.close().then(() => connections.close()))
      return stopped.promise
    },
  }
}
