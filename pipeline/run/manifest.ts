/**
 * `run.json`: what a training run says of itself, and the hash of every file beside it.
 *
 * Strict: an unknown field is refused, so that a manifest means the same to everyone who reads it. Hashes of files are in
 * `files`; the hash of the manifest itself is what a model's registration carries.
 *
 * Three formats are read. Format 1 is what the embedded trainer writes, and says everything. Format 2 is for runs of other
 * tools, which say less of how they trained (null where a tool leaves nothing) and more of where their files came from. Format 3
 * is what `pipeline/gpu` writes: as little of the training, and all of how the gradients were taken (docs/decisions/017).
 */
import type { Hex } from 'viem'
import { z } from 'zod'
import { pairedEvaluationSchema, storedProjectionSchema, takenGradientsSchema } from './emittedParts.ts'

export const RUN_FORMAT = 1
export const IMPORTED_FORMAT = 2
export const EMITTED_FORMAT = 3

/** The files that every run of the embedded trainer has; an imported run has those that its tools left. */
export const RUN_FILES = {
  adapterConfig: 'adapter_config.json',
  adapterModel: 'adapter_model.safetensors',
  trainerState: 'trainer_state.json',
  modelCard: 'README.md',
  rows: 'rows.jsonl',
  gradients: 'gradients.safetensors',
} as const
export const MANIFEST_FILE = 'run.json'
/** The matrices that gradients were projected with, in a run of `pipeline/gpu`. */
export const PROJECTION_FILE = 'projection.safetensors'

export const TRAINING_TOOLS = [
  'transformers',
  'trl',
  'axolotl',
  'llama-factory',
  'unsloth',
  'autotrain',
  'torchtune',
  'peft',
] as const
export const ATTRIBUTION_TOOLS = ['bergson', 'trak', 'logix', 'dattri', 'kronfluence', 'safetensors'] as const

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

const baseSchema = z.strictObject({
  name: z.string().min(1),
  /** Where the weights come from: a package and its version, or a repository and its commit. */
  source: z.string().min(1),
  revision: z.string().min(1),
  licence: z.string().min(1),
  weightsSha256: sha256,
})

