import { setTimeout as sleep } from 'node:timers/promises'
import type { GraphQLError } from 'graphql'
import type { Result } from '../graphql.ts'
import { codeOf, type ErrorCode } from '../query/badRequest.ts'
import type { Subscriber } from './changes.ts'
import type { EventStream } from './eventStream.ts'
import type { HeadWatch } from './headWatch.ts'
import { encodePosition, type Position } from './position.ts'

export interface Followed {
  readonly stream: EventStream
  /** Executes the subscription once. It may throw what passes, such as that too many wait. */
  readonly execute: (subscriber: Subscriber) => Promise<Result>
  readonly heads: HeadWatch
  /** Where a client that comes back goes on. */
  readonly position: Position | undefined
  /** Aborts when the client is gone, or this process ends. */
  readonly signal: AbortSignal
  readonly shown: (error: unknown) => readonly GraphQLError[]
}

/** A moment later, the same may succeed. */
const PASSING: ReadonlySet<ErrorCode> = new Set(['NOT_READY', 'REORGED', 'RATE_LIMITED', 'OVERLOADED', 'UNAVAILABLE'])
const AGAIN_MS = 1_000

/** Sends a message whenever there is something new, until the client is gone or the subscription fails. */
export async function follow({ stream, execute, heads, position, signal, shown }: Followed): Promise<void> {
  let at = position
  let seen: string | undefined
  for (;;) {
    const head = await heads(seen, signal)
    const subscriber: Subscriber = { position: at }
    const { data, errors } = await execute(subscriber).catch((error: unknown) => ({ data: null, errors: shown(error) }))
    signal.throwIfAborted()
    const { reached } = subscriber
    if (errors?.every((error) => PASSING.has(codeOf(error)))) {
      await sleep(AGAIN_MS, undefined, { signal })
    } else if (errors !== undefined || reached === undefined) {
      await stream.next({ data, errors }, undefined)
      return stream.complete()
    } else {
      if (reached.isNews) await stream.next({ data }, encodePosition(reached.position))
      at = reached.position
      seen = reached.hasMore ? undefined : head
    }
  }
}
