import type { IndexerEvent } from './events.ts'
import { type ServeOptions, serve } from './roles/serve.ts'
import { type DatabaseLocation, openDatabase } from './store/database.ts'
import { mustBePlain } from './store/history.ts'
import { mustRead } from './store/serverChecks.ts'
import { refuseFirstEdition } from './store/store.ts'
import { servedIn } from './store/views.ts'

export interface ReaderOptions extends ServeOptions {
  /** Any replica of the database. */
  readonly database: DatabaseLocation
  /** The schema of views that says which history is served. */
  readonly schema: string
  /** The deployment's name, for metrics; the schema's by default. */
  readonly chain?: string | undefined
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
  const begin = async () => {
    await refuseFirstEdition(connections.reader('public'))
    await mustRead(connections.reader('public'), schema)
    const served = await servedIn(connections.reader('public'), schema)
    if (served !== undefined) await mustRead(connections.reader('public'), served.history)
    return await serve(options, { connections, schema, role: () => 'reader', chain: options.chain ?? schema }, report)
  }
  const server = await begin().catch(async (error) => {
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
