import type { IncomingMessage, ServerResponse } from 'node:http'

const A_DAY = '86400'
const MOST_HEADERS = 2_000

/**
 * Any origin may read, with whatever headers its client sends: no answer depends on the caller, and
 * browsers send no cookies.
 */
export function allowAnyOrigin(request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('access-control-allow-origin', '*')
  response.setHeader('access-control-expose-headers', 'etag, retry-after, content-length')
  if (request.method !== 'OPTIONS') return
  const asked = request.headers['access-control-request-headers'] ?? ''
  const isPlain = asked.length <= MOST_HEADERS && /^[\w!#$%&'*+.^`|~, -]+$/.test(asked)
  response.setHeader('access-control-allow-methods', 'GET, HEAD, POST, OPTIONS')
  response.setHeader('access-control-allow-headers', isPlain ? asked : 'content-type, accept')
  response.setHeader('access-control-max-age', A_DAY)
  response.setHeader('vary', 'access-control-request-headers')
}
