import type { IndexerEvent, StoredEvent } from '../events.ts'
import type { Output } from './command.ts'
import { type LogFormat, written } from './log.ts'
import { type LogEvent, logEventOf } from './logEvents.ts'
import { barOf, type Progress, progressMeter, sentenceOf } from './progress.ts'

/** A command's output while it runs. */
export interface Terminal {
  handle(event: IndexerEvent): void
  log(line: LogEvent): void
  /** Removes the progress bar. */
  end(): void
}

export interface TerminalOptions {
  readonly format: LogFormat
  /** The verification level, shown in the bar. */
  readonly verify: string
  readonly env: NodeJS.ProcessEnv
  readonly now: () => number
}

const LINES_EVERY_MS = 1_000
const BARS_EVERY_MS = 100
const CLEAR_LINE = '\r\x1b[K'

/**
 * Writes log lines and the progress of a backfill: on a terminal as a bar that stays the last line,
 * elsewhere as a plain line each second.
 */
export function terminalTo(out: Output, { format, verify, env, now }: TerminalOptions): Terminal {
  const isTerminal = out.isTTY === true && format === 'text' && env.TERM !== 'dumb'
  const measure = progressMeter(now)
  let bar: Progress | undefined
  let quietUntil = 0

  const draw = () => {
    // The last column stays free: a line that fills the terminal's width wraps.
    if (bar !== undefined)
      out.write(`${CLEAR_LINE}${barOf(bar, verify, (out.columns ?? 80) - 1, supportsUnicode(env))}`)
  }
  const log = (line: LogEvent) => {
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
      } else log(progressLine(made))
    }
  }
  return {
    log,
    end,
    handle: (event) => {
      if (event.kind === 'stored') progress(event)
      if (event.kind === 'caughtUp' || event.kind === 'stopped') end()
      const line = logEventOf(event)
      if (line !== undefined) log(line)
    },
  }
}

function progressLine(progress: Progress): LogEvent {
  const { block, nodeHead, events, eventsPerSecond, secondsLeft } = progress
  const facts = { block, nodeHead, events, eventsPerSecond: Math.round(eventsPerSecond) }
  const left = secondsLeft === undefined ? {} : { secondsLeft: Math.ceil(secondsLeft) }
  return { level: 'info', event: 'progress', message: sentenceOf(progress), facts: { ...facts, ...left } }
}

/** Terminals show it by their locale; Windows Terminal by its session variable. */
function supportsUnicode(env: NodeJS.ProcessEnv): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || ''
  return /utf-?8/i.test(locale) || env.WT_SESSION !== undefined
}
