import type { WriteStream } from 'node:tty'
import { duration } from '../examples/demo/progress.ts'
import type { OnProgress } from '../pipeline/train/progress.ts'

/** Where a long command stands and how long the step at hand will still take: one living line on a terminal, few plain ones elsewhere. */

const TERMINAL_INTERVAL_MS = 250
const PLAIN_INTERVAL_MS = 10_000

export function reportTo(out: WriteStream | NodeJS.WritableStream, now: () => number): OnProgress {
  let current = ''
  let startedAt = 0
  let saidAt = 0
  const isTerminal = 'isTTY' in out && out.isTTY === true
  return ({ step, done, total }) => {
    if (step !== current) {
      current = step
      startedAt = now()
      saidAt = Number.NEGATIVE_INFINITY
    }
    const isOver = done === total
    const interval = isTerminal ? TERMINAL_INTERVAL_MS : PLAIN_INTERVAL_MS
    if (!isOver && now() - saidAt < interval) return
    saidAt = now()
    const left = ((now() - startedAt) / 1000 / Math.max(1, done)) * (total - done)
    const standing = isOver || done === 0 ? '' : `, about ${duration(left)} left`
    const line = `${step}: ${done.toLocaleString('en-US')} of ${total.toLocaleString('en-US')}${standing}`
    out.write(isTerminal ? `\r\x1b[K${line}${isOver ? '\n' : ''}` : `${line}\n`)
  }
}
