import { attribute, TOTAL_WEIGHT } from '../../../attribution/attribution.ts'
import { innerProduct, squaredLength } from '../../../attribution/vectors.ts'
import type { EmbeddedRun } from '../../../pipeline/certify/certify.ts'
import type { Examined } from '../../../pipeline/certify/examine.ts'
import { topShares } from '../../../pipeline/certify/rules/shares.ts'
import type { SketchedRun } from '../../../pipeline/certify/sketched.ts'
import { bestNonNegative } from './ceiling.ts'
import type { Truth } from './truth.ts'
import { fromGradients, fromRepresentations, fromRetrained, sideBySide, type Vectors } from './vectors.ts'

export interface CandidateRule {
  readonly name: string
  /** What every row is paid over all answers. */
  readonly pay: () => Float64Array
}

interface Payout {
  readonly topK: number
  /** What a row's score is multiplied with; by default 1 / length, which is "unit rows". */
  readonly weight?: (row: number) => number
  /** Scores are raised to this before they are shared out. */
  readonly sharpness?: number
}

const PAID_TOP_K = 8
const ALL_ROWS = Number.POSITIVE_INFINITY

/** The rules that were tried: each changes one thing about the rule as paid, which comes first. */
export function candidateRules(
  run: EmbeddedRun,
  examined: Examined,
  sketched: SketchedRun,
  truth: Truth,
): readonly CandidateRule[] {
  const { rows, given, queries } = examined
  const { gradients, manifest } = run
  const count = rows.items.length
  const plain: Vectors = sketched
  const lengths = plain.rows.map((row) => Math.sqrt(squaredLength(row)) || 1)
  const meanSquare = lengths.reduce((sum, length) => sum + length ** 2, 0) / count
  const withoutFlags = (times: number) => (row: number) => {
    const length = lengths[row] as number
    return length ** 2 > times * meanSquare ? 0 : 1 / length
  }
  const power = (exponent: number) => (row: number) => (lengths[row] as number) ** -exponent
  const gradientView = (settings: Parameters<typeof fromGradients>[2]) => fromGradients(gradients, queries, settings)
  const again = (seed: number, epochs: number, dims: number) =>
    fromRetrained(examined, manifest.projection, manifest.training.seed + seed, { epochs }, dims)
  const rule = (name: string, vectors: () => Vectors, payout: Payout): CandidateRule => ({
    name,
    pay: () => payBy(vectors(), given.length, payout),
  })
  const as = (): Vectors => plain
  const topK = PAID_TOP_K

  return [
    { name: '**as paid**', pay: () => payAsPaid(sketched, count) },
    rule('unrounded, nothing kept out', as, { topK }),
    ...[16, 64, ALL_ROWS].map((K) => rule(`K = ${K === ALL_ROWS ? 'all rows' : K}`, as, { topK: K })),
    ...[1, 4, 16].map((times) => rule(`flags at ${times} × mean`, as, { topK, weight: withoutFlags(times) })),
    ...[0, 0.5, 0.75, 1.25, 1.5].map((e) => rule(`length to the power ${e}`, as, { topK, weight: power(e) })),
    ...[0.5, 2, 4].map((sharpness) => rule(`scores to the power ${sharpness}`, as, { topK, sharpness })),
    ...[0.0001, 0.001, 0.01, 0.1, 1].map((damping) =>
      rule(`damping ${damping}`, () => gradientView({ damping: [damping] }), { topK }),
    ),
    rule('empirical Fisher', () => gradientView({ curvature: 'fisher' }), { topK }),
    rule('random projection', () => gradientView({ method: 'random', damping: 0.01 }), { topK }),
    ...[64, 128].map((dims) => rule(`${dims} dimensions`, () => gradientView({ dims }), { topK })),
    rule('representations', () => fromRepresentations(examined, 0.1, 256), { topK }),
    rule(
      'gradients beside representations',
      () => sideBySide([gradientView({ dims: 128 }), fromRepresentations(examined, 0.1, 128)]),
      { topK },
    ),
    rule('two fine-tunes', () => sideBySide([again(0, 5, 128), again(100, 5, 128)]), { topK }),
    rule('epochs 1, 2 and 5', () => sideBySide([again(0, 1, 64), again(0, 2, 64), again(0, 5, 128)]), { topK }),
    { name: 'count of rows', pay: () => new Float64Array(count).fill(1) },
    { name: 'raw positive influence', pay: () => payBy(plain, given.length, { topK: ALL_ROWS, weight: () => 1 }) },
    { name: '*signed sums, which no ledger can pay*', pay: () => signedSums(plain, given.length) },
    {
      name: '*best of all non-negative pay by a row’s own signed sum, fitted*',
      pay: () => bestNonNegative(signedSums(plain, given.length), rows, truth.answer),
    },
  ]
}

/** The real thing: codes, clusters, flags and integer weights. */
function payAsPaid({ queryCodes, candidates, topK }: SketchedRun, rows: number): Float64Array {
  const paid = new Float64Array(rows)
  for (const codes of queryCodes)
    for (const { row, weight } of attribute(codes, candidates, topK))
      paid[row] = (paid[row] as number) + weight / TOTAL_WEIGHT
  return paid
}

function payBy({ rows, queries }: Vectors, answers: number, { topK, weight, sharpness = 1 }: Payout): Float64Array {
  const weights = rows.map((row, i) => weight?.(i) ?? 1 / (Math.sqrt(squaredLength(row)) || 1))
  const paid = new Float64Array(rows.length)
  for (let answer = 0; answer < answers; answer++) {
    const query = queries[answer] as Float32Array
    const scores = Float64Array.from(
      rows,
      (row, i) => Math.max(0, innerProduct(query, row) * (weights[i] as number)) ** sharpness,
    )
    for (const { row, share } of topShares(scores, topK)) paid[row] = (paid[row] as number) + share
  }
  return paid
}

function signedSums({ rows, queries }: Vectors, answers: number): Float64Array {
  const sum = new Float64Array(rows[0]?.length ?? 0)
  for (let answer = 0; answer < answers; answer++)
    for (const [d, x] of (queries[answer] as Float32Array).entries()) sum[d] = (sum[d] as number) + x
  return Float64Array.from(rows, (row) => innerProduct(sum, row))
}
