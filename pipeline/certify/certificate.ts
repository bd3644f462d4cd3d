/**
 * `certificate.json`: how well a run's payouts follow what its contributors are worth, beside other rules, with 95 % intervals.
 *
 * Whatever could not be measured is said to be absent, with the reason. The same run gives the same bytes, so that anyone who
 * has its items can make the certificate again and compare hashes. docs/certificate.md explains every figure.
 */
import { z } from 'zod'
import { StopError } from '../../sdk/errors.ts'
import { bytes32Schema } from '../run/manifestParts.ts'
import { RULE_NAMES } from './rules/outcome.ts'

export const CERTIFICATE_FORMAT = 2
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
  'answer worth, without copiers',
  'loss worth',
  'loss worth, without copiers',
  'answer worth of halves',
  'loss worth of halves',
  'answer worth, one kind of traffic',
  'answer by answer',
  'linear datamodelling',
] as const

const comparison = z.strictObject({
  /** One figure less another. Two correlations may lie up to 2 apart, so its interval may reach beyond 1. */
  difference: interval,
  /** `beats` and `worse` where the interval leaves zero out. */
  verdict: z.enum(['beats', 'inconclusive', 'worse']),
})

const measureSchema = z.strictObject({
  name: z.enum(MEASURE_NAMES),
  /** Of the truth itself, over its training seeds. */
  reliability: interval,
  /** √reliability: what no rule can be expected to exceed on these very answers. */
  ceiling: z.number().nullable(),
  /** The same over answers too: what no rule can be expected to exceed on others. Null of what is taken answer by answer. */
  ceilingOverAnswers: z.number().nullable(),
  rules: z.array(
    z.strictObject({
      rule,
      figure: interval,
      /** Net influence, with a floor of 1 and no base, less this rule; null of itself. */
      referenceLess: comparison.nullable(),
      /** This rule less an equal split; null of itself. */
      lessEqualSplit: comparison.nullable(),
    }),
  ),
})

const earningsSchema = z.strictObject({
  kind: z.enum(['flipped', 'noise', 'outlier', 'copied']),
  rows: count,
  /** What such a row should earn at most, beside a row of the median honest contributor. */
  most: z.number(),
  rules: z.array(z.strictObject({ rule, ratio: interval })),
})

/** What a model can be registered with: docs/protocol.md, "Books and pay". */
export const termsSchema = z.strictObject({
  rule: z.enum(['net-influence', 'fixed-weights', 'equal-split']),
  baseBps: count,
  floorBps: count,
  sketched: z.boolean(),
})

const verdictSchema = z.strictObject({
  /** Null where nothing could be measured. */
  recommended: termsSchema.nullable(),
  /** Who is paid for what, and how sure that is; what to do. */
  sentences: z.tuple([z.string().min(1), z.string().min(1)]),
  because: z.array(z.string().min(1)).min(1),
  /** Where a party gains by paying itself. */
  warning: z.string().min(1).nullable(),
})

export const certificateSchema = z.strictObject({
  format: z.literal(CERTIFICATE_FORMAT),
  run: z.strictObject({
    base: z.string(),
    adapterHash: bytes32Schema,
    gradientsHash: bytes32Schema,
    rows: count,
    contributions: count,
    /** Rows that count; the others are near-copies of them. */
    kept: count,
    /** What is paid as one. */
    units: count,
    /** As in the manifest. */
    sketch: z.strictObject({ source: z.string(), method: z.string(), dims: count }),
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
  /** What the answers were that steering and rounding are taken with. */
  queries: z.enum(['served answers', 'training rows']),
  /** Rank correlation of what contributors are paid with what they would be without rounding to one bit and to four; null of few. */
  rounding: interval.nullable(),
  /** λ, by floor: the largest part of a fee's pool that any query sketch moves. */
  steering: z.array(
    z.strictObject({
      floorBps: count,
      /** To one unit: in a book of all answers, in books of five, in a book of nothing else. */
      allAnswers: z.number(),
      fiveAnswers: z.number(),
      alone: z.number(),
      /** To five units together, in a book of all answers. */
      fiveUnits: z.number(),
    }),
  ),
  /** What the plots of pay beside worth show. */
  contributors: z.union([
    z.array(
      z.strictObject({
        contribution: bytes32Schema,
        rows: count,
        kept: count,
        kind: z.string().nullable(),
        /** Share of the contributors' pool, by net influence with a floor of 1. */
        paid: z.number(),
        /** Net influence as a part of what is shared out by it, below 0 where harm outweighs help: then it is paid nothing for it. */
        net: z.number(),
        answerWorth: z.number(),
        lossWorth: z.number(),
      }),
    ),
    absent,
  ]),
  verdict: verdictSchema,
})

export type Certificate = z.infer<typeof certificateSchema>
export type Measure = z.infer<typeof measureSchema>
export type MeasureName = Measure['name']
export type KindEarned = z.infer<typeof earningsSchema>
export type Comparison = z.infer<typeof comparison>
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

const REMEDY = 'Certify the run again with `attribution run certify`.'
