import { spawn } from 'node:child_process'

/** A command as someone types it: what it said, and how it ended. */
export interface Typed {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

export interface Running {
  /** Resolves once `text` was printed. */
  readonly said: (text: string) => Promise<void>
  /** All that it printed so far. */
  readonly output: () => string
  readonly signal: (signal: NodeJS.Signals) => void
  readonly ended: Promise<Typed>
}

/** Starts `node <script>` with arguments and environment, and listens. */
export function start(
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  cwd = process.cwd(),
): Running {
  const child = spawn(process.execPath, [script, ...args], { env: { ...process.env, ...env }, cwd })
  let out = ''
  let err = ''
  const listeners = new Set<() => void>()
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk
    for (const listener of listeners) listener()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk
  })
  const ended = new Promise<Typed>((resolve) => child.on('close', (code) => resolve({ code, out, err })))
  return {
    ended,
    output: () => out,
    signal: (signal) => child.kill(signal),
    said: (text) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!out.includes(text)) return
          listeners.delete(look)
          resolve()
        }
        listeners.add(look)
        look()
        void ended.then(({ code }) =>
          reject(new Error(`It ended with ${code} before it said "${text}":\n${out}${err}`)),
        )
      }),
  }
}

export function type(
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Typed> {
  return start(script, args, env).ended
}
