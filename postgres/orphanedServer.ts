import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { RetryError } from '../sdk/errors.ts'

const GRACE_MS = 15_000

/**
 * Ends the server that a killed process left behind on the files in `data`. Returns once it is
 * gone, or `stopping` aborts. First it is asked to shut down with a checkpoint (SIGINT), then
 * without one (SIGQUIT), from which the next server recovers. It is never killed: its forked
 * processes would outlive it for a moment.
 */
export async function endOrphanedServer(
  data: string,
  stopping: AbortSignal,
  graceMs: number = GRACE_MS,
): Promise<void> {
  const pid = serverOf(data)
  if (pid === undefined) return
  for (const request of ['SIGINT', 'SIGQUIT'] as const) {
    ask(pid, request)
    for (const until = performance.now() + graceMs; performance.now() < until; await sleep(25)) {
      if (serverOf(data) !== pid || stopping.aborted) return
    }
  }
  throw new RetryError(
    'The database server of an earlier process does not end',
    { pid, folder: dirname(data) },
    'End that process, with `kill -KILL` if necessary, and start again: stored data is kept.',
  )
}

/** A stopped process receives a signal only once it is continued. */
function ask(pid: number, request: NodeJS.Signals): void {
  for (const signal of [request, 'SIGCONT'] as const) {
    try {
      process.kill(pid, signal)
    } catch {
      // It has ended, or belongs to another user: the loop that waits for it shows which.
    }
  }
}

/**
 * The process that serves these files, if any. Its recorded id may belong to another program by
 * now.
 */
function serverOf(data: string): number | undefined {
  try {
    const pid = Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0])
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(data) ? pid : undefined
  } catch {
    return undefined
  }
}
