// Population stability index: how far the shares of values have moved.
//
//   PSI = Σ_b (a_b − e_b) · ln(a_b / e_b)     e, a the shares of bin b in reference and present                        (Siddiqi 2006)
//
// A bin is one value: a query's sign, or a code. Values that tie, as zeros do, have a bin of their own, so no boundary between
// quantiles can fall among equals. Half a count is added to each bin, so that a value which nobody has stays finite. Where nothing
// has moved PSI is about (1/n + 1/m) · χ² with one degree of freedom less than there are bins (Yurdakul and Naranjo 2020): chance,
// which shrinks with the counts and no threshold knows of.
//
// values of a dimension: reference (n), present (m) → PSI ≥ 0

/** Customary since Siddiqi: below the first nothing has moved, from the second on the old figures describe something else. */
export const SHIFTING_PSI = 0.1
export const DRIFTED_PSI = 0.25

/** Half a sample in every bin: enough to keep logarithms finite, too little to hide a value. */
const SMOOTHING = 0.5

/** The index of one dimension. Depends on the two sets of values, not on their order. */
export function populationStability(reference: Int8Array, present: Int8Array): number {
  const bins = new Set([...reference, ...present])
  const [before, now] = [countsOf(reference), countsOf(present)]
  const share = (counts: ReadonlyMap<number, number>, all: number, bin: number) =>
    ((counts.get(bin) ?? 0) + SMOOTHING) / (all + SMOOTHING * Math.max(bins.size, 2))
  let sum = 0
  // In ascending order, so that it is the same whatever the order of the values was.
  for (const bin of [...bins].toSorted((x, y) => x - y)) {
    const [e, a] = [share(before, reference.length, bin), share(now, present.length, bin)]
    sum += (a - e) * Math.log(a / e)
  }
  return sum
}

/** What PSI is about on average where nothing has moved, of values of which there are so many. */
export function stabilityByChance(n: number, m: number, bins = 2): number {
  return (bins - 1) * (1 / n + 1 / m)
}

function countsOf(values: Int8Array): ReadonlyMap<number, number> {
  const counts = new Map<number, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}
