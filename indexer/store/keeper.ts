import { spawn } from 'node:child_process'

/** A program that does not outlive this process. */
export interface Kept {
  readonly ended: Promise<void>
}

interface KeepOptions {
  /** A file descriptor for what it says. */
  readonly output: number
  readonly as?: { readonly uid: number; readonly gid: number } | undefined
  /** Ends it: its sessions are cut off, and so undone. */
  readonly until: AbortSignal
}

/**
 * The program ends when its keeper's input does: that is how it is stopped, and what becomes of it when this process is killed. It is asked
 * until it is gone, since one that has only begun is deaf to SIGINT, and one that was stopped hears nothing before it is continued. Both stand
 * in a session of their own, so that Ctrl-C reaches them only through us. What it pauses by may outlive the program by a blink, and so holds no
 * file of its folder open.
 */
const KEEPER = `
  exec 3<&0
  "$@" 3<&- &
  program=$!
  (while read -r _ <&3; do :; done; while kill -INT $program && kill -CONT $program; do sleep 0.1; done) > /dev/null 2>&1 &
  keeper=$!
  wait $program
  kill $keeper 2> /dev/null`

export function keep(program: readonly string[], { output, as, until }: KeepOptions): Kept {
  const child = spawn('sh', ['-c', KEEPER, 'keeper', ...program], {
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
  // Who waits for its end hears that it could not begin; that nobody waits yet must not end this process.
  ended.catch(() => {})
  return { ended }
}
