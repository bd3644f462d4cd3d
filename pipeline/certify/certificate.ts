/**
 * `certificate.json`: how well a run's payouts follow what its contributors are worth, beside other rules, with 95 % intervals.
 *
 * Whatever could not be measured is said to be absent, with the reason. The same run gives the same bytes, so that anyone who
 * has its items can make the certificate again and compare hashes. docs/certificate.md explains every figure.
 */
import { z } from 'zod'
import { StopError } from '../../sdk/errors.ts'
import { bytes32Schema } from '../run/manifest.ts'
import { RULE_NAMES } from './rules/outcome.ts'

export const CERTIFICATE_FORMAT = 1
export const CERTIFICATE_FILES = { json: 'certificate.json', page: 'certificate.html' } as const

const count = z.number().int().nonnegative()
/** JSON has no NaN: a figure that does not exist is null. */
const interval = z.strictObject({
  estimate: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
})
const absent = z.strictObject({ absent: z.string().min(1) })
const rule = z.enum(RULE_NAMES)

export const MEASURE_NAMES = [
  'answer worth',
  'loss worth',
  'answer worth of halves',
  'loss worth of halves',
  'answer by answer',
  'linear datamodelling',
] as const

const comparison = z.strictObject({
  /** The ledger's rule less the other one. */
  difference: interval,
  /** `beats` and `worse` where the interval leaves zero out. */
  verdict: z.enum(['beats', 'not told apart', 'worse']),
})

const measureSchema = z.strictObject({
  name: z.enum(MEASURE_NAMES),
  /** Of the truth itself, over its training seeds. */
  reliability: interval,
  /** √reliability: what no rule can be expected to exceed. */
  ceiling: z.number().nullable(),
  rules: z.array(z.strictObject({ rule, figure: interval, ledgerLess: comparison.nullable() })),
})

const earningsSchema = z.strictObject({
  kind: z.enum(['flipped', 'noise', 'outlier', 'copied']),
  rows: count,
  /** What such a row should earn at most, beside a row of the median honest contributor. */
  most: z.number(),
  rules: z.array(z.strictObject({ rule, ratio: interval })),
})

export const certificateSchema = z.strictObject({
  format: z.literal(CERTIFICATE_FORMAT),
  run: z.strictObject({
    base: z.string(),
    adapterHash: bytes32Schema,
    gradientsHash: bytes32Schema,
    rows: count,
    contributions: count,
    /** Rows that join an earlier one's cluster and are paid nothing. */
    duplicates: count,
    /** Rows that pull at the model too hard to be credited. */
    flagged: count,
    /** As in the manifest: the rule under test is this and nothing else. */
    sketch: z.strictObject({
      source: z.string(),
      method: z.string(),
      dims: count,
      topK: count,
      duplicateCosinePercent: count,
    }),
    /** What it was trained to tell apart; null where its items are not known here. */
    task: z.string().nullable(),
  }),
  sample: z.strictObject({
    answers: count,
    seeds: count,
    halves: count,
    halfSeeds: count,
    replicates: count,
    /** Of the resamples; halves are drawn from the run's own seed. */
    seed: z.number().int(),
  }),
  worth: z.union([z.array(measureSchema), absent]),
  earnings: z.union([z.array(earningsSchema), absent]),
  /** How often the self-influence of a row whose label was flipped exceeds that of an honest one. */
  flippedBySelfInfluence: z.union([interval, absent]),
  /** Rank correlation of what rows earn by the ledger with what they would without rounding to four bits. */
  rounding: z.strictObject({ queries: z.enum(['served answers', 'training rows']), correlation: interval }),
  /** What the plots of pay beside worth show. */
  contributors: z.union([
    z.array(
      z.strictObject({
        contribution: bytes32Schema,
        rows: count,
        kind: z.string().nullable(),
        /** Share of all fees to contributors. */
        paid: z.number(),
        answerWorth: z.number(),
        lossWorth: z.number(),
      }),
    ),
    absent,
  ]),
  verdict: z.strictObject({
    recommended: z.enum(['attribution', 'equal-split', 'not measured']),
    because: z.array(z.string()).min(1),
  }),
})

export type Certificate = z.infer<typeof certificateSchema>
export type Measure = z.infer<typeof measureSchema>
export type MeasureName = Measure['name']
export type KindEarned = z.infer<typeof earningsSchema>
export type IntervalFigure = z.infer<typeof interval>
export type Absent = z.infer<typeof absent>

export function isAbsent(part: object): part is Absent {
  return 'absent' in part
}

export function formatCertificate(certificate: Certificate): string {
  return `${JSON.stringify(certificateSchema.parse(certificate), null, 2)}\n`
}

export function parseCertificate(file: string, content: string): Certificate {
  let json: unknown
  try {
    json = JSON.parse(content)
  } catch (cause) {
    throw new StopError(`${file} is no JSON`, { characters: content.length }, REMEDY, cause)
  }
  const parsed = certificateSchema.safeParse(json)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new StopError(
    `${file} is no certificate that this version reads`,
    { field: issue?.path.join('.') || '(whole)', problem: issue?.message ?? z.prettifyError(parsed.error) },
    REMEDY,
  )
}

const REMEDY = 'Certify the run again with `npm run certify`.'
