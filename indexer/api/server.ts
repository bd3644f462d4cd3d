import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { StopError } from '../../sdk/errors.ts'
import { type Blobs, isHash } from './blobs.ts'
import type { Exports } from './export/exports.ts'
import { graphiql } from './graphiql.ts'
import { limitConnections } from './http/connectionLimit.ts'
import { allowAnyOrigin } from './http/cors.ts'
import type { GraphQLEndpoint } from './http/graphqlEndpoint.ts'
import { send } from './http/send.ts'
import { limits } from './limits.ts'
import type { ServePage } from './page.ts'

export interface ServerOptions {
  readonly host: string
  /** 0 for any free port. */
  readonly port: number
  readonly blobs: Blobs
  readonly graphql: GraphQLEndpoint
  readonly exports: Exports
  readonly hasGraphiql: boolean
  /** Proxies of one's own in front: all connections are theirs then. */
  readonly trustProxy: number
  /** The answer of `/ready`. */
  readonly readiness: () => Promise<{ readonly status: number; readonly body: object }>
  /** If undefined, there is no `/metrics`. */
  readonly metrics?: ServedMetrics | undefined
  /** Serves every path that is not the API's, if it is the page's. */
  readonly page?: ServePage | undefined
}

/** What `/metrics` shows, and what counts requests. */
export interface ServedMetrics {
  readonly http: { serving(path: string, request: IncomingMessage, response: ServerResponse): void }
  page(): Promise<{ readonly contentType: string; readonly text: string }>
}

export interface Server {
  readonly url: string
  /** Takes no more requests, and ends those that are running within a moment. */
  close(): Promise<void>
}

const DRAIN_MS = 1_500
const CHECK_CONNECTIONS_MS = 1_000

/**
 * Serves `/graphql`, `/health` (this process lives), `/ready` (its answers are fresh), `/metrics`,
 * `/blobs/<hash>` and `/export/<list>`.
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  const server = createServer(
    {
      headersTimeout: limits.headersMs.most,
      requestTimeout: limits.requestMs.most,
      keepAliveTimeout: limits.idleMs.most,
      maxHeaderSize: limits.headerBytes.most,
      connectionsCheckingInterval: CHECK_CONNECTIONS_MS,
    },
    (request, response) => {
      route(options, request, response).catch(() => response.destroy())
    },
  )
  server.maxConnections = limits.connections.most
  if (options.trustProxy === 0) limitConnections(server, limits.connectionsOfClient.most)
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(unavailable(options, cause)))
    server.listen(options.port, options.host, resolve)
  })
  const { port } = server.address() as AddressInfo
  const host = options.host.includes(':') ? `[${options.host}]` : options.host
  return {
    url: `http://${host}:${port}`,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeIdleConnections()
      await Promise.race([closed, sleep(DRAIN_MS, undefined, { ref: false })])
      server.closeAllConnections()
      await closed
    },
  }
}

async function route(options: ServerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = URL.parse(request.url ?? '/', 'http://localhost')
  const pathname = url?.pathname ?? ''
  options.metrics?.http.serving(pathLabel(pathname), request, response)
  // Without it, a broken connection would end the process.
  request.on('error', () => {})
  response.on('error', () => {})
  allowAnyOrigin(request, response)
  if (request.method === 'OPTIONS') {
    response.writeHead(204).end()
  } else if (url !== null && pathname === '/graphql') {
    await options.graphql.answer(request, response, url)
  } else if (pathname === '/health') {
    json(response, 200, { alive: true })
  } else if (pathname === '/ready') {
    const { status, body } = await options.readiness()
    json(response, status, body)
  } else if (pathname === '/metrics' && options.metrics !== undefined) {
    const { contentType, text } = await options.metrics.page()
    await send(request, response, { status: 200, contentType, body: text })
  } else if (url !== null && pathname.startsWith('/export/')) {
    await options.exports.answer(request, response, url)
  } else if (pathname.startsWith('/blobs/')) {
    await blob(options.blobs, pathname.slice('/blobs/'.length), request, response)
  } else if (options.hasGraphiql && pathname.startsWith('/graphiql/')) {
    await graphiqlFile(pathname.slice('/graphiql/'.length), request, response)
  } else if (!(await options.page?.(request, response))) {
    json(response, 404, { error: 'Ask /graphql, /health, /ready, /metrics, /blobs/<hash> or /export/<list>.csv' })
  }
}

/** The path label of metrics: one of a few, whatever was requested. */
function pathLabel(pathname: string): string {
  if (pathname.startsWith('/blobs/')) return '/blobs/:hash'
  if (pathname.startsWith('/export/')) return '/export/:list'
  return PATHS.has(pathname) ? pathname : 'other'
}

const PATHS = new Set(['/graphql', '/health', '/ready', '/metrics'])
const FOR_EVER = 'public, max-age=31536000, immutable'

/** A content-addressed file never changes, so it may be cached for ever. */
async function blob(blobs: Blobs, hash: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const found = isHash(hash) ? await blobs.find(hash) : undefined
  if (found === undefined) {
    json(response, 404, { error: 'There is no file here that has this keccak256' })
  } else if (found.kind === 'elsewhere') {
    response.writeHead(302, { location: found.url }).end()
  } else if (request.headers['if-none-match'] === `"${hash}"`) {
    response.writeHead(304).end()
  } else {
    response.writeHead(200, {
      'content-type': 'application/octet-stream',
      'content-length': found.size,
      'cache-control': FOR_EVER,
      etag: `"${hash}"`,
      'x-content-type-options': 'nosniff',
    })
    if (request.method === 'HEAD') response.end()
    else await found.pipeTo(response)
  }
}

async function graphiqlFile(name: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { file } = await graphiql()
  const found = file(name)
  if (found === undefined) return json(response, 404, { error: 'GraphiQL has no such file; load its page again' })
  await found.send(request, response, { 'cache-control': FOR_EVER, 'x-content-type-options': 'nosniff' })
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(`${JSON.stringify(body)}\n`)
}

function unavailable({ host, port }: ServerOptions, cause: NodeJS.ErrnoException): StopError {
  return new StopError(
    cause.code === 'EADDRINUSE'
      ? `Port ${port} is taken by another process`
      : `The API cannot listen on ${host}:${port}`,
    { host, port, code: cause.code ?? 'unknown' },
    'Choose another with --port, or stop what listens there.',
    cause,
  )
}
