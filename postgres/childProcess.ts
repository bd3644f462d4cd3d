import { spawn } from 'node:child_process'

/** A program that ends with this process. */
export interface ChildProcess {
  readonly ended: Promise<void>
}

interface ChildOptions {
  /** A file descriptor for its output. */
  readonly output: number
  readonly as?: { readonly uid: number; readonly gid: number } | undefined
  /** Ends it, which cuts off its sessions and rolls them back. */
  readonly until: AbortSignal
}

/**
 * A shell that ends the program when its own input ends: by `until`, or when this process is
 * killed. It repeats SIGINT until the program is gone, since a starting program ignores it, and
 * adds SIGCONT, since a stopped program receives nothing. Both run in a session of their own, so
 * that Ctrl-C reaches only this process. The loop's `sleep` may outlive the program briefly, so its
 * output is closed and no file in the folder stays open.
 */
const SUPERVISOR = `
  exec 3<&0
  "$@" 3<&- &
  program=$!
  (while read -r _ <&3; do :; done; while kill -INT $program && kill -CONT $program; do sleep 0.1; done) > /dev/null 2>&1 &
  supervisor=$!
  wait $program
  kill $supervisor 2> /dev/null`

export function startChild(program: readonly string[], { output, as, until }: ChildOptions): ChildProcess {
  const child = spawn('sh', ['-c', SUPERVISOR, 'supervisor', ...program], {
    ...as,
    detached: true,
    stdio: ['pipe', output, output],
  })
  const end = () => child.stdin?.end()
  until.addEventListener('abort', end)
  const ended = new Promise<void>((resolve, reject) => {
    child.once('exit', () => resolve())
    child.once('error', reject)
  }).finally(() => until.removeEventListener('abort', end))
  // A failure to start rejects `ended`; without a listener yet, that must not end this process.
  ended.catch(() => {})
  return { ended }
}
