import { describe, expect, it } from 'vitest'
import { earningsByKind, type PlantedRow, rawPositiveEarnings, rowEarnings } from '../../attribution/payouts.ts'

describe('earnings', () => {
  it('are what attributions pay, an answer that no row moved paying nothing', () => {
    const attributions = [
      [
        { row: 2, score: 3, weight: 49_152 },
        { row: 0, score: 1, weight: 16_383 },
      ],
      [],
      [{ row: 2, score: 9, weight: 65_535 }],
    ]
    expect([...rowEarnings(attributions, 4)]).toEqual(
      [16_383 / 65_535, 0, 49_152 / 65_535 + 1, 0].map((x) => expect.closeTo(x, 12)),
    )
  })

  it('by raw positive influence are shares of what is positive', () => {
    const influences = [Float64Array.of(3, -5, 1), Float64Array.of(-1, -1, 0), Float64Array.of(0, 2, 2)]
    expect([...rawPositiveEarnings(influences, 3)]).toEqual([0.75, 0.5, 0.75])
  })
})

describe('earnings by kind', () => {
  const row = (contributor: number, kind: 'honest' | 'flipped' | 'noise'): PlantedRow<'flipped' | 'noise'> => ({
    contributor,
    kind,
  })

  it('are measured by the median contributor who is honest throughout', () => {
    const rows = [
      row(1, 'honest'),
      row(1, 'honest'),
      row(2, 'honest'),
      row(3, 'honest'),
      row(4, 'honest'),
      row(4, 'flipped'),
      row(5, 'noise'),
      row(5, 'noise'),
    ]
    // Contributors 1 to 3 earn 2, 4 and 9 a row; the honest half of 4 counts as honest rows, not as an honest contributor.
    const earnings = Float64Array.of(1, 3, 4, 9, 100, 1, 0, 2)
    expect(earningsByKind(earnings, rows)).toEqual([
      { kind: 'honest', rows: 5, ratio: 117 / 5 / 4 },
      { kind: 'flipped', rows: 1, ratio: 0.25 },
      { kind: 'noise', rows: 2, ratio: 0.25 },
    ])
  })

  it('take the middle of an even number of contributors', () => {
    const rows = [row(1, 'honest'), row(2, 'honest'), row(3, 'noise')]
    expect(earningsByKind(Float64Array.of(1, 3, 4), rows)).toEqual([
      { kind: 'honest', rows: 2, ratio: 1 },
      { kind: 'noise', rows: 1, ratio: 2 },
    ])
  })
})
