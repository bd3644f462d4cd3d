import { limits } from '../limits.ts'
import { BadRequest } from '../query/badRequest.ts'

/**
 * Lets a few requests run at once and some more wait, in turns by client, so that one client does
 * not take the place of all others.
 */
export interface Admission {
  /**
   * Resolves when the request may run, with the function to call at its end. Rejects if too many
   * wait, if it waited for too long, or when `signal` aborts.
   */
  enter(client: string, signal: AbortSignal): Promise<() => void>
  readonly waiting: () => number
}

interface Waiting {
  readonly start: () => void
}

export function admission(): Admission {
  /** Clients in the order of their turns. */
  const lines = new Map<string, Set<Waiting>>()
  const runningOf = new Map<string, number>()
  let running = 0
  let waiting = 0

  const mayRun = (client: string) =>
    running < limits.running.most && (runningOf.get(client) ?? 0) < limits.runningOfClient.most

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
      next()
    }
  }

  const leave = (client: string, one: Waiting): void => {
    const line = lines.get(client)
    if (line?.delete(one) !== true) return
    waiting -= 1
    if (line.size === 0) lines.delete(client)
  }

  const next = (): void => {
    for (const [client, line] of lines) {
      if (!mayRun(client)) continue
      const [first] = line
      if (first === undefined) continue
      leave(client, first)
      if (lines.delete(client)) lines.set(client, line)
      first.start()
      return
    }
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
    })

  return {
    waiting: () => waiting,
    enter: async (client, signal) => {
      signal.throwIfAborted()
      if (mayRun(client)) return begin(client)
      if ((lines.get(client)?.size ?? 0) >= limits.waitingOfClient.most) {
        throw new BadRequest(
          `${limits.waitingOfClient.most} requests of yours wait already; wait 1 s`,
          'RATE_LIMITED',
          {
            retryAfter: 1,
          },
        )
      }
      if (waiting >= limits.waiting.most) throw overloaded()
      return await wait(client, signal)
    },
  }
}

function overloaded(): BadRequest {
  return new BadRequest('Too many requests wait here; ask again in 2 s', 'OVERLOADED', { retryAfter: 2 })
}
