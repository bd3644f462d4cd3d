import { existsSync, readFileSync } from 'node:fs'
import * as z from 'zod'
import { termsSchema } from '../../pipeline/certify/certificate.ts'
import { CLAIMS } from './gas.ts'
import { TASK_NAMES } from './settings.ts'

/**
 * `var/demo/summary.json`: what a run of the demo came to. Its keys are stable; amounts are gwei-OPEN as decimal strings. Pay and worth
 * of a row are relative to a row of the median honest contributor.
 */

const gwei = z.string().regex(/^\d+$/)
const share = z.number().min(0).max(1)
const positive = z.int().positive()
const count = z.int().nonnegative()

const feesSchema = z.strictObject({
  totalGwei: gwei,
  contributorsGwei: gwei,
  operatorGwei: gwei,
  royaltiesGwei: gwei,
  ownerGwei: gwei,
  treasuryGwei: gwei,
})

const contributorSchema = z.strictObject({
  account: positive,
  name: z.string(),
  kind: z.enum(['honest', 'flipped', 'copied', 'noise', 'outlier']),
  rows: positive,
  /** Without those that repeat an earlier row, which were dropped before the last training. */
  keptRows: count,
  earnedGwei: gwei,
  claimedGwei: gwei,
  /** How much less sure the given answers are when a model is trained without these rows, in nats; negative where they did harm. */
  answerWorth: z.number(),
  paidARow: z.number().nonnegative(),
  /** Null where honest contributors are worth nothing either. */
  worthARow: z.number().nullable(),
})

const relativePaySchema = z.strictObject({
  rows: count,
  /** By the ledger. */
  paid: z.number().nonnegative(),
  /** By "pay every row its positive influence", on the same run. */
  rawPositiveInfluence: z.number().nonnegative(),
  /** What such a row should earn at most. */
  most: z.number(),
  asItShould: z.boolean(),
})

const taskSummarySchema = z.strictObject({
  task: z.enum(TASK_NAMES),
  dataset: positive,
  model: positive,
  rows: positive,
  /** Rows that nearly repeat an earlier one. */
  droppedRows: count,
  /** What is paid as one: a contribution, or several small ones. */
  units: positive,
  registrationPages: positive,
  inferences: positive,
  books: positive,
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
  fees: feesSchema,
  /** By what the contributors’ part was split. */
  paidBy: z.strictObject({ netInfluence: share, rows: share, fixedWeights: share }),
  /** The best paid first, all of them. */
  contributors: z.array(contributorSchema),
  relativePay: z.strictObject({
    flipped: relativePaySchema,
    noise: relativePaySchema,
    outlier: relativePaySchema,
    copied: relativePaySchema,
  }),
  certificate: z.strictObject({
    /** Who is paid for what, and how sure that is; what to do. */
    sentences: z.array(z.string()).length(2),
    recommended: termsSchema.nullable(),
    warning: z.string().nullable(),
    /** What the demo registered the model with. */
    registered: z.string(),
  }),
})
export type TaskSummary = z.infer<typeof taskSummarySchema>

export const summarySchema = z.strictObject({
  format: z.literal(2),
  seed: z.int(),
  tasks: z.array(taskSummarySchema).min(1),
  fees: feesSchema.extend({ perInferenceGwei: gwei, claimedGwei: gwei }),
  /** How many of each were found alike in the chain's storage, in the index, and by `attribution/`. */
  alike: z.strictObject({ accounts: positive, units: positive, books: positive, channels: positive, bonds: positive }),
  /** What an audit from the node alone compared, and what it found. */
  audit: z.strictObject({ verdict: z.enum(['clean', 'findings', 'incomplete']), values: positive, findings: count }),
  gas: z.strictObject({
    perInference: z.number().positive(),
    /** The least that the batches' bytes could cost (EIP-7623), for each inference. */
    floorPerInference: z.number().positive(),
    batches: z.array(
      z.strictObject({ batch: positive, inferences: positive, bytes: positive, gasUsed: positive, floor: positive }),
    ),
    settlements: z.array(z.strictObject({ book: z.string(), units: positive, pages: positive, gasUsed: positive })),
    claims: z.array(
      z.strictObject({
        act: z.enum(CLAIMS),
        accounts: z.array(positive),
        /** Whether all of its accounts had been paid before. */
        repeat: z.boolean(),
        gasUsed: positive,
      }),
    ),
  }),
  /** What did not go as planned, each as a sentence. */
  deviations: z.array(z.string()),
  chain: z.strictObject({ chainId: positive, rpc: z.string(), ledger: z.string(), blocks: count }),
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
