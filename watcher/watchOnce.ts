import { setTimeout as sleep } from 'node:timers/promises'
import { StopError } from '../sdk/errors.ts'
import { subjectOf } from './challenge.ts'
import type { Watcher } from './watcher.ts'

/**
 * Rounds without progress before the watcher stops: the first may have met a block that was just
 * replaced.
 */
const QUIET_ROUNDS = 2

/** Watches until only answers are awaited. Throws if a challenge is still open. */
export async function watchOnce(watcher: Watcher, pollMs: number, signal: AbortSignal): Promise<void> {
  for (let quiet = 0; !signal.aborted; ) {
    const { open, moved } = await watcher.round(signal)
    quiet = moved ? 0 : quiet + 1
    if (open.length === 0 && quiet > 0) return
    if (quiet >= QUIET_ROUNDS) {
      const [first] = open
      throw new StopError(
        `${open.length} ${open.length === 1 ? 'challenge is' : 'challenges are'} not settled`,
        { first: first ? `${first.kind} ${subjectOf(first)}` : '' },
        'Look at the lines above; a run that may send files them.',
      )
    }
    await sleep(pollMs, undefined, { signal }).catch(() => undefined)
  }
}
