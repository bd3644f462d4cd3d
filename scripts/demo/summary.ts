import { existsSync, readFileSync } from 'node:fs'
import * as z from 'zod'

/**
 * `var/demo/summary.json`: what a run of the demo came to. Its keys are stable; amounts are gwei-OPEN as decimal strings, pay is
 * relative to a row of the median honest contributor.
 */

const gwei = z.string().regex(/^\d+$/)
const share = z.number().min(0).max(1)
const positive = z.int().positive()

const relativePaySchema = z.strictObject({
  rows: z.int().nonnegative(),
  /** By the ledger. */
  paid: z.number().nonnegative(),
  /** As "pay every row its positive influence" would have it. */
  rawPositiveInfluence: z.number().nonnegative(),
  /** What such a row should earn at most. */
  most: z.number(),
  asItShould: z.boolean(),
})

export const summarySchema = z.strictObject({
  format: z.literal(1),
  seed: z.int(),
  rows: positive,
  /** Rows that nearly repeat an earlier one, which is credited in their place. */
  duplicateRows: z.int().nonnegative(),
  /** Rows that pull at the model too hard to be credited: most of them mislabelled. */
  flaggedRows: z.int().nonnegative(),
  contributors: positive,
  inferences: positive,
  accuracy: z.strictObject({
    heldOut: positive,
    majority: share,
    /** A head on the base in full precision; null where it was not measured. */
    fullPrecision: share.nullable(),
    /** A head on the NF4 base. */
    nf4: share,
    /** Adapters and head on the NF4 base: the model that served. */
    fineTuned: share,
    /** Adapters and head on the base in full precision; null where it was not measured. */
    fullPrecisionFineTuned: share.nullable(),
  }),
  fees: z.strictObject({
    perInferenceGwei: gwei,
    totalGwei: gwei,
    contributorsGwei: gwei,
    operatorGwei: gwei,
    royaltiesGwei: gwei,
    ownerGwei: gwei,
    treasuryGwei: gwei,
    claimedGwei: gwei,
  }),
  /** By what they earned, the best paid first, all of them. */
  earners: z.array(
    z.strictObject({
      account: positive,
      name: z.string(),
      kind: z.enum(['honest', 'flipped', 'copied', 'noise', 'outlier']),
      rows: positive,
      earnedGwei: gwei,
      claimedGwei: gwei,
    }),
  ),
  relativePay: z.strictObject({
    flipped: relativePaySchema,
    noise: relativePaySchema,
    outlier: relativePaySchema,
    copied: relativePaySchema,
  }),
  gas: z.strictObject({
    perInference: z.number().positive(),
    /** The least that the batches' bytes could cost (EIP-7623), for each inference. */
    floorPerInference: z.number().positive(),
    /** The first over the second. */
    ratio: z.number().positive(),
    batches: z.array(
      z.strictObject({ batch: positive, inferences: positive, bytes: positive, gasUsed: positive, floor: positive }),
    ),
    claims: z.array(
      z.strictObject({
        act: z.enum(['claim', 'claimTo', 'claimMany']),
        accounts: z.array(positive),
        /** Whether all of its accounts had been paid before. */
        repeat: z.boolean(),
        gasUsed: positive,
      }),
    ),
  }),
  /** What did not go as planned, each as a sentence. */
  deviations: z.array(z.string()),
  chain: z.strictObject({
    chainId: positive,
    rpc: z.string(),
    ledger: z.string(),
    dataset: positive,
    model: positive,
    blocks: z.int().nonnegative(),
  }),
  api: z.string(),
  /** How long each step took in the start that first came to the table; later ones find everything done. */
  seconds: z.record(z.string(), z.number().nonnegative()),
})

export type Summary = z.infer<typeof summarySchema>

/** The summary of an earlier start; anything else under that name is not worth failing for. */
export function readSummary(path: string): Summary | undefined {
  if (!existsSync(path)) return undefined
  try {
    return summarySchema.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    return undefined
  }
}
