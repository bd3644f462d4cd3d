import type { Attack } from '../../pipeline/gym/attacks.ts'
import { type Balance, feesBack, gainOf } from '../../pipeline/gym/gain.ts'
import type { GymResult, GymSettings } from '../../pipeline/gym/gym.ts'
import { LEDGER_ATTACKS, type LedgerAttackName } from '../../pipeline/gym/ledgerAttacks.ts'
import { PAY_RULES } from '../../pipeline/gym/payRules.ts'
import type { Interval } from '../../pipeline/statistics/bootstrap.ts'

/** What `var/gym/gym.json` holds: the settings, and every gain with its interval. */

export interface Gain extends Interval {
  readonly task: string
  /** By name; the words for it stand in `attacks`. */
  readonly attack: string
  readonly rule: string
  /** Of the fees that attackers paid, the part that came back to them; absent where they paid none. */
  readonly feesBack: number | undefined
  /** What victims are paid, over before; absent where there are none. */
  readonly victims: Interval | undefined
}

/** An attack with records or units alone: mean and worst over the seeds. */
export interface LedgerGain {
  readonly task: string
  readonly attack: LedgerAttackName
  readonly mean: number
  readonly most: number
}

export interface GymSummary {
  readonly format: 2
  readonly tasks: readonly string[]
  readonly seeds: readonly number[]
  readonly rows: number
  readonly calls: number
  readonly contributors: number
  readonly attackers: number
  readonly attacks: readonly Pick<Attack, 'name' | 'title' | 'most'>[]
  readonly rules: readonly { readonly name: string; readonly title: string }[]
  readonly gains: readonly Gain[]
  readonly ledgerAttacks: readonly { readonly name: LedgerAttackName; readonly title: string }[]
  readonly ledgerGains: readonly LedgerGain[]
  /** Part of honest rows that is dropped while nobody attacks. */
  readonly dropped: GymResult['dropped']
}

const RESAMPLING = { seed: 1, replicates: 2_000 } as const

export function summaryOf(settings: GymSettings, { bouts, ledger, dropped }: GymResult): GymSummary {
  const { tasks, seeds, attacks, rows, calls, contributors, attackers } = settings
  return {
    format: 2,
    tasks: tasks.map(({ name }) => name),
    seeds,
    rows,
    calls,
    contributors,
    attackers,
    attacks: attacks.map(({ name, title, most }) => ({ name, title, most })),
    rules: PAY_RULES.map(({ name, title }) => ({ name, title })),
    gains: bouts.map(({ balances, victims, ...where }) => ({
      ...where,
      ...gainOf(balances, RESAMPLING),
      feesBack: feesBack(balances),
      victims: victims.length === 0 ? undefined : gainOf(victims as readonly Balance[], RESAMPLING),
    })),
    ledgerAttacks: LEDGER_ATTACKS.map(([name, title]) => ({ name, title })),
    ledgerGains: ledger.flatMap(({ task, figures }) =>
      LEDGER_ATTACKS.map(([attack]) => {
        const all = figures.map((figure) => figure[attack])
        return { task, attack, mean: all.reduce((sum, x) => sum + x, 0) / all.length, most: Math.max(...all) }
      }),
    ),
    dropped,
  }
}
