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
import { z } from 'zod'
import { pairedEvaluationSchema, storedProjectionSchema, takenGradientsSchema } from './emittedParts.ts'
import { type ImportedManifest, importedSchema } from './importedManifest.ts'
import {
  baseSchema,
  certificateSummarySchema,
  datasetSchema,
  filesSchema,
  positive,
  sketchSchema,
  twoSided,
} from './manifestParts.ts'

export const RUN_FORMAT = 1
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

const score = z.strictObject({
  accuracy: z.number().min(0).max(1),
  /** Mean cross-entropy in nats. */
  loss: z.number().nonnegative(),
})

export const embeddedSchema = z.strictObject({
  format: z.literal(RUN_FORMAT),
  /** Two classes or more; ordered where they are bins of a number, lowest first. Absent in runs of the mail task: ham, spam. */
  task: z
    .strictObject({
      name: z.string().min(1),
      classes: z.tuple([z.string().min(1), z.string().min(1)], z.string().min(1)),
      ordered: z.literal(true).optional(),
    })
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
/** What `pipeline/gpu` makes of a PEFT model. */
export type EmittedManifest = z.infer<typeof emittedSchema>
export type RunManifest = EmbeddedManifest | ImportedManifest | EmittedManifest
export type CertificateSummary = z.infer<typeof certificateSummarySchema>
export type SketchManifest = RunManifest['sketch']
export type Evaluation = EmbeddedManifest['evaluation']
