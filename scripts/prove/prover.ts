import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

/** What the solver says of one `assert`: for every sequence of calls, for none, or that it cannot tell. */
export interface Verdict {
  readonly line: number
  readonly assertion: string
  readonly finding: 'proved' | 'violated' | 'unproved'
  /** The calls that lead to a violation, where there is one. */
  readonly trace: string
}

export type Answer =
  | { readonly kind: 'answered'; readonly verdicts: readonly Verdict[] }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'timedOut'; readonly seconds: number }

const solve = fileURLToPath(new URL('./solve.ts', import.meta.url))

const message = z.object({
  severity: z.string(),
  message: z.string(),
  formattedMessage: z.string(),
  sourceLocation: z.object({ start: z.number(), end: z.number() }).optional(),
})
const output = z.object({ errors: z.array(message).default([]) })

/** Asks the solver about every `assert` of one contract. */
export async function prove(contract: string, source: string, limitSeconds: number): Promise<Answer> {
  const child = spawn(process.execPath, [solve, contract], {
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: limitSeconds * 1_000,
    killSignal: 'SIGKILL',
  })
  child.stdin.end(source)
  const exit = new Promise<NodeJS.Signals | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (_, signal) => resolve(signal))
  })
  const [signal, out, err] = await Promise.all([exit, text(child.stdout), text(child.stderr)])
  if (signal === 'SIGKILL') return { kind: 'timedOut', seconds: limitSeconds }
  if (out === '') return { kind: 'refused', reason: err }
  return read(source, output.parse(JSON.parse(out)).errors)
}

function read(source: string, messages: readonly z.infer<typeof message>[]): Answer {
  const errors = messages.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) return { kind: 'refused', reason: errors.map((e) => e.formattedMessage).join('\n') }
  const verdicts = messages.flatMap((told) => {
    const finding = findingOf(told.message)
    if (finding === undefined || told.sourceLocation === undefined) return []
    const { start, end } = told.sourceLocation
    const trace = finding === 'violated' ? (told.message.split('Counterexample:\n')[1] ?? '') : ''
    return [{ line: source.slice(0, start).split('\n').length, assertion: source.slice(start, end), finding, trace }]
  })
  // A contract whose assertions the solver says nothing about has not been proved: silence is no answer.
  const asserted = source.match(/^\s*assert\(/gm)?.length ?? 0
  if (verdicts.length === asserted && asserted > 0) {
    return { kind: 'answered', verdicts: verdicts.toSorted((a, b) => a.line - b.line) }
  }
  const told = messages.map(({ formattedMessage }) => formattedMessage).join('\n')
  return { kind: 'refused', reason: `${verdicts.length} of ${asserted} assertions were answered.\n${told}` }
}

function findingOf(told: string): Verdict['finding'] | undefined {
  if (told.startsWith('CHC: Assertion violation check is safe')) return 'proved'
  if (told.startsWith('CHC: Assertion violation happens here')) return 'violated'
  if (told.startsWith('CHC: Assertion violation might happen here')) return 'unproved'
  return undefined
}
