import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { StopError } from '../../sdk/errors.ts'
import type { Metrics } from '../operate/metrics.ts'
import { addressOf, isHash, readBlob } from './blobs.ts'

export interface ServerOptions {
  readonly host: string
  /** 0 for any free port. */
  readonly port: number
  /** A folder or a URL. */
  readonly blobs: string | undefined
  readonly graphql: RequestListener
  /** The answer of `/ready`. */
  readonly readiness: () => Promise<{ readonly status: number; readonly body: object }>
  /** If undefined, there is no `/metrics`. */
  readonly metrics?: Metrics | undefined
}

export interface Server {
  readonly url: string
  close(): Promise<void>
}

/**
 * Serves `/graphql`, `/health` (this process lives), `/ready` (its answers are fresh), `/metrics`
 * and `/blobs/<hash>`.
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  const server = createServer((request, response) => {
    route(options, request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(unavailable(options, cause)))
    server.listen(options.port, options.host, resolve)
  })
  const { port } = server.address() as AddressInfo
  const host = options.host.includes(':') ? `[${options.host}]` : options.host
  return {
    url: `http://${host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function route(options: ServerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost')
  options.metrics?.http.serving(pathLabel(pathname), request, response)
  allowAnyOrigin(response)
  if (request.method === 'OPTIONS') {
    response.writeHead(204).end()
  } else if (pathname === '/graphql') {
    options.graphql(request, response)
  } else if (pathname === '/health') {
    json(response, 200, { alive: true })
  } else if (pathname === '/ready') {
    const { status, body } = await options.readiness()
    json(response, status, body)
  } else if (pathname === '/metrics' && options.metrics !== undefined) {
    const { contentType, text } = await options.metrics.page()
    response.writeHead(200, { 'content-type': contentType }).end(text)
  } else if (pathname.startsWith('/blobs/')) {
    await blob(options.blobs, pathname.slice('/blobs/'.length), response)
  } else {
    json(response, 404, { error: 'Ask /graphql, /health, /ready, /metrics or /blobs/<hash>' })
  }
}

/** The path label of metrics: one of a few, whatever was requested. */
function pathLabel(pathname: string): string {
  if (pathname.startsWith('/blobs/')) return '/blobs/:hash'
  return PATHS.has(pathname) ? pathname : 'other'
}

const PATHS = new Set(['/graphql', '/health', '/ready', '/metrics'])

/** Any origin may read: no answer depends on the caller, and browsers send no cookies. */
function allowAnyOrigin(response: ServerResponse): void {
  response.setHeader('access-control-allow-origin', '*')
  response.setHeader('access-control-allow-methods', 'GET, POST, OPTIONS')
  response.setHeader('access-control-allow-headers', 'content-type, accept')
  response.setHeader('access-control-max-age', '86400')
}

/** A content-addressed file never changes, so it may be cached for ever. */
async function blob(place: string | undefined, hash: string, response: ServerResponse): Promise<void> {
  const elsewhere = place === undefined || !isHash(hash) ? undefined : addressOf(place, hash)
  if (elsewhere !== undefined) {
    response.writeHead(302, { location: elsewhere }).end()
    return
  }
  const content = place === undefined ? undefined : await readBlob(place, hash)
  if (content === undefined) {
    json(response, 404, { error: 'There is no file here that has this keccak256' })
    return
  }
  response.writeHead(200, {
    'content-type': 'application/octet-stream',
    'content-length': content.length,
    'cache-control': 'public, max-age=31536000, immutable',
    'x-content-type-options': 'nosniff',
  })
  response.end(content)
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' })
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
