import { setTimeout as sleep } from 'node:timers/promises'
import { StopError } from '../sdk/errors.ts'
import { subjectOf } from './challenge.ts'
import type { Watcher } from './watcher.ts'

/** Rounds in which nothing moved, before that is taken for the end: the first may have met a block that was just replaced. */
const QUIET_ROUNDS = 2

/** Watches until nothing is left to do but to wait for answers; refuses to call that well where something false still stands. */
export async function watchOnce(watcher: Watcher, pollMs: number, signal: AbortSignal): Promise<void> {
  for (let quiet = 0; !signal.aborted; ) {
    const { standing, moved } = await watcher.round(signal)
    quiet = moved ? 0 : quiet + 1
    if (standing.length === 0 && quiet > 0) return
    if (quiet >= QUIET_ROUNDS) {
      const [first] = standing
      throw new StopError(
        `${standing.length} ${standing.length === 1 ? 'challenge is' : 'challenges are'} not settled`,
        { first: first ? `${first.kind} ${subjectOf(first)}` : '' },
        'Look at the lines above; without --dry-run they are filed.',
      )
    }
    await sleep(pollMs, undefined, { signal }).catch(() => undefined)
  }
}
