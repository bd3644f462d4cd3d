import type { Attack } from '../../pipeline/gym/attacks.ts'
import { ENTRANCES } from '../../pipeline/gym/entrances.ts'
import { feesBack, gainOf } from '../../pipeline/gym/gain.ts'
import type { GymResult, GymSettings } from '../../pipeline/gym/gym.ts'
import type { Interval } from '../../pipeline/statistics/bootstrap.ts'

/** What `var/gym/gym.json` holds: the settings, and every gain with its interval. */

export interface Gain extends Interval {
  readonly task: string
  /** By name; the words for it stand in `attacks`. */
  readonly attack: string
  readonly entrance: string
  /** Of the fees that attackers paid, the share that came back to them; absent where they paid none. */
  readonly feesBack: number | undefined
}

export interface GymSummary {
  readonly format: 1
  readonly tasks: readonly string[]
  readonly seeds: readonly number[]
  readonly rows: number
  readonly calls: number
  readonly contributors: number
  readonly attackers: number
  readonly attacks: readonly Pick<Attack, 'name' | 'title' | 'most'>[]
  readonly entrances: readonly { readonly name: string; readonly title: string }[]
  readonly gains: readonly Gain[]
  /** Share of honest rows that get no leaf while nobody attacks. */
  readonly tolls: GymResult['tolls']
}

const RESAMPLING = { seed: 1, replicates: 2_000 } as const

export function summaryOf(settings: GymSettings, { bouts, tolls }: GymResult): GymSummary {
  const { tasks, seeds, attacks, rows, calls, contributors, attackers } = settings
  return {
    format: 1,
    tasks: tasks.map(({ name }) => name),
    seeds,
    rows,
    calls,
    contributors,
    attackers,
    attacks: attacks.map(({ name, title, most }) => ({ name, title, most })),
    entrances: ENTRANCES.map(({ name, title }) => ({ name, title })),
    gains: bouts.map(({ balances, ...where }) => ({
      ...where,
      ...gainOf(balances, RESAMPLING),
      feesBack: feesBack(balances),
    })),
    tolls,
  }
}