const datasetSchema = z.strictObject({
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

const twoSided = z.strictObject({
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
const certificateSummarySchema = z.strictObject({
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

const digest = z.strictObject({ bytes: count, sha256, keccak256: bytes32Schema })
const filesSchema = z.record(fileName, digest)

export const embeddedSchema = z.strictObject({
  format: z.literal(RUN_FORMAT),
  /** The two classes: log-odds above zero stand for the second class. Absent in runs of the mail task: ham, spam. */
  task: z
    .strictObject({ name: z.string().min(1), classes: z.tuple([z.string().min(1), z.string().min(1)]) })
    .optional(),
  base: baseSchema,
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
  dataset: datasetSchema,
  projection: twoSided,
  sketch: sketchSchema,
  evaluation: z.strictObject({
    heldOut: positive,
    /** Always giving the more frequent label. */
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
  /** Absent until the run is certified. */
  certificate: certificateSummarySchema.optional(),
  files: filesSchema,
})

const score95 = z.strictObject({ value: z.int(), low: z.int(), high: z.int() })

/** A benchmark in the shape of `IEvaluations.Benchmark`; scores are in millionths. */
export const benchmarkSchema = z.strictObject({
  task: z.string().min(1),
  taskVersion: z.string(),
  configHash: bytes32Schema,
  measured: z.strictObject({
    metric: z.string().min(1),
    datasetHash: bytes32Schema,
    score: score95,
    sampleCount: positive,
    resultsHash: bytes32Schema,
  }),
})

/** What a folder was for, and a file's path below it. */
const sourcePath = z
  .string()
  .regex(/^(training|gradients|evaluation)\/(?!.*(^|\/)\.\.(\/|$)).+$/, 'must be a path below an imported folder')

export const importedSchema = z.strictObject({
  format: z.literal(IMPORTED_FORMAT),
  base: baseSchema,
  method: z.enum(['full', 'lora', 'qlora']),
  quantisation: z
    .strictObject({
      scheme: z.string().regex(/^[a-z][a-z0-9-]*$/, 'must be a scheme such as nf4, fp4, int8 or gptq'),
      bits: z.int().min(1).max(16),
      doubleQuant: z.boolean(),
      blockSize: positive.nullable(),
    })
    .nullable(),
  /** Null for a full fine-tune. `adapter_config.json` is carried whole; this is what of it others rely on. */
  lora: z
    .strictObject({
      rank: positive,
      alpha: z.number().positive(),
      /** Modules that the adapter file holds factors for, ascending. */
      targetModules: z.array(z.string().min(1)).min(1),
      /** Modules that it holds whole, ascending. */
      modulesToSave: z.array(z.string().min(1)),
    })
    .nullable(),
  training: z.strictObject({
    /** Which tool trained, as its files show. */
    tool: z.enum(TRAINING_TOOLS),
    version: z.string().min(1).nullable(),
    optimiser: z.string().min(1).nullable(),
    schedule: z.string().min(1).nullable(),
    seed: z.number().int().nullable(),
    learningRate: z.number().positive().nullable(),
    epochs: z.number().positive().nullable(),
    steps: positive.nullable(),
    /** Of one step, over all devices and accumulated passes. */
    batchSize: positive.nullable(),
    weightDecay: z.number().nonnegative().nullable(),
    maxTokens: positive.nullable(),
    /** Mean training loss in nats, as the trainer reports it at its end. */
    loss: z.number().nullable(),
    /**
     * What was trained for, such as dpo, and what a row of it is: an example, a pair of which one answer was preferred, or a prompt with
     * a group of answers. Absent where each row is an example whose text is predicted.
     */
    preference: z.strictObject({ objective: z.string().min(1), row: z.enum(['example', 'pair', 'group']) }).optional(),
  }),
  dataset: datasetSchema,
  projection: z.discriminatedUnion('kind', [
    twoSided,
    z.strictObject({
      kind: z.literal('imported'),
      tool: z.enum(ATTRIBUTION_TOOLS),
      width: positive,
      /** Gradients of a row's loss, or its scores against a fixed set of queries. */
      content: z.enum(['loss-gradient', 'query-scores']),
      /** What the tool says of how it projected, in its own words. */
      settings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
      /** Which entries of a row belong to which module, in order; empty where the tool does not say. */
      modules: z.array(z.strictObject({ name: z.string().min(1), width: positive })),
    }),
  ]),
  sketch: sketchSchema,
  evaluation: z.strictObject({ benchmarks: z.array(benchmarkSchema) }),
  certificate: certificateSummarySchema.optional(),
  files: filesSchema,
  /** Files that were hashed and left where they were: pickles, attribution data, samples. */
  sources: z.record(sourcePath, digest),
})

export const emittedSchema = z.strictObject({
  format: z.literal(EMITTED_FORMAT),
  base: baseSchema,
  method: z.enum(['lora', 'qlora']),
  quantisation: importedSchema.shape.quantisation,
  lora: importedSchema.shape.lora.unwrap(),
  training: importedSchema.shape.training,
  dataset: datasetSchema,
  projection: storedProjectionSchema,
  gradients: takenGradientsSchema,
  sketch: sketchSchema,
  evaluation: pairedEvaluationSchema.nullable(),
  certificate: certificateSummarySchema.optional(),
  files: filesSchema,
})

export const manifestSchema = z.discriminatedUnion('format', [embeddedSchema, importedSchema, emittedSchema])

/** What the embedded trainer writes. */
export type EmbeddedManifest = z.infer<typeof embeddedSchema>
/** What is made of another tool's files. */
export type ImportedManifest = z.infer<typeof importedSchema>
/** What `pipeline/gpu` makes of a PEFT model. */
export type EmittedManifest = z.infer<typeof emittedSchema>
export type RunManifest = EmbeddedManifest | ImportedManifest | EmittedManifest
export type Benchmark = z.infer<typeof benchmarkSchema>
export type CertificateSummary = z.infer<typeof certificateSummarySchema>
export type SketchManifest = RunManifest['sketch']
export type Evaluation = EmbeddedManifest['evaluation']

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
