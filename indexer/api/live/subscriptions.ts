import type { IncomingMessage, ServerResponse } from 'node:http'
import type { GraphQLError } from 'graphql'
import type { Result } from '../graphql.ts'
import { places } from '../http/places.ts'
import { limits } from '../limits.ts'
import type { Subscriber } from './changes.ts'
import { openEventStream } from './eventStream.ts'
import { follow } from './follow.ts'
import type { HeadWatch } from './headWatch.ts'
import { decodePosition } from './position.ts'

export interface Subscription {
  readonly client: string
  /** Executes it once, in its turn. */
  readonly execute: (subscriber: Subscriber, signal: AbortSignal) => Promise<Result>
}

/** The subscriptions of a process. */
export interface Subscriptions {
  /** Resolves when the subscription has ended. Throws if there are too many. */
  serve(of: Subscription, request: IncomingMessage, response: ServerResponse, gone: AbortSignal): Promise<void>
  /** Ends all of them; clients come back to another process. */
  close(): void
}

export function subscriptions(heads: HeadWatch, shown: (error: unknown) => readonly GraphQLError[]): Subscriptions {
  const closing = new AbortController()
  const open = places('subscriptions', limits.subscriptions.most, limits.subscriptionsOfClient.most)

  return {
    serve: async ({ client, execute }, request, response, gone) => {
      const last = request.headers['last-event-id']
      const position = typeof last === 'string' && last !== '' ? decodePosition(last) : undefined
      const leave = open.take(client)
      const signal = AbortSignal.any([gone, closing.signal])
      try {
        const stream = openEventStream(response)
        await follow({ stream, execute: (one) => execute(one, signal), heads, position, signal, shown })
      } catch (error) {
        if (!signal.aborted) throw error
      } finally {
        leave()
        response.end()
      }
    },
    close: () => closing.abort(),
  }
}
