import type { News, StoredNews } from '../news.ts'
import type { Output } from './command.ts'
import { type Line, lineOf } from './line.ts'
import { type LogFormat, written } from './log.ts'
import { barOf, type Progress, progressMeter, sentenceOf } from './progress.ts'

/** What a command says while it runs. */
export interface Voice {
  heard(news: News): void
  say(line: Line): void
  /** Takes the progress bar away. */
  end(): void
}

export interface VoiceOptions {
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
 * Every line that news are worth, and how far a backfill has come: a living bar at the foot of a terminal, under which no line is
 * ever written, or a plain line each second where nobody watches.
 */
export function voiceTo(out: Output, { format, verify, env, now }: VoiceOptions): Voice {
  const isTerminal = out.isTTY === true && format === 'text' && env.TERM !== 'dumb'
  const measure = progressMeter(now)
  let bar: Progress | undefined
  let quietUntil = 0

  const draw = () => {
    // The last column stays free: a terminal that is filled to its edge goes on to the next line.
    if (bar !== undefined) out.write(`${CLEAR_LINE}${barOf(bar, verify, (out.columns ?? 80) - 1, speaksUnicode(env))}`)
  }
  const say = (line: Line) => {
    out.write(`${bar === undefined ? '' : CLEAR_LINE}${written(line, format, new Date(now()))}\n`)
    draw()
  }
  const end = () => {
    if (bar !== undefined) out.write(CLEAR_LINE)
    bar = undefined
  }
  const progress = (stored: StoredNews) => {
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
    heard: (news) => {
      if (news.kind === 'stored') progress(news)
      if (news.kind === 'caughtUp' || news.kind === 'stopped') end()
      const line = lineOf(news)
      if (line !== undefined) say(line)
    },
  }
}

function lineOfProgress(progress: Progress): Line {
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
