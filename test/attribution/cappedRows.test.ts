import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { capRows, isAboveCap } from '../../attribution/cappedRows.ts'
import { dot } from '../../attribution/codes.ts'
import { totalOf } from '../../attribution/fixedWeights.ts'
import { capOf } from '../../attribution/multipliers.ts'
import { scaledUnits, unitSketch, unitSum } from '../../attribution/unitSketch.ts'
import { codeCounts, countedRows, flat, single } from './draws.ts'

describe('capping the rows of a model', () => {
  // The cap of a row with a single code of 7 is 585.
  const [along, against, across] = [single(64, 0, 7), single(64, 0, -7), single(64, 1, 7)]

  it('lowers a row above its cap that points along T, and leaves one that points against it', () => {
    const units = [
      [
        { multiplier: 900, codes: along },
        { multiplier: 585, codes: along },
      ],
      [{ multiplier: 900, codes: against }],
    ]
    const { multipliers, sketches } = capRows(units, 64)
    expect(multipliers).toEqual([Uint16Array.of(585, 585), Uint16Array.of(900)])
    expect(sketches).toEqual([
      { peak: 7 * 1170, codes: along },
      { peak: 7 * 900, codes: against },
    ])
  })

  it('lowers a row that T does not touch', () => {
    expect(
      capRows(
        [
          [
            { multiplier: 586, codes: across },
            { multiplier: 586, codes: across.map((x) => -x) },
          ],
        ],
        64,
      ).multipliers,
    ).toEqual([Uint16Array.of(585, 585)])
  })

  it('looks again, because a lowered row no longer holds T to its side', () => {
    const units = [[{ multiplier: 65_535, codes: along }], [{ multiplier: 5_000, codes: against }]]
    expect(capRows(units, 64).multipliers).toEqual([Uint16Array.of(585), Uint16Array.of(585)])
  })

  it('lowers a row of zeros to 1, so that it stays kept', () => {
    const zeros = [{ multiplier: 9, codes: flat(64, 0) }]
    expect(capRows([zeros, [{ multiplier: 1, codes: along }]], 64).multipliers).toEqual([
      Uint16Array.of(1),
      Uint16Array.of(1),
    ])
  })

  it('leaves no row that makes its unit false, and touches no other', () => {
    const drawn = codeCounts.chain((k) =>
      fc.record({ k: fc.constant(k), units: fc.array(countedRows(k, 8), { minLength: 1, maxLength: 6 }) }),
    )
    fc.assert(
      fc.property(drawn, ({ k, units }) => {
        const { multipliers, sketches } = capRows(units, k)
        const capped = units.map((rows, u) =>
          rows.map(({ codes }, r) => ({ multiplier: multipliers[u]?.[r] as number, codes })),
        )
        expect(sketches).toEqual(capped.map((rows) => unitSketch(unitSum(rows, k))))
        const total = totalOf(scaledUnits(sketches))
        expect(capped.flat().filter((row) => isAboveCap(row, total))).toEqual([])
        const changed = units.flat().flatMap(({ multiplier, codes }, i) => {
          const now = capped.flat()[i]?.multiplier
          const cap = capOf(dot(codes, codes))
          return now === multiplier || (multiplier > cap && now === cap) ? [] : [i]
        })
        expect(changed).toEqual([])
        const dropped = (rows: typeof units) => rows.flat().map(({ multiplier }) => multiplier === 0)
        expect(dropped(capped)).toEqual(dropped(units))
      }),
    )
  })

  it('changes nothing of a model without rows above their caps', () => {
    expect(capRows([[{ multiplier: 1, codes: flat(64, 1) }], []], 64)).toEqual({
      multipliers: [Uint16Array.of(1), new Uint16Array()],
      sketches: [
        { peak: 1, codes: flat(64, 7) },
        { peak: 0, codes: flat(64, 0) },
      ],
    })
  })
})
