import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { firstPollTimes, msUntilPoll, pollTimesAfter, withBlockTimes } from '../../../chain/blocks/pollTimes.ts'

/** Looks at a chain that makes a block every `blockMs`, late by up to `jitterMs`. */
function follow(blockMs: number, jitterMs: number, blocks: number) {
  const known = Array.from({ length: 41 }, (_, i) => BigInt(Math.floor((i * blockMs) / 1_000)))
  let times = withBlockTimes(firstPollTimes, known)
  let [now, seen, looks] = [0, 0, 0]
  const delays: number[] = []
  const appearsAt = (block: number) => block * blockMs + ((block * 7_919) % 101) * (jitterMs / 101)
  while (seen < blocks) {
    looks += 1
    let found = 0
    while (appearsAt(seen + found + 1) <= now) {
      found += 1
      delays.push(now - appearsAt(seen + found))
    }
    seen += found
    times = pollTimesAfter(times, found, now)
    now += Math.max(1, msUntilPoll(times, now))
  }
  return { looks, delay: delays.reduce((sum, one) => sum + one, 0) / delays.length, times }
}

describe('looks for new blocks', () => {
  it('find a block each, with little more than a look a block, and soon after it appears', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1_000, 2_000, 5_000, 12_000),
        fc.double({ min: 0, max: 0.08, noNaN: true }),
        (blockMs, jitter) => {
          const { looks, delay } = follow(blockMs, jitter * blockMs, 500)
          expect(looks).toBeLessThan(500 * 1.4)
          expect(delay).toBeLessThan(blockMs * 0.2)
        },
      ),
    )
  })

  it('come once a block time at most while there is none', () => {
    let times = withBlockTimes(
      firstPollTimes,
      Array.from({ length: 41 }, (_, i) => BigInt(12 * i)),
    )
    let waited = 0
    for (let looks = 0; looks < 103; looks++) {
      times = pollTimesAfter(times, 0, 0)
      waited += msUntilPoll(times, 0)
    }
    expect(waited).toBeGreaterThan(99 * 12_000)
  })

  it('learn the block time from the blocks, whatever pauses the chain makes', () => {
    const steady = Array.from({ length: 41 }, (_, i) => BigInt(2 * i))
    const paused = steady.map((time, i) => (i > 20 ? time + 86_400n : time))
    expect(withBlockTimes(firstPollTimes, paused).blockMs).toBe(2_000)
    const fast = Array.from({ length: 41 }, (_, i) => BigInt(Math.floor(i / 4)))
    expect(withBlockTimes(firstPollTimes, fast).blockMs).toBeGreaterThanOrEqual(200)
    expect(withBlockTimes(firstPollTimes, fast).blockMs).toBeLessThanOrEqual(250)
  })
})
