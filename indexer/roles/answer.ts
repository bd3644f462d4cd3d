import { explain, isExplained } from '../../sdk/errors.ts'
import { blobsIn } from '../api/blobs.ts'
import { computedBy } from '../api/computed/computed.ts'
import { tooLarge } from '../api/cost.ts'
import { exports } from '../api/export/exports.ts'
import { graphqlEngine } from '../api/graphql.ts'
import { newestHash } from '../api/headLooks.ts'
import { namedHead } from '../api/headTag.ts'
import { type Health, type Role, readiness } from '../api/health.ts'
import { type HistoryReaderOptions, historyReader } from '../api/historyReader.ts'
import { graphqlEndpoint } from '../api/http/graphqlEndpoint.ts'
import { turns } from '../api/http/turns.ts'
import { limits } from '../api/limits.ts'
import { headWatch } from '../api/live/headWatch.ts'
import { type PageOptions, servePage } from '../api/page.ts'
import { BadRequest, codeOf } from '../api/query/badRequest.ts'
import { type ServedMetrics, type Server, startServer } from '../api/server.ts'
import { databaseError } from '../store/databaseError.ts'

/** How strangers are answered, in whichever process. */
export interface AnswerOptions {
  /** 0, the default, for any free port. */
  readonly port?: number | undefined
  readonly host?: string | undefined
  /** Where `/blobs/<hash>` and explanations find files: a folder, or the address of one. */
  readonly blobs?: string | undefined
  /** Proxies of one's own in front of the API, which say who asks; none by default. */
  readonly trustProxy?: number | undefined
  /** Requests a second of one client; 0, the default, for no limit. */
  readonly rateLimit?: number | undefined
  /** Whether `/graphql` shows GraphiQL to browsers; by default it does. */
  readonly graphiql?: boolean | undefined
  /** If given, the web page is served at the API's address. */
  readonly page?: PageOptions | undefined
}

/** What the process that answers counts and tells. */
export interface AnswerReports {
  readonly metrics?: (ServedMetrics & { refused(code: string): void }) | undefined
  /** An internal error, and the id that its caller was given. */
  readonly failed: (error: unknown, id: string) => void
}

/** Serves the API over a database, in any role, in this process. */
export async function answer(
  { port = 0, host = '127.0.0.1', blobs, trustProxy = 0, rateLimit = 0, graphiql = true, page }: AnswerOptions,
  from: HistoryReaderOptions & { readonly role: () => Role },
  { metrics, failed }: AnswerReports,
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
  const sources = async (signal: AbortSignal) => {
    const history = await reading()
    let bytes = 0
    let statements = 0
    const received = (more: number) => {
      statements += 1
      bytes += more
      if (bytes > limits.rowBytes.most) throw tooLarge()
    }
    return { ...history, db: history.queries.of({ signal, received }), statements: () => statements, computed }
  }
  const newest = async () => {
    try {
      return await namedHead(await reading())
    } catch (error) {
      if (error instanceof BadRequest && codeOf(error) === 'NOT_READY') return undefined
      throw error
    }
  }
  const queues = turns()
  const graphql = graphqlEndpoint({
    engine: graphqlEngine(sources, failed),
    newest,
    heads: headWatch(async () => newestHash((await reading()).db)),
    turns: queues,
    trustProxy,
    requestsASecond: rateLimit,
    hasGraphiql: graphiql,
    report: failed,
    refused: (code) => metrics?.refused(code),
  })
  const server = await startServer({
    host,
    port,
    blobs: blobsIn(blobs),
    graphql,
    exports: exports({
      sources,
      turns: queues,
      trustProxy,
      report: failed,
      refused: (code) => metrics?.refused(code),
    }),
    hasGraphiql: graphiql,
    trustProxy,
    metrics,
    page: page && servePage(page),
    readiness: async () => readiness(from.role(), await health()),
  })
  return {
    url: server.url,
    close: async () => {
      graphql.endSubscriptions()
      await server.close()
      graphql.close()
      await computed.rows.close()
    },
  }
}
