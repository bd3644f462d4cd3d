// Drift: whether the queries that a model serves still look like what it was trained on.
//
//   PSI of each of the leading dimensions of the sketches; and MMD of all of them (stability.ts, discrepancy.ts)
//
// On chain a query has the sign of each dimension, so signs are compared (rows: rowSigns.ts). A row's sketch points where its label
// pushes the adapter, a query's where its answer does: a positive product of any two means "of the same kind"
// (attribution/sketcher.ts), so rows and queries can be laid side by side as long as labels and answers mostly agree. Leading
// dimensions, because they carry most of what moves the model and were fixed when it was published: directions fitted to the
// reference itself would fit its noise too, and call everything else drifted.
//
// reference signs (n × k), present signs (m × k) → PSI (leading), MMD², p, a level

import { MalformedError } from '../malformed.ts'
import { randomSource } from '../random.ts'
import { type Discrepancy, meanDiscrepancy } from './discrepancy.ts'
import { DRIFTED_PSI, populationStability, SHIFTING_PSI, stabilityByChance } from './stability.ts'

export const LEADING_DIMS = 8
/** χ² with one degree of freedom exceeds this once in 800: in any of eight dimensions, once in a hundred. */
const CHANCE_CHI_SQUARE = 10.42
/** Which is also how rare a discrepancy must be to count. */
const SHIFTING_P = 0.01
/** All pairs of these are compared, so more are drawn from. */
const MOST_COMPARED = 1_000
const PERMUTATIONS = 499

/**
 * stable: nothing that chance would not do. shifting: something has moved, and old figures should be measured again. drifted:
 * they describe other traffic.
 */
export type DriftLevel = 'stable' | 'shifting' | 'drifted'

export interface Drift {
  readonly referenceCount: number
  readonly presentCount: number
  /** Of each leading dimension. */
  readonly psi: readonly number[]
  readonly largestPsi: number
  /** What PSI is about where nothing has moved, and what it exceeds in none of the dimensions in 99 of 100 such cases. */
  readonly psiByChance: { readonly mean: number; readonly limit: number }
  readonly discrepancy: Discrepancy & { readonly referenceCompared: number; readonly presentCompared: number }
  readonly level: DriftLevel
}

/**
 * @param reference What the present is compared with: a model's rows, or queries of an earlier time.
 * @param seed Of the draw and of the permutations.
 * @throws MalformedError where there are so few samples that chance alone would look like drift.
 */
export function drift(reference: readonly Int8Array[], present: readonly Int8Array[], seed = 1): Drift {
  checkSketches(reference, present)
  const limit = chanceLimit(reference.length, present.length)
  if (!(limit < DRIFTED_PSI)) refuseFew(reference.length, present.length)

  const [before, now] = [inOrder(reference), inOrder(present)]
  const dims = Math.min(LEADING_DIMS, (before[0] as Int8Array).length)
  const psi = Array.from({ length: dims }, (_, d) => populationStability(dimension(before, d), dimension(now, d)))
  const largestPsi = Math.max(...psi)
  const [drawnBefore, drawnNow] = [draw(before, seed), draw(now, seed)]
  const discrepancy = meanDiscrepancy(drawnBefore, drawnNow, { permutations: PERMUTATIONS, seed })
  return {
    referenceCount: reference.length,
    presentCount: present.length,
    psi,
    largestPsi,
    psiByChance: { mean: stabilityByChance(reference.length, present.length), limit },
    discrepancy: { ...discrepancy, referenceCompared: drawnBefore.length, presentCompared: drawnNow.length },
    level: levelOf(largestPsi, limit, discrepancy.pValue),
  }
}

/** How many samples are needed beside `count` others; Infinity where these are too few themselves. */
export function fewestBeside(count: number): number {
  const left = DRIFTED_PSI / CHANCE_CHI_SQUARE - 1 / count
  return left > 0 ? Math.floor(1 / left) + 1 : Number.POSITIVE_INFINITY
}

function chanceLimit(n: number, m: number): number {
  return CHANCE_CHI_SQUARE * (1 / n + 1 / m)
}

function levelOf(largestPsi: number, limit: number, pValue: number): DriftLevel {
  if (largestPsi >= DRIFTED_PSI) return 'drifted'
  return largestPsi >= Math.max(SHIFTING_PSI, limit) || pValue < SHIFTING_P ? 'shifting' : 'stable'
}

/** The signs of dimension `d`. */
function dimension(sketches: readonly Int8Array[], d: number): Int8Array {
  return Int8Array.from(sketches, (signs) => signs[d] as number)
}

/** By their signs, so that nothing depends on the order in which sketches came. */
function inOrder(sketches: readonly Int8Array[]): readonly Int8Array[] {
  return sketches.toSorted((a, b) => {
    const d = a.findIndex((sign, i) => sign !== b[i])
    return d < 0 ? 0 : (a[d] as number) - (b[d] as number)
  })
}

/** All, or as many as can be compared, drawn without putting back. */
function draw(sketches: readonly Int8Array[], seed: number): readonly Int8Array[] {
  if (sketches.length <= MOST_COMPARED) return sketches
  const next = randomSource(seed, sketches.length)
  const left = [...sketches]
  return Array.from({ length: MOST_COMPARED }, () => {
    const place = next() % left.length
    const drawn = left[place] as Int8Array
    left[place] = left.at(-1) as Int8Array
    left.pop()
    return drawn
  })
}

function checkSketches(reference: readonly Int8Array[], present: readonly Int8Array[]): void {
  const dims = reference[0]?.length ?? present[0]?.length ?? 0
  const other = [...reference, ...present].find((signs) => signs.length !== dims)
  if (other === undefined) return
  throw new MalformedError(
    `Sketches of ${dims} and of ${other.length} dimensions cannot be compared`,
    { dims, found: other.length },
    'Compare sketches of one model.',
  )
}

function refuseFew(n: number, m: number): never {
  const beside = fewestBeside(Math.max(n, m))
  const alone = fewestBeside(Number.POSITIVE_INFINITY)
  throw new MalformedError(
    `${n} and ${m} sketches are too few to tell drift from chance`,
    { reference: n, present: m },
    Number.isFinite(beside)
      ? `Beside ${Math.max(n, m)} at least ${beside} are needed.`
      : `Two sets of ${2 * alone} would do, or one of ${alone} beside very many.`,
  )
}
