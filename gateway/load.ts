import { busy } from './apiError.ts'

/** A bounded queue: so many calls at once, so many that wait, and the rest is asked to come again. */
export interface Slots {
  readonly running: number
  readonly waiting: number
  /** A place, which its holder gives back; throws 429 where the queue is full, or once it drains. */
  take(signal: AbortSignal): Promise<() => void>
  /** Takes no more, and waits for those that are in. */
  drain(): Promise<void>
}

export function createSlots(atOnce: number, queued: number): Slots {
  let running = 0
  let isDraining = false
  const waiting: (() => void)[] = []
  let onEmpty: (() => void) | undefined
  const release = () => {
    const next = waiting.shift()
    if (next !== undefined) next()
    else running -= 1
    if (running === 0) onEmpty?.()
  }
  const once = (act: () => void) => {
    let isDone = false
    return () => {
      if (!isDone) act()
      isDone = true
    }
  }
  return {
    get running() {
      return running
    },
    get waiting() {
      return waiting.length
    },
    take: async (signal) => {
      if (isDraining) throw busy('The gateway is shutting down', 5, 503)
      if (running < atOnce) {
        running += 1
        return once(release)
      }
      if (waiting.length >= queued) throw busy(`${running} calls are being answered and ${queued} wait`)
      await new Promise<void>((resolve, reject) => {
        const start = () => {
          signal.removeEventListener('abort', leave)
          resolve()
        }
        const leave = () => {
          waiting.splice(waiting.indexOf(start), 1)
          reject(signal.reason)
        }
        signal.addEventListener('abort', leave, { once: true })
        waiting.push(start)
      })
      return once(release)
    },
    drain: async () => {
      isDraining = true
      if (running > 0) await new Promise<void>((resolve) => (onEmpty = resolve))
    },
  }
}
