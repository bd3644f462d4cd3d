import type { WriteStream } from 'node:tty'

/** What a person waiting sees: every step with what is left of it, on a terminal as one living line, elsewhere as plain lines. */

export type Report = (done: number, total: number) => void

export interface Progress {
  /** Runs one step; `expectedSeconds` stands in for an ETA until the step reports how far it is. */
  readonly step: <T>(title: string, expectedSeconds: number, work: (report: Report) => Promise<T>) => Promise<T>
  readonly say: (line: string) => void
  /** How long each finished step took, in seconds. */
  readonly seconds: ReadonlyMap<string, number>
  /** Says no more, of steps that are cut short neither. */
  readonly close: () => void
}

interface Running {
  readonly title: string
  readonly startedAt: number
  readonly expectedSeconds: number
  done: number
  total: number
  saidAt: number
}

const PLAIN_INTERVAL_MS = 10_000
const TERMINAL_INTERVAL_MS = 250

export function createProgress(out: WriteStream | NodeJS.WritableStream, now: () => number): Progress {
  const isTerminal = 'isTTY' in out && out.isTTY === true
  const running: Running[] = []
  let isClosed = false
  const seconds = new Map<string, number>()

  const clear = () => isTerminal && out.write('\r\x1b[K')
  const say = (line: string) => {
    if (isClosed) return
    clear()
    out.write(`${line}\n`)
  }
  const draw = () => {
    if (isTerminal) {
      const width = ('columns' in out && out.columns) || 80
      const line = running.map((step) => `${step.title} ${standing(step, now())}`).join(' · ')
      out.write(`\r\x1b[K  ${line.slice(0, width - 3)}`)
      return
    }
    for (const step of running) {
      if (now() - step.saidAt < PLAIN_INTERVAL_MS) continue
      step.saidAt = now()
      out.write(`  … ${step.title}: ${standing(step, now())}\n`)
    }
  }

  let timer: NodeJS.Timeout | undefined
  return {
    seconds,
    say,
    close() {
      clear()
      isClosed = true
      clearInterval(timer)
    },
    async step(title, expectedSeconds, work) {
      const step: Running = { title, startedAt: now(), expectedSeconds, done: 0, total: 0, saidAt: now() }
      if (!isTerminal) say(`  … ${title}, about ${duration(expectedSeconds)}`)
      running.push(step)
      timer ??= setInterval(draw, isTerminal ? TERMINAL_INTERVAL_MS : 1_000)
      try {
        const result = await work((done, total) => {
          step.done = done
          step.total = total
        })
        const took = (now() - step.startedAt) / 1000
        seconds.set(title, took)
        say(`  ✓ ${title}, ${duration(took)}`)
        return result
      } catch (error) {
        say(`  ✗ ${title}`)
        throw error
      } finally {
        running.splice(running.indexOf(step), 1)
        if (running.length === 0) {
          clearInterval(timer)
          timer = undefined
        }
      }
    },
  }
}

function standing(step: Running, now: number): string {
  const elapsed = (now - step.startedAt) / 1000
  if (step.done === 0 || step.total === 0) {
    const left = step.expectedSeconds - elapsed
    return left > 0.5 ? `about ${duration(left)} left` : `${duration(elapsed)} so far`
  }
  const left = (elapsed / step.done) * (step.total - step.done)
  return `${step.done.toLocaleString('en-US')} of ${step.total.toLocaleString('en-US')}, about ${duration(left)} left`
}

export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  if (seconds < 60) return `${Math.round(seconds)} s`
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`
}
