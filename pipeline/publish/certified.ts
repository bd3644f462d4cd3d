import { spell } from '../certify/verdict.ts'
import type { CertificateSummary, RunManifest } from '../run/manifest.ts'
import type { Interval } from '../statistics/bootstrap.ts'

/** What a run's quality certificate says before the run is registered: its verdict, its figures, and which terms to choose. */
export function certificateAdvice({ certificate }: Pick<RunManifest, 'certificate'>): readonly string[] {
  if (certificate === undefined)
    return ['This run has no quality certificate; `attribution run certify` makes one, before a model is registered.']
  const { recommended, sentences, warning, answerWorth, lossWorth } = certificate
  return [
    recommended === null
      ? 'Its quality certificate does not say whether pay follows worth.'
      : `Its quality certificate recommends ${spell(recommended)}.`,
    ...sentences.map((sentence) => `  ${sentence}`),
    ...headline('answer worth', answerWorth),
    ...headline('loss worth', lossWorth),
    ...(warning === null ? [] : [`  ${warning}`]),
  ]
}

function headline(name: string, worth: CertificateSummary['answerWorth']): readonly string[] {
  if (worth === null) return []
  const { netInfluence, fixedWeights, equalSplit, ceiling } = worth
  return [
    `  Of ${name}, at most ${ceiling.toFixed(2)}: net influence ${written(netInfluence)}, fixed weights ${written(fixedWeights)}, equal split ${written(equalSplit)}.`,
  ]
}

function written({ estimate, low, high }: Interval): string {
  return `${estimate.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`
}
