/** What every kind of manifest says: base, dataset, projection, sketch, certificate and files. */
import type { Hex } from 'viem'
import { z } from 'zod'

export const count = z.number().int().nonnegative()
export const positive = z.number().int().positive()
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lowercase hexadecimal digits')
export const bytes32Schema = z.custom<Hex>(
  (value) => typeof value === 'string' && /^0x[0-9a-f]{64}$/.test(value),
  'must be 0x and 64 lowercase hexadecimal digits',
)
const decimal = z.string().regex(/^[1-9][0-9]*$/, 'must be a decimal number above zero, as a string')
/** A plain name in the run folder itself: no folders, nothing hidden. */
const fileName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'must be a plain file name')

const sketchBase = {
  source: z.enum(['gradient', 'representation']),
  dims: positive.multipleOf(64).max(4096),
  curvature: z.enum(['gauss-newton', 'fisher']),
  seed: z.number().int(),
}

export const sketchSchema = z.discriminatedUnion('method', [
  z.strictObject({
    ...sketchBase,
    method: z.literal('pca'),
    damping: z.array(z.number().positive()).min(1),
    iterations: positive,
  }),
  z.strictObject({ ...sketchBase, method: z.literal('random'), damping: z.number().positive() }),
])

export const baseSchema = z.strictObject({
  name: z.string().min(1),
  /** Where the weights come from: a package and its version, or a repository and its commit. */
  source: z.string().min(1),
  revision: z.string().min(1),
  licence: z.string().min(1),
  weightsSha256: sha256,
})

export const datasetSchema = z.strictObject({
  /** Frozen dataset versions, ascending. */
  versions: z.array(decimal).min(1).max(8),
  rows: positive,
  /**
   * Rows of the last training, where near-copies were dropped before it: `rows.jsonl` says which, and what they copy. Absent where
   * nobody looked for them, so that they are found when the run is published.
   */
  kept: positive.optional(),
  /** In the order in which they were accepted; `items` is how many the contribution commits to. */
  contributions: z.array(z.strictObject({ id: bytes32Schema, items: positive })).min(1),
})

export const twoSided = z.strictObject({
  kind: z.literal('two-sided'),
  width: positive,
  seed: z.number().int(),
  modules: z.array(z.string().min(1)).min(1),
})

/** A figure of the quality certificate and its 95 % interval. */
const certifiedFigure = z.strictObject({ estimate: z.number(), low: z.number(), high: z.number() })
const certifiedWorth = z.strictObject({
  /** Rank correlation of pay with what contributors are worth: by what moved the answers, harm netted against help. */
  netInfluence: certifiedFigure,
  /** The same by the training rows alone. */
  fixedWeights: certifiedFigure,
  /** The same of paying each row alike. */
  equalSplit: certifiedFigure,
  /** √reliability of the worth: what no rule can be expected to exceed. */
  ceiling: z.number(),
})

/** What `certificate.json`, which is among the files, comes to: docs/certificate.md. */
export const certificateSummarySchema = z.strictObject({
  /** The terms to register the model with; null where nothing could be measured. */
  recommended: z
    .strictObject({
      rule: z.enum(['net-influence', 'fixed-weights', 'equal-split']),
      baseBps: count,
      floorBps: count,
      sketched: z.boolean(),
    })
    .nullable(),
  /** Who is paid for what, and how sure that is; what to do. */
  sentences: z.tuple([z.string().min(1), z.string().min(1)]),
  /** Where a party gains by paying itself. */
  warning: z.string().min(1).nullable(),
  /** Null where nothing could be retrained. */
  answerWorth: certifiedWorth.nullable(),
  lossWorth: certifiedWorth.nullable(),
})

export const digest = z.strictObject({ bytes: count, sha256, keccak256: bytes32Schema })
export const filesSchema = z.record(fileName, digest)

/** One line of `rows.jsonl`: which committed item a training row is. Never its text. */
export const rowSchema = z.strictObject({
  row: count,
  contribution: bytes32Schema,
  item: count,
  itemHash: bytes32Schema,
  /** The kept row that it copies, of a row that was dropped before the last training. */
  copies: count.optional(),
})

export type RunRow = z.infer<typeof rowSchema>
