import { readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Deployment } from '../../sdk/deployment.ts'

/** The built page, as files: nothing of `web/` is imported here. */
export interface PageOptions {
  /** What `npm run build:web` wrote. */
  readonly folder?: string | undefined
  readonly deployment: Deployment
  /** A node that any viewer may ask: never one whose address holds a key. */
  readonly rpcUrl?: string | undefined
  /** Sends claims that viewers sign. */
  readonly relayUrl?: string | undefined
  /** Serves models for pay, to viewers who try one. */
  readonly gatewayUrl?: string | undefined
}

/** Answers a GET of the page; says no where the path is not the page's. */
export type ServePage = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>

const BUILT = fileURLToPath(new URL('../../web/dist', import.meta.url))

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
}

/** The first path segments that pages have: any other path without a file is the caller’s error. */
const PAGES = /^\/(earnings|models|datasets|answers|try|auditor|transactions)?(\/|$)/
/** Names of files that hold a hash of what is in them. */
const HASHED = /^\/assets\/[\w.-]+$/
const NOT_BUILT = 'The page is not built: run npm run build:web\n'

export function servePage({ folder = BUILT, deployment, rpcUrl, relayUrl, gatewayUrl }: PageOptions): ServePage {
  const told = `${JSON.stringify({ deployment, rpcUrl, relayUrl, gatewayUrl })}\n`
  const policy = policyOf([rpcUrl, relayUrl, gatewayUrl])
  return async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    if (request.method !== 'GET' && request.method !== 'HEAD') return false
    if (pathname === '/page.json') {
      response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache' }).end(told)
      return true
    }
    const isPage = PAGES.test(pathname)
    if (!isPage && !/^\/[\w-]+\.(js|svg)$/.test(pathname) && !HASHED.test(pathname)) return false
    const path = join(folder, isPage ? 'index.html' : pathname)
    const file = await encoded(path, `${request.headers['accept-encoding'] ?? ''}`)
    if (file === undefined) {
      if (!isPage) return false
      response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end(NOT_BUILT)
      return true
    }
    response.writeHead(200, {
      'content-type': types[extname(path)] ?? 'application/octet-stream',
      'content-length': file.content.length,
      ...(file.encoding !== undefined && { 'content-encoding': file.encoding }),
      vary: 'accept-encoding',
      'cache-control': HASHED.test(pathname) ? 'public, max-age=31536000, immutable' : 'no-cache',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin-allow-popups',
      ...(isPage && { 'content-security-policy': policy }),
    })
    response.end(request.method === 'HEAD' ? undefined : file.content)
    return true
  }
}

/**
 * Only this server's own scripts run, and none is written into a page. Nodes that viewers name
 * themselves are reached by TLS, or on their own machine.
 */
function policyOf(urls: readonly (string | undefined)[]): string {
  const origins = urls.flatMap((url) => (url === undefined ? [] : [new URL(url).origin]))
  const nodes = [...new Set([...origins, 'https:', 'http://127.0.0.1:*', 'http://localhost:*'])]
  return [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    "font-src 'self'",
    "img-src 'self' data:",
    `connect-src 'self' ${nodes.join(' ')}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

/** A file as the build compressed it, in the best way that the caller takes. */
async function encoded(path: string, accepted: string) {
  for (const [encoding, suffix] of [
    ['br', '.br'],
    ['gzip', '.gz'],
  ] as const) {
    if (!accepted.includes(encoding)) continue
    const content = await readOrNone(`${path}${suffix}`)
    if (content !== undefined) return { content, encoding }
  }
  const content = await readOrNone(path)
  return content && { content, encoding: undefined }
}

async function readOrNone(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'EISDIR' || code === 'ENOTDIR') return undefined
    throw error
  }
}
