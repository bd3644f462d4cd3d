import { setTimeout as sleep } from 'node:timers/promises'

const TIMES = 3
const PAUSE_MS = 300

/**
 * Asks a node once more, and again, where its answer is false: one that gains blocks meanwhile may have answered of a newer
 * state than it was asked for. What it says each time counts.
 */
export async function askAgain<T>(ask: () => Promise<T>, isFalse: (answer: T) => boolean): Promise<T> {
  for (let time = 1; ; time++) {
    const answer = await ask()
    if (time === TIMES || !isFalse(answer)) return answer
    await sleep(PAUSE_MS)
  }
}
