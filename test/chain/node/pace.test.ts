import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  callsAllowed,
  msUntilAllowed,
  type Pace,
  paceAnswered,
  paceOf,
  paceRefused,
  paceSent,
} from '../../../chain/node/pace.ts'

interface Asked {
  readonly pace: Pace
  readonly answered: number
  readonly refused: number
}

/** Asks a node for as much as the pace allows, where it takes `perSecond` calls in any second and `together` in a request. */
function ask(pace: Pace, seconds: number, perSecond: number, together: number, from = 0): Asked {
  let now = from
  let sent: { at: number; calls: number }[] = []
  let [answered, refused] = [0, 0]
  const end = from + 1_000 * seconds
  while (now < end) {
    const calls = callsAllowed(pace, 100, now)
    if (calls === 0) {
      now += msUntilAllowed(pace, 100, now)
      continue
    }
    pace = paceSent(pace, calls, now)
    sent = [...sent.filter(({ at }) => at > now - 1_000), { at: now, calls }]
    const recent = sent.reduce((sum, one) => sum + one.calls, 0)
    const sentAt = now
    now += 20
    if (calls > together || recent > perSecond) {
      refused += 1
      pace = paceRefused(pace, { sentAt, calls, answered: 0, recent, restMs: 100 }, now)
    } else {
      answered += calls
      pace = paceAnswered(pace, calls, recent, now)
    }
  }
  return { pace, answered, refused }
}

describe('the pace at which a node is asked', () => {
  it('is without limits until it objects', () => {
    expect(callsAllowed(paceOf(), 100, 0)).toBe(100)
    expect(ask(paceOf(), 10, 1e9, 1e9).refused).toBe(0)
  })

  it('is never above what was set', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), (perSecond) => {
        const { answered, refused } = ask(paceOf(perSecond), 30, 1e9, 1e9)
        expect(refused).toBe(0)
        expect(answered).toBeLessThanOrEqual(31 * perSecond)
        expect(answered).toBeGreaterThanOrEqual(25 * perSecond)
      }),
    )
  })

  it('finds what the node takes, uses a quarter of it at least, and is seldom refused', () => {
    fc.assert(
      fc.property(fc.integer({ min: 4, max: 500 }), fc.integer({ min: 1, max: 100 }), (perSecond, together) => {
        const first = ask(paceOf(), 60, perSecond, together)
        expect(first.refused).toBeLessThan(40)
        const later = ask(first.pace, 600, perSecond, together, 60_000)
        expect(later.answered).toBeGreaterThan(600 * Math.min(perSecond, 50 * together) * 0.25)
        expect(later.refused).toBeLessThan(60)
      }),
    )
  })

  it('goes up again once the node takes more', () => {
    const slow = ask(paceOf(), 60, 10, 5)
    const later = ask(slow.pace, 4_000, 1e9, 1e9, 60_000)
    expect(later.pace.together.size).toBeGreaterThanOrEqual(100)
    expect(later.pace.perSecond.size).toBe(Number.POSITIVE_INFINITY)
  })

  it('does not crawl where a node refuses now and then, however slowly it is asked', () => {
    let [pace, now, answered] = [paceOf(), 0, 0]
    let sent: { at: number; calls: number }[] = []
    for (let request = 1; request <= 1_000; request++) {
      now += msUntilAllowed(pace, 40, now)
      const calls = callsAllowed(pace, 40, now)
      pace = paceSent(pace, calls, now)
      sent = [...sent.filter(({ at }) => at > now - 1_000), { at: now, calls }]
      const recent = sent.reduce((sum, one) => sum + one.calls, 0)
      const sentAt = now
      now += 20
      if (request % 20 === 0) pace = paceRefused(pace, { sentAt, calls, answered: 0, recent, restMs: 1_000 }, now)
      else pace = paceAnswered(pace, calls, recent, now)
      if (request % 20 !== 0) answered += calls
    }
    expect((1_000 * answered) / now).toBeGreaterThan(30)
  })

  it('rests for as long as the node asks', () => {
    const refused = { sentAt: 0, calls: 1, answered: 0, recent: 1, restMs: 7_000 }
    const pace = paceRefused(paceSent(paceOf(), 1, 0), refused, 10)
    expect([callsAllowed(pace, 1, 7_000), msUntilAllowed(pace, 1, 7_000)]).toEqual([0, 10])
    expect(callsAllowed(pace, 1, 9_000)).toBe(1)
  })

  it('is lowered once by requests that were under way together', () => {
    const refused = { sentAt: 0, calls: 8, answered: 0, recent: 48, restMs: 0 }
    const once = paceRefused(paceOf(), refused, 20)
    const often = [21, 22, 23].reduce((pace, now) => paceRefused(pace, refused, now), once)
    expect([often.perSecond, often.together]).toEqual([once.perSecond, once.together])
  })
})
