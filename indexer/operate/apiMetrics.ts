import type { IncomingMessage, ServerResponse } from 'node:http'
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/** Watches the requests to the API. */
export interface HttpMetrics {
  /** `path` is one of few: what a stranger may put behind it makes no series. */
  serving(path: string, request: IncomingMessage, response: ServerResponse): void
}

/** Everything that is counted of the API. */
export interface ApiMetrics {
  readonly http: HttpMetrics
  /** A request was refused, with a code of docs/api-limits.md. */
  refused(code: string): void
  /** A query failed by an internal error. */
  failed(): void
}

const DURATIONS_MS = [1, 5, 10, 50, 100, 500, 1_000, 5_000, 10_000, 50_000]
const SIZES_BYTES = [10, 100, 1_000, 5_000, 10_000, 50_000, 100_000, 500_000, 1_000_000, 5_000_000, 10_000_000]
const METHODS = new Set(['GET', 'POST', 'OPTIONS', 'HEAD'])

export function apiMetrics(registry: Registry): ApiMetrics {
  const registers = [registry]
  const refused = new Counter({
    name: 'indexer_refused_requests_total',
    help: 'Requests that were refused, by the code of the error',
    labelNames: ['code'],
    registers,
  })
  const failed = new Counter({
    name: 'indexer_failed_answers_total',
    help: 'Queries that failed by an internal error',
    registers,
  })
  return { http: httpMetrics(registry), refused: (code) => refused.inc({ code }), failed: () => failed.inc() }
}

function httpMetrics(registry: Registry): HttpMetrics {
  const registers = [registry]
  const labelNames = ['method', 'path', 'status'] as const
  const of = (name: string, help: string, buckets: number[]) =>
    new Histogram({ name: `indexer_http_server_${name}`, help, buckets, labelNames, registers })
  const active = new Gauge({
    name: 'indexer_http_server_active_requests',
    help: 'Requests that are being answered',
    labelNames: ['method', 'path'],
    registers,
  })
  const duration = of('request_duration_ms', 'How long answers took', DURATIONS_MS)
  const received = of('request_size_bytes', 'How large requests were', SIZES_BYTES)
  const sent = of('response_size_bytes', 'How large answers were', SIZES_BYTES)
  return {
    serving: (path, request, response) => {
      const begun = performance.now()
      const method = METHODS.has(request.method ?? '') ? `${request.method}` : 'other'
      const { socket } = response
      const sentBefore = socket?.bytesWritten ?? 0
      active.inc({ method, path })
      response.once('close', () => {
        active.dec({ method, path })
        const labels = { method, path, status: `${response.statusCode}` }
        duration.observe(labels, performance.now() - begun)
        received.observe(labels, Number(request.headers['content-length'] ?? 0))
        sent.observe(labels, (socket?.bytesWritten ?? 0) - sentBefore)
      })
    },
  }
}
