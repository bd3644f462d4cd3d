// Population stability index: how far a distribution has moved, over bins that the reference fixes.
//
//   PSI = Σ_b (a_b − e_b) · ln(a_b / e_b)          e_b, a_b the shares of reference and present in bin b   (Siddiqi 2006)
//
// Bins hold equal shares of the reference; half a count is added to each, so that an empty bin stays finite. Where nothing has
// moved PSI is about (1/n + 1/m) · χ² with bins − 1 degrees of freedom (Yurdakul and Naranjo 2020): chance, which shrinks
// with the counts and no threshold knows of.
//
// reference (n), present (m) → PSI ≥ 0

export const BINS = 10

/** Customary since Siddiqi: below the first nothing has moved, from the second on the old figures describe something else. */
export const SHIFTING_PSI = 0.1
export const DRIFTED_PSI = 0.25

/** Half a sample in every bin: enough to keep logarithms finite, too little to hide a bin. */
const SMOOTHING = 0.5

/** The index of one projection. Depends on the two sets of numbers, not on their order. */
export function populationStability(reference: Float64Array, present: Float64Array): number {
  const edges = quantileEdges(reference)
  const expected = sharesOf(reference, edges)
  const actual = sharesOf(present, edges)
  return expected.reduce((sum, e, b) => {
    const a = actual[b] as number
    return sum + (a - e) * Math.log(a / e)
  }, 0)
}

/** What PSI is about on average where nothing has moved. */
export function stabilityByChance(n: number, m: number): number {
  return (BINS - 1) * (1 / n + 1 / m)
}

/** The inner edges of the bins, ascending; equal ones are one, since codes take few values and bins between them were empty. */
function quantileEdges(reference: Float64Array): readonly number[] {
  const sorted = reference.toSorted()
  const edges = Array.from(
    { length: BINS - 1 },
    (_, i) => sorted[Math.floor(((i + 1) * sorted.length) / BINS)] as number,
  )
  return [...new Set(edges)]
}

/** A value lies in the bin after the last edge that is not above it. */
function sharesOf(values: Float64Array, edges: readonly number[]): readonly number[] {
  const counts = new Array<number>(edges.length + 1).fill(SMOOTHING)
  for (const value of values) {
    const bin = edges.findLastIndex((edge) => edge <= value) + 1
    counts[bin] = (counts[bin] as number) + 1
  }
  const total = values.length + SMOOTHING * counts.length
  return counts.map((count) => count / total)
}
