import { type Certificate, isAbsent } from '../../pipeline/certify/certificate.ts'
import { MOST_EARNED, type PlantedKind } from '../../pipeline/certify/earnings.ts'
import type { ToldMoney } from './ask.ts'
import type { FrozenDataset } from './dataset.ts'
import type { TaskSummary } from './summary.ts'

/** What contributors earned, beside what they are worth: what the chain paid, and what training without them says. */

type ContributorSummary = TaskSummary['contributors'][number]

export function contributorsPaid(
  { contributions }: FrozenDataset,
  certificate: Certificate,
  told: Pick<ToldMoney, 'accounts' | 'units' | 'members'>,
): readonly ContributorSummary[] {
  const certified = isAbsent(certificate.contributors) ? [] : certificate.contributors
  const rows = contributions.map(({ account, contributor, contribution }) => {
    const own = certified.find((one) => one.contribution === contribution)
    const items = contributor.items.length
    const earnedGwei = earnedBy(contribution, told)
    const answerWorth = own?.answerWorth ?? 0
    return {
      account,
      name: contributor.name,
      kind: contributor.kind,
      rows: items,
      keptRows: own?.kept ?? 0,
      earnedGwei: `${earnedGwei}`,
      claimedGwei: `${told.accounts.find(({ id }) => id === account)?.claimedGwei ?? 0n}`,
      answerWorth,
      paidARow: Number(earnedGwei) / items,
      worthARow: answerWorth / items,
    }
  })
  const honest = rows.filter(({ kind }) => kind === 'honest')
  const paidUnit = median(honest.map(({ paidARow }) => paidARow))
  const worthUnit = median(honest.map(({ worthARow }) => worthARow))
  return rows
    .map((row) => ({
      ...row,
      paidARow: paidUnit > 0 ? row.paidARow / paidUnit : 0,
      worthARow: worthUnit > 0 ? row.worthARow / worthUnit : null,
    }))
    .toSorted((a, b) => Number(BigInt(b.earnedGwei) - BigInt(a.earnedGwei)) || a.account - b.account)
}

/** A contribution's own units, and its shares of joint ones, drawn or not. */
function earnedBy(contribution: string, { units, members }: Pick<ToldMoney, 'units' | 'members'>): bigint {
  const own = units.filter((unit) => unit.contribution === contribution).map(({ receivedGwei }) => receivedGwei)
  const joint = members
    .filter((member) => member.contribution === contribution)
    .map(({ drawnGwei, drawableGwei }) => drawnGwei + drawableGwei)
  return [...own, ...joint].reduce((sum, gwei) => sum + gwei, 0n)
}

/** What rows that deserve little earned: those of the contributor who brought them, whose pay is one for all of its rows. */
export function relativePay(
  contributors: readonly ContributorSummary[],
  { earnings }: Certificate,
): TaskSummary['relativePay'] {
  const of = (kind: PlantedKind) => {
    const paid = contributors.find((one) => one.kind === kind)?.paidARow ?? 0
    const certified = isAbsent(earnings) ? undefined : earnings.find((one) => one.kind === kind)
    const raw = certified?.rules.find(({ rule }) => rule === 'raw positive influence')?.ratio.estimate ?? 0
    const most = MOST_EARNED[kind]
    return { rows: certified?.rows ?? 0, paid, rawPositiveInfluence: raw, most, asItShould: paid <= most }
  }
  return { flipped: of('flipped'), noise: of('noise'), outlier: of('outlier'), copied: of('copied') }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2
}
