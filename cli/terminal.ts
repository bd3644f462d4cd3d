/** What a command prints: sentences on a terminal, or one JSON value on stdout with `--json`. */

import { createInterface } from 'node:readline/promises'
import { styleText } from 'node:util'
import { Presets, SingleBar } from 'cli-progress'
import { ExitError } from './exitError.ts'

export interface Terminal {
  readonly isJson: boolean
  /** A line for a person; nothing with `--json`. */
  readonly say: (line: string) => void
  /** A side note: what is being done, hashes, links. On stderr, so that stdout holds the result alone. */
  readonly note: (line: string) => void
  /** The command's result: its lines for a person, its value with `--json`. Once, or once an event where a command keeps running. */
  readonly result: (value: unknown, lines: readonly string[]) => void
  /** The progress of anything that takes longer than two seconds. */
  readonly progress: (step: string, done: number, total: number) => void
  readonly ask: (question: string) => Promise<string | undefined>
  readonly askSecret: (question: string) => Promise<string | undefined>
}

interface Bar {
  readonly step: string
  done: number
  total: number
  readonly startedAt: number
  shown: SingleBar | undefined
  readonly due: NodeJS.Timeout
}

const BAR_AFTER_MS = 2_000

export function terminalOn(isJson: boolean): Terminal {
  const isTerminal = process.stderr.isTTY === true
  let bar: Bar | undefined
  const endBar = (): void => {
    clearTimeout(bar?.due)
    bar?.shown?.stop()
    bar = undefined
  }
  /** By a timer: a step that hangs reports nothing more. */
  const showBar = (): void => {
    if (bar === undefined) return
    bar.shown = new SingleBar(
      {
        format: `${bar.step} {bar} {value} of {total}{left}`,
        noTTYOutput: true,
        notTTYSchedule: 10_000,
        stream: process.stderr,
        hideCursor: true,
      },
      Presets.shades_grey,
    )
    bar.shown.start(bar.total, bar.done, { left: '' })
  }
  const say = (line: string): void => {
    endBar()
    if (!isJson) process.stdout.write(`${line}\n`)
  }
  return {
    isJson,
    say,
    note(line) {
      endBar()
      if (!isJson) process.stderr.write(`${styleText('dim', line, { stream: process.stderr })}\n`)
    },
    result(value, lines) {
      endBar()
      if (isJson) process.stdout.write(`${JSON.stringify(value, plainValue)}\n`)
      else for (const line of lines) process.stdout.write(`${line}\n`)
    },
    progress(step, done, total) {
      if (isJson) return
      if (bar?.step !== step) {
        endBar()
        bar = { step, done, total, startedAt: Date.now(), shown: undefined, due: setTimeout(showBar, BAR_AFTER_MS) }
        bar.due.unref()
      }
      Object.assign(bar, { done, total })
      bar.shown?.update(done, { left: timeLeft(Date.now() - bar.startedAt, done, total) })
      if (done >= total) endBar()
    },
    ask: async (question) => (isTerminal && process.stdin.isTTY ? await askLine(question) : undefined),
    askSecret: async (question) => (isTerminal && process.stdin.isTTY ? await askHidden(question) : undefined),
  }
}

/** Empty while too little is done for an estimate. */
export function timeLeft(passedMs: number, done: number, total: number): string {
  if (passedMs < 2 * BAR_AFTER_MS || done < total / 100) return ''
  const seconds = Math.round((passedMs * (total - done)) / done / 1_000)
  if (seconds < 90) return `, about ${seconds} s left`
  return `, about ${Math.round(seconds / 60)} min left`
}

/** Amounts and numbers of the chain may exceed what a JSON number holds exactly. */
function plainValue(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}` : value
}

async function askLine(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return await lines.question(`${question} `)
  } catch (error) {
    if (!(error instanceof Error && error.name === 'AbortError')) throw error
    process.stderr.write('\n')
    throw new ExitError(130)
  } finally {
    lines.close()
  }
}

/** What is typed does not appear. */
async function askHidden(question: string): Promise<string> {
  process.stderr.write(`${question} `)
  process.stdin.setRawMode(true)
  try {
    let typed = ''
    for await (const chunk of process.stdin) {
      for (const character of String(chunk)) {
        if (character === '\r' || character === '\n') return typed
        if (character === '\u0003') process.exit(130)
        typed = character === '\u007f' ? typed.slice(0, -1) : typed + character
      }
    }
    return typed
  } finally {
    process.stdin.setRawMode(false)
    process.stdin.pause()
    process.stderr.write('\n')
  }
}
