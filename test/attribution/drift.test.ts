import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { meanDiscrepancy } from '../../attribution/drift/discrepancy.ts'
import { drift, fewestBeside } from '../../attribution/drift/drift.ts'
import { rowSigns } from '../../attribution/drift/rowSigns.ts'
import { populationStability, stabilityByChance } from '../../attribution/drift/stability.ts'
import { type RandomSource, randomSource } from '../../attribution/random.ts'

/** Box and Muller 1958. */
const normal = (next: RandomSource): number =>
  Math.sqrt(-2 * Math.log((next() + 1) / 2 ** 32)) * Math.cos((2 * Math.PI * next()) / 2 ** 32)

const signs = (count: number, positive: number): Int8Array =>
  Int8Array.from({ length: count }, (_, i) => (i < positive ? 1 : -1))

const drawSigns = (count: number, seed: number, share = 0.5): Int8Array => {
  const next = randomSource(seed)
  return Int8Array.from({ length: count }, () => (next() / 2 ** 32 < share ? 1 : -1))
}

/** Sketches of two kinds around opposite directions, as of two classes: `share` of them of the first. */
const sketches = (count: number, seed: number, share = 0.3, dims = 64): readonly Int8Array[] => {
  const next = randomSource(seed)
  return Array.from({ length: count }, () => {
    const side = next() / 2 ** 32 < share ? 1 : -1
    return Int8Array.from({ length: dims }, (_, d) => (normal(next) + (d < 4 ? side * 2 : 0) < 0 ? -1 : 1))
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
    const [e, a] = [5.5 / 11, 10.5 / 11]
    const expected = (a - e) * Math.log(a / e) + (e - a) * Math.log((1 - a) / (1 - e))
    expect(populationStability(signs(10, 5), signs(10, 10))).toBeCloseTo(expected, 12)
  })

  it('is zero for the same signs, never negative, and indifferent to their order', () => {
    const set = fc.array(fc.constantFrom(-1, 1), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(set, set, fc.nat(), (a, b, seed) => {
        const [x, y] = [Int8Array.from(a), Int8Array.from(b)]
        expect(populationStability(x, x)).toBe(0)
        const found = populationStability(x, y)
        expect(found).toBeGreaterThanOrEqual(0)
        expect(populationStability(Int8Array.from(shuffled(a, seed)), Int8Array.from(shuffled(b, seed)))).toBe(found)
      }),
    )
  })

  it('is what chance makes of it where nothing moved', () => {
    const found = Array.from({ length: 2_000 }, (_, i) =>
      populationStability(drawSigns(1000, i, 0.3), drawSigns(300, 10_000 + i, 0.3)),
    )
    const mean = found.reduce((sum, psi) => sum + psi) / found.length
    expect(mean / stabilityByChance(1000, 300)).toBeGreaterThan(0.9)
    expect(mean / stabilityByChance(1000, 300)).toBeLessThan(1.1)
  })

  it('gives values that tie a bin of their own, whatever surrounds them', () => {
    const codes = (zeros: number, seed: number) => {
      const next = randomSource(seed)
      return Int8Array.from({ length: 1_000 }, () => (next() / 2 ** 32 < zeros ? 0 : (next() % 6) - 3 || 3))
    }
    const still = populationStability(codes(0.6, 1), codes(0.6, 2))
    expect(still).toBeLessThan(3 * stabilityByChance(1_000, 1_000, 7))
    expect(populationStability(codes(0.6, 1), codes(0.2, 2))).toBeGreaterThan(0.5)
    // By hand: 60 and 20 of 100 zeros, beside ones.
    const [reference, present] = [60, 20].map((zeros) => Int8Array.from({ length: 100 }, (_, i) => (i < zeros ? 0 : 1)))
    const [e, a] = [60.5 / 101, 20.5 / 101]
    const expected = (a - e) * Math.log(a / e) + (e - a) * Math.log((1 - a) / (1 - e))
    expect(populationStability(reference as Int8Array, present as Int8Array)).toBeCloseTo(expected, 12)
  })

  it('grows with the shift', () => {
    const found = [500, 600, 700, 800, 1_000].map((positive) =>
      populationStability(signs(1_000, 500), signs(1_000, positive)),
    )
    expect(found).toEqual(found.toSorted((a, b) => a - b))
    expect(new Set(found).size).toBe(found.length)
  })
})

