import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { meanDiscrepancy } from '../../attribution/drift/discrepancy.ts'
import { drift, fewestBeside } from '../../attribution/drift/drift.ts'
import { populationStability, stabilityByChance } from '../../attribution/drift/stability.ts'
import { type RandomSource, randomSource } from '../../attribution/random.ts'
import { quantise } from '../../attribution/sketch.ts'

/** Sums of uniform numbers are normal enough. */
const normal = (next: RandomSource): number => {
  let sum = -6
  for (let i = 0; i < 12; i++) sum += next() / 2 ** 32
  return sum
}

const numbers = (count: number, seed: number): Float64Array => {
  const next = randomSource(seed)
  return Float64Array.from({ length: count }, () => normal(next))
}

/** Sketches of two kinds around opposite directions, as of two classes: `share` of them of the first. */
const sketches = (count: number, seed: number, share = 0.3, dims = 64): readonly Int8Array[] => {
  const next = randomSource(seed)
  return Array.from({ length: count }, () => {
    const side = next() / 2 ** 32 < share ? 1 : -1
    return quantise(Float32Array.from({ length: dims }, (_, d) => normal(next) + (d < 4 ? side * 2 : 0)))
  })
}

const shuffled = <T>(values: readonly T[], seed: number): readonly T[] => {
  const next = randomSource(seed)
  return values
    .map((value) => ({ value, key: next() }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ value }) => value)
}

describe('population stability', () => {
  it('is what the formula gives by hand', () => {
    // Edges 2 … 10: ten bins of one reference value each; the present has all its ten in the first bin.
    const reference = Float64Array.from({ length: 10 }, (_, i) => i + 1)
    const present = new Float64Array(10).fill(1)
    const [e, first, other] = [1.5 / 15, 10.5 / 15, 0.5 / 15]
    const expected = (first - e) * Math.log(first / e) + 9 * (other - e) * Math.log(other / e)
    expect(populationStability(reference, present)).toBeCloseTo(expected, 12)
  })

  it('is zero for the same numbers, never negative, and indifferent to their order', () => {
    const set = fc.array(fc.integer({ min: -7, max: 7 }), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(set, set, fc.nat(), (a, b, seed) => {
        const [x, y] = [Float64Array.from(a), Float64Array.from(b)]
        expect(populationStability(x, x)).toBe(0)
        const found = populationStability(x, y)
        expect(found).toBeGreaterThanOrEqual(0)
        expect(populationStability(Float64Array.from(shuffled(a, seed)), Float64Array.from(shuffled(b, seed)))).toBe(
          found,
        )
      }),
    )
  })

  it('is what chance makes of it where nothing moved', () => {
    const found = Array.from({ length: 200 }, (_, i) => populationStability(numbers(1000, i), numbers(300, 1000 + i)))
    const mean = found.reduce((sum, psi) => sum + psi) / found.length
    expect(mean / stabilityByChance(1000, 300)).toBeGreaterThan(0.9)
    expect(mean / stabilityByChance(1000, 300)).toBeLessThan(1.1)
  })

  it('grows with the shift', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        // The same numbers moved: of others, chance might have taken back what the shift adds.
        const reference = numbers(2000, seed)
        const found = [0, 0.3, 0.6, 1.2, 2.4].map((shift) =>
          populationStability(
            reference,
            reference.map((x) => x + shift),
          ),
        )
        expect(found).toEqual(found.toSorted((a, b) => a - b))
      }),
      { numRuns: 20 },
    )
  })
})

