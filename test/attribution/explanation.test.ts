import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { explain, unitTerms } from '../../attribution/explanation.ts'
import { signsOf } from '../../attribution/querySketch.ts'
import { codeCounts, countedRows, flat, scaledUnitsOf, single } from './draws.ts'
import { sketchOf } from './fast/draw.ts'

const query = flat(64, 0).with(0, 3).with(1, -2)
const row = (multiplier: number, at: number, code: number) => ({ multiplier, codes: single(64, at, code) })
const models = codeCounts.chain((k) =>
  fc.record({
    k: fc.constant(k),
    units: fc.array(countedRows(k, 10), { maxLength: 4 }),
    query: fc.oneof(sketchOf(k), fc.uint8Array({ minLength: k / 8, maxLength: k / 8 }).map(signsOf)),
    count: fc.integer({ min: 0, max: 12 }),
  }),
)

describe('an explanation', () => {
  it('names the rows for and against an answer apart, the strongest first', () => {
    const units = [
      [row(10, 0, 7), row(20, 1, 7), row(10, 0, -1)],
      [row(30, 0, 7), row(5, 5, 7), row(0, 0, 7)],
    ]
    expect(explain(query, units, 2)).toEqual({
      for: [
        { unit: 1, row: 0, term: 630 },
        { unit: 0, row: 0, term: 210 },
      ],
      against: [
        { unit: 0, row: 1, term: -280 },
        { unit: 0, row: 2, term: -30 },
      ],
    })
  })

  it('counts a row no more than its cap, so that length does not put it first', () => {
    // The cap of a single code of 7 is 585.
    expect(explain(query, [[row(65_535, 0, 7), row(585, 0, 7), row(584, 0, 7)]], 3).for).toEqual([
      { unit: 0, row: 0, term: 585 * 21 },
      { unit: 0, row: 1, term: 585 * 21 },
      { unit: 0, row: 2, term: 584 * 21 },
    ])
  })

  it('puts the lower unit and row first among equals', () => {
    const same = [row(1, 0, 7), row(1, 0, -7), row(1, 0, 7)]
    const { for: towards, against } = explain(query, [same, same], 3)
    expect(towards.map(({ unit, row: place }) => [unit, place])).toEqual([
      [0, 0],
      [0, 2],
      [1, 0],
    ])
    expect(against.map(({ unit, row: place }) => [unit, place])).toEqual([
      [0, 1],
      [1, 1],
    ])
  })

  it('is turned round with the query', () => {
    fc.assert(
      fc.property(models, ({ units, query: asked, count }) => {
        const { for: towards, against } = explain(asked, units, count)
        const opposite = explain(
          asked.map((x) => -x),
          units,
          count,
        )
        const turned = (terms: typeof towards) => terms.map((term) => ({ ...term, term: -term.term }))
        expect(opposite).toEqual({ for: turned(against), against: turned(towards) })
      }),
    )
  })

  it('leaves out no row that moved the answer more', () => {
    fc.assert(
      fc.property(models, ({ units, query: asked, count }) => {
        const all = explain(asked, units, Infinity)
        const some = explain(asked, units, count)
        expect(some).toEqual({ for: all.for.slice(0, count), against: all.against.slice(0, count) })
        const terms = all.for.map(({ term }) => term)
        expect(terms).toEqual(terms.toSorted((a, b) => b - a))
      }),
    )
  })
})

describe('the terms of units', () => {
  it('are those of the money, negative ones too', () => {
    const units = [
      { scale: 65_535, codes: flat(64, 7) },
      { scale: 2, codes: single(64, 1, 7) },
    ]
    expect(unitTerms(query, units)).toEqual([65_535 * 7, -28])
  })

  it('are exact at the extremes', () => {
    const drawn = codeCounts.chain((k) => fc.record({ asked: sketchOf(k), units: scaledUnitsOf(k, 5) }))
    fc.assert(
      fc.property(drawn, ({ asked, units }) => {
        const exact = units.map(
          ({ scale, codes }) =>
            BigInt(scale) * codes.reduce((sum, code, d) => sum + BigInt(code * (asked[d] as number)), 0n),
        )
        expect(unitTerms(asked, units).map((term) => BigInt(term))).toEqual(exact)
      }),
    )
  })
})
