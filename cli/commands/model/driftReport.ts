import type { Drift, DriftLevel } from '../../../attribution/drift/drift.ts'
import { DRIFTED_PSI, SHIFTING_PSI } from '../../../attribution/drift/stability.ts'
import type { DescribedModel, RecordedEvaluation } from './traffic.ts'

/** A model's drift, and what was measured of it beside what its payers say, as a page of text. */

type Ratings = Pick<DescribedModel, 'inferenceCount' | 'ratingCount' | 'ratedFeesGwei' | 'ratingStarsGwei'>

export interface DriftReport {
  readonly model: number
  readonly block: number
  readonly against: 'rows' | 'queries'
  readonly drift: Drift
  readonly described: Pick<DescribedModel, keyof Ratings | 'evaluations'>
}

const MEANING: Readonly<Record<DriftLevel, string>> = {
  stable: 'nothing that chance would not do',
  shifting: 'something is different; measure again before relying on older benchmarks',
  drifted: 'benchmarks of before say little of it',
}

export function textOf({ model, block, against, drift, described }: DriftReport): string {
  const { psi, largestPsi, psiByChance, discrepancy, level } = drift
  const reference = against === 'rows' ? 'kept rows' : 'queries before them'
  const mean = psi.reduce((sum, value) => sum + value, 0) / psi.length
  return [
    `Model ${model} as of block ${block}: ${count(described.inferenceCount)} calls recorded`,
    '',
    `Drift of the latest ${count(drift.presentCount)} queries against ${count(drift.referenceCount)} ${reference}`,
    `  PSI, leading dimensions   ${psi.map((value) => value.toFixed(3)).join('  ')}`,
    `  the largest of them       ${largestPsi.toFixed(3)}, mean ${mean.toFixed(3)}; customary limits ${SHIFTING_PSI} and ${DRIFTED_PSI}`,
    `  by chance alone           ${psiByChance.mean.toFixed(3)} on average, above ${psiByChance.limit.toFixed(3)} once in a hundred`,
    `  MMD², all dimensions      ${discrepancy.squared.toExponential(2)}, p ${discrepancy.pValue.toFixed(3)}, ` +
      `of ${count(discrepancy.presentCompared)} and ${count(discrepancy.referenceCompared)} compared`,
    `  the traffic is            ${level}: ${MEANING[level]}`,
    '',
    'What was measured of it, newest first',
    ...evaluationLines(described),
    '',
    'What paying callers say of it',
    `  ${ratingLine(described)}`,
    '',
  ].join('\n')
}

function evaluationLines({ evaluations }: DriftReport['described']): readonly string[] {
  const { items, totalCount } = evaluations
  if (items.length === 0) return ['  nothing yet (attribution model evaluate)']
  const more = totalCount > items.length ? [`  and ${count(totalCount - items.length)} older ones`] : []
  return [...items.map((each) => `  ${lineOf(each)}`), ...more]
}

function lineOf(evaluation: RecordedEvaluation): string {
  const { evaluationId, kind, metric, task, scoreMillionths, lowMillionths, highMillionths, sampleCount } = evaluation
  const { twinScoreMillionths, gained, lost, meanKlBillionths, evaluatorId, timestamp } = evaluation
  const score = `${scoreMillionths.toFixed(4)} [${lowMillionths.toFixed(4)}, ${highMillionths.toFixed(4)}]`
  const twin =
    twinScoreMillionths === null
      ? ''
      : `; twin ${twinScoreMillionths.toFixed(4)}, ${lost} lost, ${gained} gained, KL ${(Number(meanKlBillionths) / 1e9).toFixed(6)}`
  const day = new Date(timestamp * 1_000).toISOString().slice(0, 10)
  const what = [kind, metric, task].filter((part) => part !== null).join(' ')
  return `#${evaluationId} ${what}: ${score} over ${count(sampleCount)} samples${twin} (account ${evaluatorId}, ${day})`
}

function ratingLine({ ratingCount, inferenceCount, ...rated }: Ratings): string {
  const mean = meanStars(rated)
  if (mean === null) return `no ratings of ${count(inferenceCount)} calls`
  return `${mean.toFixed(2)} of 5 stars by ${count(ratingCount)} ratings of ${count(inferenceCount)} calls, weighed by their fees`
}

/** The mean rating in hundredths of a star's precision; null where nobody rated. */
export function meanStars({ ratedFeesGwei, ratingStarsGwei }: Pick<Ratings, 'ratedFeesGwei' | 'ratingStarsGwei'>) {
  return ratedFeesGwei === 0n ? null : Number((ratingStarsGwei * 100n) / ratedFeesGwei) / 100
}

function count(value: number): string {
  return value.toLocaleString('en-US')
}
