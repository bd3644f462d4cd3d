/**
 * What only runs of `pipeline/gpu` say (manifest format 3): matrices that gradients were projected with, how the gradients were
 * taken, and what quantising the base cost. pipeline/gpu/attribution_run/emit.py writes it; docs/gpu.md explains it.
 */
import { z } from 'zod'

const positive = z.int().positive()
const share = z.number().min(0).max(1)

/** One side of a module's gradient: how long it is, and how many numbers are kept of it. */
const side = z.strictObject({ size: positive, keep: positive }).refine(({ size, keep }) => keep <= size, {
  error: 'must not keep more than there is',
  path: ['keep'],
})

const projectedModule = z.strictObject({ name: z.string().min(1), left: side, right: side })
export type ProjectedModule = z.infer<typeof projectedModule>

/** LoGra's layer-wise form: L G Rᵀ of every module, side by side. The matrices are in `projection.safetensors`. */
export const storedProjectionSchema = z
  .strictObject({
    kind: z.literal('stored'),
    width: positive,
    /** Rademacher matrices, or the principal directions of what flows through a module. */
    basis: z.enum(['random', 'principal']),
    /** What they were drawn with; nothing is ever drawn from it again. */
    seed: z.int(),
    modules: z.array(projectedModule).min(1),
  })
  .refine(({ width, modules }) => modules.reduce((sum, { left, right }) => sum + left.keep * right.keep, 0) === width, {
    error: 'must be what the modules keep together',
    path: ['width'],
  })
  .refine(({ modules }) => new Set(modules.map(({ name }) => name)).size === modules.length, {
    error: 'must name every module once',
    path: ['modules'],
  })

export const takenGradientsSchema = z.strictObject({
  task: z.enum(['causal-lm', 'classification']),
  /** What labels were drawn from the model with, for the factors of its curvature. */
  sampleSeed: z.int(),
  batchSize: positive,
  device: z.string().min(1),
  /** What the adapter computes in, such as bfloat16. */
  dtype: z.string().min(1),
  software: z.record(z.string(), z.string()),
})

/** Figures of `evaluation.jsonl`, where every sample is: pipeline/evaluate. */
export const pairedEvaluationSchema = z.strictObject({
  task: z.string().min(1),
  samples: positive,
  accuracy: share,
  /** The same adapter on the base in full precision; null where the base is not quantised. */
  twin: z
    .strictObject({
      accuracy: share,
      /** Samples that the twin got wrong and the model right, and the other way round. */
      gained: z.int().nonnegative(),
      lost: z.int().nonnegative(),
      /** In nats. */
      meanKl: z.number().nonnegative(),
    })
    .nullable(),
})
