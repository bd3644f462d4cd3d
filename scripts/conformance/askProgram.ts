import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { isDeepStrictEqual } from 'node:util'
import { StopError } from '../../sdk/errors.ts'
import type { Question } from './suites.ts'

export interface Mismatch extends Question {
  readonly said: unknown
}

/**
 * Asks a program all questions, one JSON value a line on its input, and compares its answers, one
 * a line on its output in the same order. `command` is a command line for the shell.
 */
export async function askProgram(command: string, questions: readonly Question[]): Promise<readonly Mismatch[]> {
  const child = spawn(command, { shell: true, stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(child, 'close')
  // A program that ends early is told by its missing answers.
  child.stdin.on('error', () => {})
  for (const { suite, input } of questions) child.stdin.write(`${JSON.stringify({ suite, input })}\n`)
  child.stdin.end()
  const answers: string[] = []
  for await (const line of createInterface({ input: child.stdout })) if (line.trim() !== '') answers.push(line)
  const [status] = await ended
  if (status !== 0 || answers.length !== questions.length)
    throw new StopError(
      'The program did not answer every question',
      { questions: questions.length, answers: answers.length, status: String(status) },
      'It must read lines until its input ends, write one line for each, and exit with 0.',
    )
  return questions.flatMap((question, i) => {
    const said = parsed(answers[i] as string)
    return isDeepStrictEqual(said, question.answer) ? [] : [{ ...question, said }]
  })
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return line
  }
}
