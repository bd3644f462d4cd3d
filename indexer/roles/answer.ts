import { explain, isExplained } from '../../sdk/errors.ts'
import { computedBy } from '../api/computed/computed.ts'
import { graphqlHandler } from '../api/graphql.ts'
import { type Health, type Role, readiness } from '../api/health.ts'
import { type HistoryReaderOptions, historyReader } from '../api/historyReader.ts'
import { defaultLimits } from '../api/limits.ts'
import { BadRequest } from '../api/query/badRequest.ts'
import { type Server, startServer } from '../api/server.ts'
import type { IndexerEvent } from '../events.ts'
import type { Metrics } from '../operate/metrics.ts'
import { databaseError } from '../store/databaseError.ts'

export interface AnswerOptions {
  /** 0, the default, for any free port. */
  readonly port?: number | undefined
  readonly host?: string | undefined
  /** Where `/blobs/<hash>` and explanations find files: a folder, or the address of one. */
  readonly blobs?: string | undefined
  readonly metrics?: Metrics | undefined
}

/** Serves the API over a database, in any role. */
export async function answer(
  { port = 0, host = '127.0.0.1', blobs, metrics }: AnswerOptions,
  from: HistoryReaderOptions & { readonly role: () => Role },
  report: (event: IndexerEvent) => void,
): Promise<Server> {
  const reading = historyReader(from)
  const computed = computedBy(blobs)
  const health = async (): Promise<Health> => {
    try {
      return await (await reading()).health()
    } catch (error) {
      if (error instanceof BadRequest) return { kind: 'empty', reason: error.message }
      const passing = databaseError(error)
      if (isExplained(passing)) return { kind: 'silent', reason: explain(passing) }
      throw error
    }
  }
  const server = await startServer({
    host,
    port,
    blobs,
    metrics,
    graphql: graphqlHandler(
      async () => ({ ...(await reading()), computed }),
      defaultLimits,
      (error) => report({ kind: 'failedAnswer', error }),
    ),
    readiness: async () => readiness(from.role(), await health()),
  })
  return {
    url: server.url,
    close: async () => {
      await server.close()
      await computed.rows.close()
    },
  }
}
