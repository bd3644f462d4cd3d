import { limits } from '../limits.ts'
import { BadRequest } from '../query/badRequest.ts'
import type { Usage } from './usage.ts'

/**
 * Lets a few requests run at once and some more wait. Clients that took less of this process's time
 * lately go first, so that those who ask for much wait for those who ask for little.
 */
export interface Admission {
  /**
   * Resolves when the request may run, with the function to call at its end. Rejects if too many
   * wait, if it waited for too long, or when `signal` aborts.
   */
  enter(client: string, signal: AbortSignal): Promise<() => void>
}

interface Waiting {
  readonly start: () => void
  readonly stop: (reason: unknown) => void
}

/** @param most How many run at once. */
export function admission(most: number, used: Usage): Admission {
  const lines = new Map<string, Set<Waiting>>()
  const runningOf = new Map<string, number>()
  let running = 0
  let waiting = 0
  let isScheduled = false

  const mayRun = (client: string) => running < most && (runningOf.get(client) ?? 0) < limits.runningOfClient.most

  const begin = (client: string): (() => void) => {
    running += 1
    runningOf.set(client, (runningOf.get(client) ?? 0) + 1)
    let hasEnded = false
    return () => {
      if (hasEnded) return
      hasEnded = true
      running -= 1
      const left = (runningOf.get(client) ?? 1) - 1
      if (left === 0) runningOf.delete(client)
      else runningOf.set(client, left)
      schedule()
    }
  }

  const leave = (client: string, one: Waiting): void => {
    const line = lines.get(client)
    if (line?.delete(one) !== true) return
    waiting -= 1
    if (line.size === 0) lines.delete(client)
  }

  /** Starts those that may run, of the clients that took least time first. */
  const next = (): void => {
    isScheduled = false
    const turns = [...lines.keys()].map((client) => [client, used.of(client)] as const)
    for (const [client] of turns.toSorted(([, a], [, b]) => a - b)) {
      for (const first of lines.get(client) ?? []) {
        if (running >= most) return
        if (!mayRun(client)) break
        leave(client, first)
        first.start()
      }
    }
  }

  /** Between two turns, new requests come in and get in line. */
  const schedule = (): void => {
    if (isScheduled || waiting === 0) return
    isScheduled = true
    setImmediate(next)
  }

  /** Where all places are taken, the longest line gives one up to a client with a shorter one. */
  const makesRoom = (client: string): boolean => {
    const [longest] = [...lines.values()].toSorted((a, b) => b.size - a.size)
    if (longest === undefined || longest.size <= (lines.get(client)?.size ?? 0) + 1) return false
    const newest = [...longest].at(-1)
    newest?.stop(overloaded())
    return true
  }

  const wait = (client: string, signal: AbortSignal): Promise<() => void> =>
    new Promise((resolve, reject) => {
      const stop = (reason: unknown) => {
        leave(client, one)
        clearTimeout(timer)
        signal.removeEventListener('abort', gone)
        reject(reason)
      }
      const gone = () => stop(signal.reason)
      const timer = setTimeout(() => stop(overloaded()), limits.waitingMs.most)
      const one: Waiting = {
        stop,
        start: () => {
          clearTimeout(timer)
          signal.removeEventListener('abort', gone)
          resolve(begin(client))
        },
      }
      signal.addEventListener('abort', gone)
      const line = lines.get(client) ?? new Set()
      lines.set(client, line.add(one))
      waiting += 1
      schedule()
    })

  return {
    enter: async (client, signal) => {
      signal.throwIfAborted()
      if (waiting === 0 && mayRun(client)) return begin(client)
      if ((lines.get(client)?.size ?? 0) >= limits.waitingOfClient.most) {
        throw new BadRequest(
          `${limits.waitingOfClient.most} requests of yours wait already; wait 1 s`,
          'RATE_LIMITED',
          {
            retryAfter: 1,
          },
        )
      }
      if (waiting >= limits.waiting.most && !makesRoom(client)) throw overloaded()
      return await wait(client, signal)
    },
  }
}

function overloaded(): BadRequest {
  return new BadRequest('Too many requests wait here; ask again in 2 s', 'OVERLOADED', { retryAfter: 2 })
}
