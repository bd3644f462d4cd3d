import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dot } from '../../attribution/codes.ts'
import { capOf, multipliersOf } from '../../attribution/multipliers.ts'
import { quantise } from '../../attribution/sketch.ts'

const WIDTH = 8

function multipliersOfRows(rows: readonly (readonly number[])[], kept: readonly boolean[] = rows.map(() => true)) {
  const width = rows[0]?.length ?? 0
  const values = Float32Array.from(rows.flat())
  const codes = rows.map((row) => quantise(Float32Array.from(row)))
  return { codes, ...multipliersOf({ n: rows.length, width, values }, codes, kept) }
}

const rowsOf = fc.array(
  fc.array(fc.float({ noNaN: true, min: -1000, max: 1000 }), { minLength: WIDTH, maxLength: WIDTH }),
  { minLength: 1, maxLength: 12 },
)

describe('multipliers', () => {
  // Of lengths 5, 5, 10 and 1, so that L is 5; the first and the third cancel in V = (0, 2).
  const rows = [
    [3, 4],
    [0, 5],
    [-6, -8],
    [0, 1],
  ]

  it('cap help at the median length, and damp harm by a root', () => {
    const { lengths, median, direction, helps, strengths, multipliers, caps } = multipliersOfRows(rows)
    expect({ lengths: [...lengths], median, direction: [...direction] }).toEqual({
      lengths: [5, 5, 10, 1],
      median: 5,
      direction: [0, 2],
    })
    expect(helps).toEqual([true, true, false, true])
    expect([...strengths]).toEqual([1, 1, Math.SQRT2, 0.2])
    // Codes (5, 7) and (0, 7): n is 563,762 and 458,752.
    expect([...multipliers]).toEqual([476, 585, 673, 117])
    expect([...caps]).toEqual([476, 585, 476, 585])
  })

  it('are 0 of dropped rows, which move neither median nor direction', () => {
    const copy = [300, -400]
    const { multipliers, median, direction } = multipliersOfRows([...rows, copy], [true, true, true, true, false])
    expect({ multipliers: [...multipliers], median, direction: [...direction] }).toEqual({
      multipliers: [476, 585, 673, 117, 0],
      median: 5,
      direction: [0, 2],
    })
  })

  it('are 1 of kept rows of zeros, and their caps too', () => {
    const { multipliers, caps } = multipliersOfRows([[0, 0], ...rows])
    expect([multipliers[0], caps[0]]).toEqual([1, 1])
    expect([...multipliersOfRows([[0, 0]]).multipliers]).toEqual([1])
    expect([...multipliersOfRows([[0, 0], ...rows], [false, true, true, true, true]).multipliers]).toEqual([
      0, 476, 585, 673, 117,
    ])
  })

  it('are 1 of kept rows that count for less than a step', () => {
    const { strengths, multipliers } = multipliersOfRows([...rows, [0, 0.002]])
    expect({ strength: strengths[4], multiplier: multipliers[4] }).toEqual({
      strength: expect.closeTo(0.0004),
      multiplier: 1,
    })
  })

  it('end at 65,535, however much a row harms', () => {
    const { multipliers } = multipliersOfRows([
      [1, 0],
      [1, 0],
      [1, 0],
      [-1e9, 0],
    ])
    expect([...multipliers]).toEqual([585, 585, 585, 65_535])
  })

  it('are 0 of dropped rows and no others', () => {
    const cases = rowsOf.chain((drawn) =>
      fc.record({
        drawn: fc.constant(drawn),
        kept: fc.array(fc.boolean(), { minLength: drawn.length, maxLength: drawn.length }),
      }),
    )
    fc.assert(
      fc.property(cases, ({ drawn, kept }) => {
        const { multipliers } = multipliersOfRows(drawn, kept)
        expect([...multipliers].map((multiplier) => multiplier > 0)).toEqual(kept)
      }),
    )
  })

  it('of rows that help never exceed their caps, and reach them from the median length on', () => {
    fc.assert(
      fc.property(rowsOf, (drawn) => {
        const { helps, strengths, multipliers, caps } = multipliersOfRows(drawn)
        const above = drawn.flatMap((_, r) => (helps[r] && (multipliers[r] as number) > (caps[r] as number) ? [r] : []))
        const full = drawn.flatMap((_, r) => (strengths[r] === 1 && multipliers[r] !== caps[r] ? [r] : []))
        expect({ above, full }).toEqual({ above: [], full: [] })
      }),
    )
  })

  it('do not change when all gradients are scaled alike', () => {
    fc.assert(
      fc.property(rowsOf, (drawn) => {
        const scaled = drawn.map((row) => row.map((x) => x * 1024))
        expect(multipliersOfRows(scaled).multipliers).toEqual(multipliersOfRows(drawn).multipliers)
      }),
    )
  })

  it('refuse what is not a finite number, and what does not belong together', () => {
    expect(() =>
      multipliersOf({ n: 1, width: 2, values: Float32Array.of(0, Number.NaN) }, [new Int8Array(2)], [true]),
    ).toThrow('Entry 1 of mapped gradient 0 is NaN')
    expect(() => multipliersOf({ n: 1, width: 2, values: new Float32Array(2) }, [], [true])).toThrow(
      '1 mapped gradients of 2 entries do not go with 0 sketches and 1 marks',
    )
  })
})

describe('a cap', () => {
  it('is 2^28 over the fixed norm, rounded, exactly as integers give it', () => {
    for (let squared = 1; squared <= 49 * 1024; squared++) {
      const norm = BigInt(Math.floor(Math.sqrt(squared * 2 ** 32)))
      const exact = (2n ** 29n + norm) / (2n * norm)
      if (BigInt(capOf(squared)) !== exact) expect.fail(`the cap of ${squared} is ${capOf(squared)}, not ${exact}`)
    }
    expect([capOf(0), capOf(1), capOf(49 * 1024)]).toEqual([1, 4096, 18])
  })

  it('depends on the codes alone', () => {
    const codes = Int8Array.of(5, -7, 0, 1)
    expect(capOf(dot(codes, codes))).toBe(473)
  })
})
