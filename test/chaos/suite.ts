import type { Context } from './context.ts'

/** One kind of chaos, told in rounds, and what was counted in it. */
export interface Suite {
  readonly about: string
  run(terms: Terms): Promise<Tally>
}

export interface Terms {
  readonly seed: number
  /** How often: reorgs, kills, lies, as the suite's name says. */
  readonly times: number
  readonly say: (line: string) => void
  /** Where it takes place; in a context of its own by default. */
  readonly context?: Context
}

/** What happened how often, for the table at the end. */
export type Tally = Readonly<Record<string, number>>

/** Counts what happens, by its name. */
export type Count = (what: string, times?: number) => void

export function tallyOf(): { readonly counts: Tally; readonly count: Count } {
  const counts: Record<string, number> = {}
  return {
    counts,
    count: (what, times = 1) => {
      counts[what] = (counts[what] ?? 0) + times
    },
  }
}

/** Something that must never be was seen. */
export class Seen extends Error {
  override readonly name = 'Seen'
}
