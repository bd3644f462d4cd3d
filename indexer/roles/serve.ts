import type { Role } from '../api/health.ts'
import type { Server } from '../api/server.ts'
import type { IndexerEvent } from '../events.ts'
import type { Metrics } from '../operate/metrics.ts'
import type { Connections } from '../store/connections.ts'
import type { Status } from '../store/status.ts'
import { type AnswerOptions, answer } from './answer.ts'
import { serveFromProcesses } from './readerPool.ts'

export interface ServeOptions extends AnswerOptions {
  /** Processes that answer; 0, the default, to answer in this process. */
  readonly readers?: number | undefined
  readonly metrics?: Metrics | undefined
}

export interface Served {
  readonly connections: Connections
  /** The schema whose views say which history is served. */
  readonly schema: string
  readonly role: () => Role
  /** The history that this process writes, or may take over. */
  readonly own?: { readonly schema: string; readonly status: () => Status | undefined } | undefined
  /** The deployment's name, for metrics. */
  readonly chain: string
}

/** Serves a history, from processes of their own or from this one. */
export async function serve(
  { readers = 0, metrics, ...options }: ServeOptions,
  { connections, schema, role, own, chain }: Served,
  report: (event: IndexerEvent) => void,
): Promise<Server> {
  if (readers > 0) {
    const { port, host, blobs, trustProxy, rateLimit, graphiql, page } = options
    const settings = { port, host, blobs, trustProxy, rateLimit, graphiql, page }
    const from = { databaseUrl: connections.url, schema, history: own?.schema, chain }
    return await serveFromProcesses({ count: readers, settings: { ...settings, ...from }, role, metrics }, report)
  }
  const failed = (error: unknown, id: string) => {
    metrics?.failed()
    report({ kind: 'failedAnswer', error, id })
  }
  return await answer(options, { connections, schema, own, role }, { metrics, failed })
}
