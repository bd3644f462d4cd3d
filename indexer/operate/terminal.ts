import type { IndexerEvent, StoredEvent } from '../events.ts'
import type { Output } from './command.ts'
import { type LogFormat, written } from './log.ts'
import { type LogEvent, logEventOf } from './logEvents.ts'
import { barOf, type Progress, progressMeter, sentenceOf } from './progress.ts'

/** What a command says while it runs. */
export interface Terminal {
  heard(event: IndexerEvent): void
  say(line: LogEvent): void
  /** Takes the progress bar away. */
  end(): void
}

export interface TerminalOptions {
  readonly format: LogFormat
  /** How much is verified, for the bar. */
  readonly verify: string
  readonly env: NodeJS.ProcessEnv
  readonly now: () => number
}

const LINES_EVERY_MS = 1_000
const BARS_EVERY_MS = 100
const CLEAR_LINE = '\r\x1b[K'

/**
 * Every line that event are worth, and how far a backfill has come: a living bar at the foot of a terminal, under which no line is
 * ever written, or a plain line each second where nobody watches.
 */
export function terminalTo(out: Output, { format, verify, env, now }: TerminalOptions): Terminal {
  const isTerminal = out.isTTY === true && format === 'text' && env.TERM !== 'dumb'
  const measure = progressMeter(now)
  let bar: Progress | undefined
  let quietUntil = 0

  const draw = () => {
    // The last column stays free: a terminal that is filled to its edge goes on to the next line.
    if (bar !== undefined) out.write(`${CLEAR_LINE}${barOf(bar, verify, (out.columns ?? 80) - 1, speaksUnicode(env))}`)
  }
  const say = (line: LogEvent) => {
    out.write(`${bar === undefined ? '' : CLEAR_LINE}${written(line, format, new Date(now()))}\n`)
    draw()
  }
  const end = () => {
    if (bar !== undefined) out.write(CLEAR_LINE)
    bar = undefined
  }
  const progress = (stored: StoredEvent) => {
    const made = measure(stored)
    if (stored.block >= stored.nodeHead) end()
    else if (now() >= quietUntil) {
      quietUntil = now() + (isTerminal ? BARS_EVERY_MS : LINES_EVERY_MS)
      if (isTerminal) {
        bar = made
        draw()
      } else say(lineOfProgress(made))
    }
  }
  return {
    say,
    end,
    heard: (event) => {
      if (event.kind === 'stored') progress(event)
      if (event.kind === 'caughtUp' || event.kind === 'stopped') end()
      const line = logEventOf(event)
      if (line !== undefined) say(line)
    },
  }
}

function lineOfProgress(progress: Progress): LogEvent {
  const { block, nodeHead, events, eventsPerSecond, secondsLeft } = progress
  const facts = { block, nodeHead, events, eventsPerSecond: Math.round(eventsPerSecond) }
  const left = secondsLeft === undefined ? {} : { secondsLeft: Math.ceil(secondsLeft) }
  return { level: 'info', event: 'progress', message: sentenceOf(progress), facts: { ...facts, ...left } }
}

/** As terminals tell by their locale; those of Windows by what they are. */
function speaksUnicode(env: NodeJS.ProcessEnv): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || ''
  return /utf-?8/i.test(locale) || env.WT_SESSION !== undefined
}
