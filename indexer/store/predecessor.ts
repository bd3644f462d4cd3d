import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { RetryError } from '../../sdk/errors.ts'

const FAIR_WHILE_MS = 15_000

/**
 * Ends the server that a killed process left behind with the files in `data`, and returns when it is gone, or when `stopping` says that nobody
 * wants the files any more. It is asked first to write out what it holds, then to drop it, from which the next server recovers. It is never
 * killed: what it forked would live on for a moment.
 */
export async function endPredecessor(
  data: string,
  stopping: AbortSignal,
  fairWhileMs: number = FAIR_WHILE_MS,
): Promise<void> {
  const pid = serverOf(data)
  if (pid === undefined) return
  for (const request of ['SIGINT', 'SIGQUIT'] as const) {
    ask(pid, request)
    for (const until = performance.now() + fairWhileMs; performance.now() < until; await sleep(25)) {
      if (serverOf(data) !== pid || stopping.aborted) return
    }
  }
  throw new RetryError(
    'The server that an earlier process left behind does not end',
    { pid, folder: dirname(data) },
    'End that process, by `kill -KILL` if it takes that, and start again: what is stored stays.',
  )
}

/** One that was stopped hears nothing before it is continued. */
function ask(pid: number, request: NodeJS.Signals): void {
  for (const signal of [request, 'SIGCONT'] as const) {
    try {
      process.kill(pid, signal)
    } catch {
      // It has gone meanwhile, or is not ours to end: either shows while it is waited for.
    }
  }
}

/** The process that serves these files, if one does: its id may have gone to somebody else since. */
function serverOf(data: string): number | undefined {
  try {
    const pid = Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0])
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(data) ? pid : undefined
  } catch {
    return undefined
  }
}
