/** Format 2: runs of other tools, which say less of how they trained and more of where their files came from. */
import { z } from 'zod'
import {
  baseSchema,
  bytes32Schema,
  certificateSummarySchema,
  datasetSchema,
  digest,
  filesSchema,
  positive,
  sketchSchema,
  twoSided,
} from './manifestParts.ts'

export const IMPORTED_FORMAT = 2

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

/** What is made of another tool's files. */
export type ImportedManifest = z.infer<typeof importedSchema>
export type Benchmark = z.infer<typeof benchmarkSchema>
