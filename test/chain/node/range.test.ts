import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { namedLimit } from '../../../chain/node/namedLimit.ts'
import { type Range, rangeAfter, rangeRefused, rangeUpTo } from '../../../chain/node/range.ts'

const TARGET = 1_000

interface Asked {
  readonly range: Range
  readonly refusals: number
}

/** Asks for stretches of a chain that weighs `density` a block, of a node that gives at most `limit` blocks at once. */
function ask(range: Range, stretches: number, limit: bigint, density: number, names = false): Asked {
  let now = range
  let refusals = 0
  for (let came = 0; came < stretches; ) {
    const { size } = now
    if (size > limit) {
      refusals += 1
      now = rangeRefused(now, size, names ? limit : undefined)
    } else {
      came += 1
      now = rangeAfter(now, size, Number(size) * density, TARGET)
    }
  }
  return { range: now, refusals }
}

const limits = fc.bigInt(1n, 5_000n)

describe('the number of blocks asked for at once', () => {
  it('finds what a node gives, seldom asks for more, and does not flap between two sizes', () => {
    fc.assert(
      fc.property(limits, fc.bigInt(1n, 10_000n), (limit, most) => {
        const found = ask(rangeUpTo(most), 60, limit, 0)
        const [best = 0n] = [limit, most].toSorted((a, b) => Number(a - b))
        expect(found.range.size).toBeLessThanOrEqual(best)
        expect(found.range.size * 10n).toBeGreaterThanOrEqual(best * 8n)
        expect(found.refusals).toBeLessThanOrEqual(10)
        // Ever longer waits between trials: 10,000 stretches meet few of them.
        expect(ask(found.range, 10_000, limit, 0).refusals).toBeLessThanOrEqual(80)
      }),
    )
  })

  it('is at once what the node names', () => {
    fc.assert(
      fc.property(fc.bigInt(1n, 5_000n), (limit) => {
        const found = ask(rangeUpTo(10_000n), 60, limit, 0, true)
        expect(found.refusals).toBeLessThanOrEqual(1)
        expect(found.range.size).toBe(limit)
      }),
    )
  })

  it('follows how dense the chain is, up and down', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 2_000 }), { minLength: 1, maxLength: 5 }), (densities) => {
        let range = rangeUpTo(10_000n)
        for (const density of densities) {
          range = ask(range, 20, 10_000n, density).range
          expect(range.size).toBe(BigInt(Math.max(1, Math.ceil(TARGET / density))))
        }
      }),
    )
  })

  it('is never less than one nor more than the most, whatever happens', () => {
    const events = fc.array(fc.tuple(fc.constantFrom('came', 'refused'), fc.bigInt(1n, 3_000n), fc.nat(10_000)))
    fc.assert(
      fc.property(fc.bigInt(1n, 1_000n), events, (most, happened) => {
        let range = rangeUpTo(most)
        for (const [kind, asked, weight] of happened) {
          range =
            kind === 'came' ? rangeAfter(range, asked, weight, TARGET) : rangeRefused(range, asked, BigInt(weight))
          expect(range.size).toBeGreaterThanOrEqual(1n)
          expect(range.size).toBeLessThanOrEqual(most)
        }
      }),
    )
  })

  it('goes beyond what was refused once the chain is emptier there', () => {
    const refused = ask(rangeUpTo(1_000n), 60, 100n, 0).range
    expect(ask(refused, 500, 1_000n, 0).range).toMatchObject({ size: 1_000n, refused: undefined })
  })
})

describe('a refusal names how many blocks a node gives', () => {
  it.each([
    [501n, 'Log response size exceeded. Up to a 2K block range … this block range should work: [0x3e8, 0x5dc]'],
    [6n, 'query returned more than 10000 results. Try with this block range [0x2, 0x7].'],
    [501n, 'query exceeds max results 20000, retry with the range 1000-1500'],
    [100_000n, 'query exceeds max block range 100000'],
    [5_000n, 'exceed maximum block range: 5000'],
    [10_000n, 'eth_getLogs is limited to a 10,000 range'],
    [10_000n, 'eth_getLogs and eth_newFilter are limited to a 10,000 blocks range'],
    [10_000n, 'ranges over 10000 blocks are not supported on freetier'],
    [10n, 'You can make eth_getLogs requests with up to a 10 block range.'],
    [1_000n, 'range is too large, max is 1k blocks'],
    [800n, 'Max range: 800'],
    // What was asked for is named too.
    [500n, 'Block range too large: 2001 blocks requested, 500 allowed'],
    [500n, 'your range of 2001 blocks is over the limit of 500 blocks'],
    [1_000n, 'eth_getLogs block range too large, range: 5000, max: 1000'],
    [2_048n, 'requested too many blocks from 1 to 5000, maximum is set to 2048'],
    [undefined, 'query returned more than 10000 results'],
    [undefined, 'query timeout exceeded'],
  ])('%s, by "%s"', (limit, message) => {
    expect(namedLimit(message)).toBe(limit)
  })
})