describe('mean discrepancy', () => {
  const codes = fc.int8Array({ min: -7, max: 7, minLength: 64, maxLength: 64 })
  const set = fc.array(codes, { minLength: 2, maxLength: 8 })

  /** The formula, word for word. */
  const plain = (x: readonly Int8Array[], y: readonly Int8Array[]): number => {
    const unit = (a: Int8Array) => {
      const length = Math.hypot(...a)
      return Array.from(a, (code) => (length === 0 ? 0 : code / length))
    }
    const distance = (a: Int8Array, b: Int8Array) => {
      const [u, v] = [unit(a), unit(b)]
      return u.reduce((sum, value, d) => sum + (value - (v[d] as number)) ** 2, 0)
    }
    const all = [...x, ...y]
    const pairs = all.flatMap((a, i) => all.slice(i + 1).map((b) => distance(a, b))).toSorted((a, b) => a - b)
    const k = (a: Int8Array, b: Int8Array) => 1 / (1 + distance(a, b) / (pairs[pairs.length >> 1] || 1))
    const among = (s: readonly Int8Array[]) =>
      s.reduce((sum, a, i) => sum + s.reduce((inner, b, j) => inner + (i === j ? 0 : k(a, b)), 0), 0) /
      (s.length * (s.length - 1))
    const between = x.reduce((sum, a) => sum + y.reduce((inner, b) => inner + k(a, b), 0), 0) / (x.length * y.length)
    return among(x) + among(y) - 2 * between
  }

  it('is the unbiased statistic of the formula', () => {
    fc.assert(
      fc.property(set, set, (x, y) => {
        const { squared } = meanDiscrepancy(x, y, { permutations: 0, seed: 1 })
        // Where two distances are equal in theory, rounding may make either the median.
        expect(Math.abs(squared - plain(x, y))).toBeLessThan(1e-6)
      }),
    )
  })

  it('has evenly spread p-values where nothing moved', () => {
    const pValues = Array.from(
      { length: 200 },
      (_, i) => meanDiscrepancy(sketches(30, 2 * i), sketches(20, 2 * i + 1), { permutations: 99, seed: i }).pValue,
    )
    const below = (limit: number) => pValues.filter((p) => p <= limit).length / pValues.length
    // Three standard deviations of a share of 200.
    for (const limit of [0.1, 0.3, 0.5, 0.7, 0.9])
      expect(Math.abs(below(limit) - limit)).toBeLessThan(3 * Math.sqrt((limit * (1 - limit)) / 200))
  })

  it('tells distributions apart that have the same mean in every dimension', () => {
    const next = randomSource(3)
    const mixed = sketches(150, 1, 0.5)
    const around = Array.from({ length: 150 }, () => quantise(Float32Array.from({ length: 64 }, () => normal(next))))
    expect(meanDiscrepancy(mixed, around, { permutations: 199, seed: 1 }).pValue).toBe(1 / 200)
  })
})

describe('drift', () => {
  it('is stable for samples of one distribution, all but once in a while', () => {
    const levels = Array.from({ length: 20 }, (_, i) => drift(sketches(400, 2 * i), sketches(200, 2 * i + 1)).level)
    expect(levels.filter((level) => level !== 'stable').length).toBeLessThanOrEqual(2)
    expect(levels).not.toContain('drifted')
  })

  it('shifts, then drifts, as the traffic leaves what was trained on', () => {
    const rows = sketches(1000, 1)
    const found = [0.3, 0.42, 0.8].map((share) => drift(rows, sketches(400, 2, share)))
    expect(found.map(({ level }) => level)).toEqual(['stable', 'shifting', 'drifted'])
    const largest = found.map(({ largestPsi }) => largestPsi)
    expect(largest).toEqual(largest.toSorted((a, b) => a - b))
  })

  it('is noticed in all dimensions together where no single one of the leading moved', () => {
    const aligned = sketches(400, 2).map((codes, i) =>
      codes.map((code, d) => (d < 32 ? code : Math.abs(code) * (i % 2 === 0 ? 1 : -1))),
    )
    const { level, largestPsi, discrepancy } = drift(sketches(1000, 1), aligned)
    expect({ level, pValue: discrepancy.pValue }).toEqual({ level: 'shifting', pValue: 1 / 500 })
    expect(largestPsi).toBeLessThan(0.1)
  })

  it('does not depend on the order of either set', () => {
    const [rows, queries] = [sketches(1100, 5), sketches(250, 6, 0.4)]
    const found = drift(rows, queries)
    expect(found.discrepancy).toMatchObject({ referenceCompared: 1000, presentCompared: 250 })
    expect(drift(shuffled(rows, 7), shuffled(queries, 8))).toEqual(found)
  })

  it('takes a sketch of zeros for what it is: one that points nowhere', () => {
    const zeros = Array.from({ length: 300 }, () => new Int8Array(64))
    expect(drift(zeros, zeros)).toMatchObject({
      largestPsi: 0,
      level: 'stable',
      discrepancy: { squared: 0, pValue: 1 },
    })
  })

  it('refuses fewer samples than it says are needed', () => {
    const rows = sketches(1500, 1)
    const fewest = fewestBeside(rows.length)
    const remedy = `Beside 1500 at least ${fewest} are needed.`
    expect(() => drift(rows, sketches(fewest - 1, 2))).toThrow(
      expect.objectContaining({ name: 'MalformedError', facts: { reference: 1500, present: fewest - 1 }, remedy }),
    )
    expect(drift(rows, sketches(fewest, 2)).presentCount).toBe(fewest)
    expect(() => drift(sketches(100, 1), sketches(100, 2))).toThrow(
      expect.objectContaining({ remedy: 'Two sets of 220 would do, or one of 110 beside very many.' }),
    )
    expect(() => drift(rows, [])).toThrow('1500 and 0 sketches are too few')
  })

  it('refuses sketches of different models', () => {
    expect(() => drift(sketches(300, 1), sketches(300, 2, 0.3, 128))).toThrow('Sketches of 64 and of 128 dimensions')
  })
})
