/** One world of the gym: who contributed what, in the order of acceptance, and what was asked for pay. */
import type { Item } from '../train/tasks/item.ts'

/** Attackers are numbered from 0; everybody else is nobody in particular. */
export type Party = number | 'others'

export interface WorldContribution {
  /** Who gets what it earns, under however many names. */
  readonly owner: Party
  /** Whether its rows are what they seem, and nobody attacks with them. */
  readonly isHonest: boolean
  readonly items: readonly Item[]
}

/** One paid call; every call costs one fee. */
export interface WorldCall {
  readonly text: string
  readonly payer: Party
}

export interface World {
  readonly contributions: readonly WorldContribution[]
  readonly calls: readonly WorldCall[]
}