describe('the signs of rows', () => {
  const rows = Array.from({ length: 500 }, (_, i) => Int8Array.from({ length: 64 }, (_, d) => ((i + d) % 15) - 7))

  it('are those of their codes, and either where a code is zero', () => {
    const found = rowSigns(rows)
    const drawn = found.flatMap((row, i) => [...row].filter((_, d) => rows[i]?.[d] === 0))
    expect(found.every((row, i) => row.every((sign, d) => sign === (Math.sign(rows[i]?.[d] as number) || sign)))).toBe(
      true,
    )
    expect(new Set(found.flatMap((row) => [...row]))).toEqual(new Set([-1, 1]))
    expect(Math.abs(drawn.filter((sign) => sign > 0).length / drawn.length - 0.5)).toBeLessThan(0.05)
  })

  it('are the same for the same seed', () => {
    expect(rowSigns(rows, 3)).toEqual(rowSigns(rows, 3))
    expect(rowSigns(rows, 3)).not.toEqual(rowSigns(rows, 4))
  })
})

describe('mean discrepancy', () => {
  const row = fc.array(fc.constantFrom(-1, 1), { minLength: 64, maxLength: 64 }).map((drawn) => Int8Array.from(drawn))
  const set = fc.array(row, { minLength: 2, maxLength: 8 })

  /** The formula, word for word. */
  const plain = (x: readonly Int8Array[], y: readonly Int8Array[]): number => {
    const unit = (a: Int8Array) => {
      const length = Math.hypot(...a)
      return Array.from(a, (sign) => sign / length)
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
    const coin = () => (next() < 2 ** 31 ? -1 : 1)
    const around = Array.from({ length: 150 }, () => Int8Array.from({ length: 64 }, coin))
    // Some of the dimensions agree with each other.
    const mixed = around.map((row) => {
      const side = coin()
      return row.map((sign, d) => (d < 24 ? side : sign))
    })
    expect(meanDiscrepancy(mixed, around, { permutations: 199, seed: 1 }).pValue).toBe(1 / 200)
  })
})

describe('drift', () => {
  it('is stable for samples of one distribution, all but once in a while', () => {
    const levels = Array.from({ length: 20 }, (_, i) => drift(sketches(200, 2 * i), sketches(100, 2 * i + 1)).level)
    expect(levels.filter((level) => level !== 'stable').length).toBeLessThanOrEqual(2)
    expect(levels).not.toContain('drifted')
  })

  it('shifts, then drifts, as the traffic leaves what was trained on', () => {
    const rows = sketches(600, 1)
    const found = [0.3, 0.47, 0.8].map((share) => drift(rows, sketches(400, 2, share)))
    expect(found.map(({ level }) => level)).toEqual(['stable', 'shifting', 'drifted'])
    const largest = found.map(({ largestPsi }) => largestPsi)
    expect(largest).toEqual(largest.toSorted((a, b) => a - b))
  })

  it('is noticed in all dimensions together where no single one of the leading moved', () => {
    const aligned = sketches(400, 2).map((row, i) => row.map((sign, d) => (d < 32 ? sign : i % 2 === 0 ? 1 : -1)))
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

  it('refuses fewer samples than it says are needed', () => {
    const rows = sketches(1500, 1)
    const fewest = fewestBeside(rows.length)
    const remedy = `Beside 1500 at least ${fewest} are needed.`
    expect(() => drift(rows, sketches(fewest - 1, 2))).toThrow(
      expect.objectContaining({ name: 'MalformedError', facts: { reference: 1500, present: fewest - 1 }, remedy }),
    )
    expect(drift(rows, sketches(fewest, 2)).presentCount).toBe(fewest)
    expect(() => drift(sketches(40, 1), sketches(40, 2))).toThrow(
      expect.objectContaining({ remedy: 'Two sets of 84 would do, or one of 42 beside very many.' }),
    )
    expect(() => drift(rows, [])).toThrow('1500 and 0 sketches are too few')
  })

  it('refuses sketches of different models', () => {
    expect(() => drift(sketches(300, 1), sketches(300, 2, 0.3, 128))).toThrow('Sketches of 64 and of 128 dimensions')
  })
})
