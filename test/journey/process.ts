import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:net'

/** A command of the project, run as a user runs it. */
export interface Running {
  readonly child: ChildProcess
  readonly output: () => string
  /** Resolves once the output contains `text`; rejects with all output if the process ends before. */
  readonly until: (text: string) => Promise<void>
  /** Resolves with the exit code, or null after a signal. */
  readonly exited: Promise<number | null>
}

export function run(script: string, args: readonly string[]): Running {
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  const listeners = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      for (const listener of listeners) listener()
    })
  }
  const exited = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)))
  const until = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (output.includes(text)) resolve()
      }
      listeners.add(look)
      exited.then((code) => reject(new Error(`${script} ended with ${code} before it said "${text}":\n${output}`)))
      look()
    })
  return { child, output: () => output, until, exited }
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port')
  return address.port
}
