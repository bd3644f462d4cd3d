/**
 * `run.json`: what a training run says of itself, and the hash of every file beside it.
 *
 * Strict: an unknown field is refused, so that a manifest means the same to everyone who reads it. Hashes of files are in
 * `files`; the hash of the manifest itself is what a model's registration carries.
 */
import type { Hex } from 'viem'
import { z } from 'zod'

export const RUN_FORMAT = 1

/** The files that every run has. */
export const RUN_FILES = {
  adapterConfig: 'adapter_config.json',
  adapterModel: 'adapter_model.safetensors',
  trainerState: 'trainer_state.json',
  modelCard: 'README.md',
  rows: 'rows.jsonl',
  gradients: 'gradients.safetensors',
} as const
export const MANIFEST_FILE = 'run.json'

const count = z.number().int().nonnegative()
const positive = z.number().int().positive()
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lowercase hexadecimal digits')
export const bytes32Schema = z.custom<Hex>(
  (value) => typeof value === 'string' && /^0x[0-9a-f]{64}$/.test(value),
  'must be 0x and 64 lowercase hexadecimal digits',
)
const decimal = z.string().regex(/^[1-9][0-9]*$/, 'must be a decimal number above zero, as a string')
/** A plain name in the run folder itself: no folders, nothing hidden. */
const fileName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'must be a plain file name')

const score = z.strictObject({
  accuracy: z.number().min(0).max(1),
  /** Mean cross-entropy in nats. */
  loss: z.number().nonnegative(),
})

const sketchBase = {
  source: z.enum(['gradient', 'representation']),
  dims: positive.multipleOf(64).max(4096),
  topK: positive.max(16),
  /** Rows at least so alike, in percent of a cosine, are one row: docs/protocol.md, "Duplicates". */
  duplicateCosinePercent: positive.max(100),
  curvature: z.enum(['gauss-newton', 'fisher']),
  seed: z.number().int(),
}

const sketchSchema = z.discriminatedUnion('method', [
  z.strictObject({
    ...sketchBase,
    method: z.literal('pca'),
    damping: z.array(z.number().positive()).min(1),
    iterations: positive,
  }),
  z.strictObject({ ...sketchBase, method: z.literal('random'), damping: z.number().positive() }),
])

export const manifestSchema = z.strictObject({
  format: z.literal(RUN_FORMAT),
  base: z.strictObject({
    name: z.string().min(1),
    /** Where the weights come from: a package and its version, or a repository and its commit. */
    source: z.string().min(1),
    revision: z.string().min(1),
    licence: z.string().min(1),
    weightsSha256: sha256,
  }),
  method: z.enum(['lora', 'qlora']),
  quantisation: z
    .strictObject({ scheme: z.literal('nf4'), bits: z.literal(4), doubleQuant: z.boolean(), blockSize: positive })
    .nullable(),
  lora: z.strictObject({
    rank: positive,
    alpha: z.number().positive(),
    targetModules: z.array(z.string().min(1)).min(1),
    modulesToSave: z.array(z.string().min(1)),
  }),
  training: z.strictObject({
    optimiser: z.literal('adamw'),
    schedule: z.literal('linear'),
    seed: z.number().int(),
    learningRate: z.number().positive(),
    epochs: positive,
    batchSize: positive,
    weightDecay: z.number().nonnegative(),
    adamBeta1: z.number().min(0).lt(1),
    adamBeta2: z.number().min(0).lt(1),
    adamEpsilon: z.number().positive(),
    maxTokens: positive,
  }),
  dataset: z.strictObject({
    /** Frozen dataset versions, ascending. */
    versions: z.array(decimal).min(1).max(8),
    rows: positive,
    /** In the order in which they were accepted; `items` is how many the contribution commits to. */
    contributions: z.array(z.strictObject({ id: bytes32Schema, items: positive })).min(1),
  }),
  projection: z.strictObject({
    kind: z.literal('two-sided'),
    width: positive,
    seed: z.number().int(),
    modules: z.array(z.string().min(1)).min(1),
  }),
  sketch: sketchSchema,
  evaluation: z.strictObject({
    heldOut: positive,
    /** Always giving the commoner label. */
    majority: z.strictObject({ accuracy: z.number().min(0).max(1) }),
    /** A head on the base in full precision, without adapters; null where it was not measured. */
    fullPrecision: score.nullable(),
    /** The adapters and a head trained on the base in full precision; null where it was not measured. */
    fullPrecisionFineTuned: score.nullable(),
    /** A head on the quantised base, without adapters. */
    quantised: score,
    /** This run: adapters and head on the quantised base. */
    fineTuned: score,
  }),
  files: z.record(fileName, z.strictObject({ bytes: count, sha256, keccak256: bytes32Schema })),
})

export type RunManifest = z.infer<typeof manifestSchema>
export type SketchManifest = RunManifest['sketch']
export type Evaluation = RunManifest['evaluation']

/** One line of `rows.jsonl`: which committed item a training row is. Never its text. */
export const rowSchema = z.strictObject({
  row: count,
  contribution: bytes32Schema,
  item: count,
  itemHash: bytes32Schema,
})

export type RunRow = z.infer<typeof rowSchema>
