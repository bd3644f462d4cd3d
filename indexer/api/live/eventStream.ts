import { once } from 'node:events'
import type { ServerResponse } from 'node:http'

/** A response of Server-Sent Events, as GraphQL over SSE names them ("distinct connections mode" of graphql-sse). */
export interface EventStream {
  /** Resolves once the client has taken enough of it; a client that does not is cut off. */
  next(body: object, id: string | undefined): Promise<void>
  /** Nothing more will come. */
  complete(): void
}

export const EVENT_STREAM = 'text/event-stream'

/** Proxies close connections on which nothing moves. */
const HEARTBEAT_MS = 15_000
const TAKE_WITHIN_MS = 30_000

export function openEventStream(response: ServerResponse): EventStream {
  response.writeHead(200, {
    'content-type': `${EVENT_STREAM}; charset=utf-8`,
    'cache-control': 'no-store',
    // Proxies must not wait for more.
    'x-accel-buffering': 'no',
  })
  response.flushHeaders()
  const heartbeat = setInterval(() => response.write(':\n\n'), HEARTBEAT_MS)
  response.once('close', () => clearInterval(heartbeat))
  return {
    next: async (body, id) => {
      const named = id === undefined ? '' : `id: ${id}\n`
      if (response.write(`event: next\n${named}data: ${JSON.stringify(body)}\n\n`) || response.destroyed) return
      const signal = AbortSignal.timeout(TAKE_WITHIN_MS)
      await Promise.race([once(response, 'drain', { signal }), once(response, 'close', { signal })]).catch(() =>
        response.destroy(),
      )
    },
    complete: () => {
      response.end('event: complete\ndata:\n\n')
    },
  }
}
