import type { CertificateSummary, RunManifest } from '../run/manifest.ts'
import type { Interval } from '../statistics/bootstrap.ts'

/** What a run's quality certificate says to whoever is about to register it: its verdict, its figures, and which rule to choose. */
export function certificateAdvice({ certificate }: Pick<RunManifest, 'certificate'>): readonly string[] {
  if (certificate === undefined)
    return ['This run has no quality certificate; `npm run certify` makes one, before a model is registered.']
  const { recommended, because, answerWorth, lossWorth } = certificate
  const figures = [
    ...headline('answer worth', answerWorth),
    ...headline('loss worth', lossWorth),
    ...because.map((reason) => `  ${reason}`),
  ]
  switch (recommended) {
    case 'attribution':
      return ['Its quality certificate recommends attribution.', ...figures]
    case 'equal-split':
      return ['Its quality certificate recommends equal split: register it with --rule equal-split.', ...figures]
    case 'not measured':
      return ['Its quality certificate does not say whether payouts follow worth.', ...figures]
  }
}

function headline(name: string, worth: CertificateSummary['answerWorth']): readonly string[] {
  if (worth === null) return []
  const { ledger, equalSplit, ceiling } = worth
  return [
    `  Payouts follow ${name} by ${written(ledger)}, equal split by ${written(equalSplit)}, of at most ${ceiling.toFixed(2)}.`,
  ]
}

function written({ estimate, low, high }: Interval): string {
  return `${estimate.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`
}
