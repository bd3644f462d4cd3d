// Population stability index: how far the share of a sign has moved.
//
//   PSI = (a − e) · ln(a / e) + (e − a) · ln((1 − a) / (1 − e))     e, a the shares of +1 in reference and present   (Siddiqi 2006)
//
// Half a count is added to each side, so that a sign which nobody has stays finite. Where nothing has moved PSI is about
// (1/n + 1/m) · χ² with one degree of freedom (Yurdakul and Naranjo 2020): chance, which shrinks with the counts and no threshold
// knows of.
//
// signs of a dimension: reference (n), present (m) → PSI ≥ 0

/** Customary since Siddiqi: below the first nothing has moved, from the second on the old figures describe something else. */
export const SHIFTING_PSI = 0.1
export const DRIFTED_PSI = 0.25

/** Half a sample on either side: enough to keep logarithms finite, too little to hide a sign. */
const SMOOTHING = 0.5

/** The index of one dimension. Depends on the two sets of signs, not on their order. */
export function populationStability(reference: Int8Array, present: Int8Array): number {
  const e = positiveShare(reference)
  const a = positiveShare(present)
  return (a - e) * Math.log(a / e) + (e - a) * Math.log((1 - a) / (1 - e))
}

/** What PSI is about on average where nothing has moved. */
export function stabilityByChance(n: number, m: number): number {
  return 1 / n + 1 / m
}

function positiveShare(signs: Int8Array): number {
  const positive = signs.reduce((count, sign) => (sign > 0 ? count + 1 : count), 0)
  return (positive + SMOOTHING) / (signs.length + 2 * SMOOTHING)
}
