/**
 * Manipulation gain: what attackers are left with, over what the same contributors got before.
 *
 *     gain = Σ (share · earned − fees paid) with the attack / Σ share · earned without it        over all attackers
 *
 * Below 1 the attack costs more than it brings. Its interval comes from drawing the attackers anew.
 */
import { drawCounts, type Interval, intervalOf, type Resampling, resampler } from '../statistics/bootstrap.ts'

/** Of a fee, what contributors share: the demo's terms. */
export const CONTRIBUTORS_SHARE = 0.6

/** One attacker, or a victim, under one rule, in fees; `earned` is before contributors' share is taken of it. */
export interface Balance {
  readonly before: number
  readonly earned: number
  readonly paid: number
}

export function gainOf(balances: readonly Balance[], { seed, replicates }: Resampling): Interval {
  const random = resampler(seed, 'gain')
  const everyone = new Float64Array(balances.length).fill(1)
  return intervalOf({
    estimate: ratio(balances, everyone),
    replicates: Float64Array.from({ length: replicates }, () => ratio(balances, drawCounts(balances.length, random))),
  })
}

/** Of the fees that attackers paid, the share that came back to them; undefined where they paid none. */
export function feesBack(balances: readonly Balance[]): number | undefined {
  const paid = balances.reduce((sum, balance) => sum + balance.paid, 0)
  if (paid === 0) return undefined
  return balances.reduce((sum, { earned, before }) => sum + CONTRIBUTORS_SHARE * (earned - before), 0) / paid
}

function ratio(balances: readonly Balance[], counts: Float64Array): number {
  let after = 0
  let before = 0
  for (const [i, balance] of balances.entries()) {
    const times = counts[i] as number
    after += times * (CONTRIBUTORS_SHARE * balance.earned - balance.paid)
    before += times * CONTRIBUTORS_SHARE * balance.before
  }
  return after / before
}
