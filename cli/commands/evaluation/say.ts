import type { CheckResult } from '../../../pipeline/evaluate/check.ts'
import type { TwinFigures } from '../../../pipeline/evaluate/figures.ts'
import type { EvaluationRecord } from '../../../pipeline/evaluate/records.ts'

/** Records and checks in words and columns. */

export function sentenceOf(record: EvaluationRecord, task: string): string {
  const { metric, score, sampleCount } = record.measured
  const own = `${metric} of ${task}: ${share(score.value)} [${share(score.low)}, ${share(score.high)}]`
  if (record.kind === 'benchmark') return `${own} over ${sampleCount} samples`
  const { twinScore, gained, lost, meanKl } = record
  return (
    `${own}, its twin ${share(twinScore.value)} [${share(twinScore.low)}, ${share(twinScore.high)}], over ${sampleCount} samples: ` +
    `${lost} lost and ${gained} gained by quantisation, mean KL ${(Number(meanKl) / 1e9).toFixed(6)} nats`
  )
}

/** What follows from the file beside the record: how sure the difference is, and what no score shows. */
export function pairedOf({ difference, mcnemar, otherWrong, fromTwin, ofTwin }: TwinFigures): string {
  const signed = (x: number) => `${x < 0 ? '−' : '+'}${Math.abs(x).toFixed(4)}`
  const kl = ({ mean, standardError, p99 }: TwinFigures['fromTwin']) =>
    `${mean.toFixed(6)}${standardError === null ? '' : ` ± ${standardError.toFixed(6)}`} (99th percentile ${p99.toFixed(4)})`
  const wrong = otherWrong === null ? '' : `; ${otherWrong} answered wrongly by both, in different ways`
  return (
    `difference ${signed(difference.value)} [${signed(difference.low)}, ${signed(difference.high)}], McNemar p = ${mcnemar.toPrecision(3)}${wrong}; ` +
    `KL of the model from its twin ${kl(fromTwin)}, of the twin from the model ${kl(ofTwin)}`
  )
}

export function tableOf({ fields }: CheckResult): string {
  const width = Math.max(...fields.map(({ field }) => field.length))
  return fields
    .map(({ field, recorded, computed }) => {
      const verdict = recorded === computed ? recorded : `${recorded}, but the file gives ${computed}`
      return `  ${field.padEnd(width)}  ${verdict}\n`
    })
    .join('')
}

function share(millionths: bigint): string {
  return (Number(millionths) / 1e6).toFixed(4)
}
