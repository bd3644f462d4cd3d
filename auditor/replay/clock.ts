// The contracts' clock, which stands still while they are paused (contracts/Clock.sol).
//
//   time = (pausedAt, or the block's timestamp while not paused) − stoppedSeconds

import type { ExpectedSlot } from '../storage/expectedSlot.ts'
import { packed, plainSlot } from '../storage/words.ts'
import type { Pauses } from '../world/clock.ts'
import { expectTold, type Handlers, type Step } from './step.ts'

const DAY = 86_400n
const MAX_PAUSE = 14n * DAY
const PERIOD = 60n * DAY
const PAUSES_SLOT = 1

/** The contracts' time in the block of an event. */
export function timeIn({ world, timestamp }: Step): bigint {
  return timeAt(world.pauses, timestamp)
}

export function timeAt(pauses: Pauses, timestamp: bigint): bigint {
  const { pausedAt, stoppedSeconds } = ended(pauses, timestamp)
  return (pausedAt === 0n ? timestamp : pausedAt) - stoppedSeconds
}

export const clockHandlers: Handlers = {
  paused: (step, { until }) => {
    const { world, timestamp, at } = step
    const pauses = ended(world.pauses, timestamp)
    const usedSeconds = timestamp >= pauses.lastEnd + PERIOD - MAX_PAUSE ? 0n : pauses.usedSeconds
    expectTold(step, 'A pause ends at another time than its rule says', until, timestamp + MAX_PAUSE - usedSeconds)
    world.pauses = { ...pauses, usedSeconds, pausedAt: timestamp, endsAt: until, at }
  },
  resumed: (step, { pausedSeconds }) => {
    const { world, timestamp, at } = step
    const pauses = ended(world.pauses, timestamp)
    expectTold(step, 'A pause lasted another time than stated', pausedSeconds, timestamp - pauses.pausedAt)
    world.pauses = { ...ended({ ...pauses, endsAt: timestamp }, timestamp), at }
  },
}

export function* clockSlots({ pauses }: { readonly pauses: Pauses }): Iterable<ExpectedSlot> {
  const { pausedAt, endsAt, stoppedSeconds, lastEnd, usedSeconds, at } = pauses
  const word = packed([pausedAt, 40], [endsAt, 40], [stoppedSeconds, 40], [lastEnd, 40], [usedSeconds, 32])
  yield { contract: 'clock', slot: plainSlot(PAUSES_SLOT), word, subject: 'pauses', at }
}

/** Counts a pause that is over. */
function ended(pauses: Pauses, now: bigint): Pauses {
  if (pauses.pausedAt === 0n || now < pauses.endsAt) return pauses
  const lasted = pauses.endsAt - pauses.pausedAt
  return {
    ...pauses,
    stoppedSeconds: pauses.stoppedSeconds + lasted,
    usedSeconds: pauses.usedSeconds + lasted,
    lastEnd: pauses.endsAt,
    pausedAt: 0n,
  }
}
