/** What becomes of a stretch, in the order in which it passes through the rooms. */
export type Stage = 'fetch' | 'verify' | 'decode' | 'store'

/** What the rooms tell of the time they spend. Passed to whoever measures something; `/metrics` is one that listens. */
export interface Meter {
  /** So long took one stage of a stretch, or a part of it that goes on beside others. */
  spent(stage: Stage, ms: number): void
  /** So long took a node over one question, whether or not an answer came of it. */
  asked(question: Question): void
}

export interface Question {
  /** Without credentials. */
  readonly node: string
  readonly method: string
  readonly ms: number
  readonly isAnswered: boolean
}

export const noMeter: Meter = { spent: () => {}, asked: () => {} }

/** Does the work, and tells the meter how long it took; work that failed is not counted. */
export async function timed<T>(meter: Meter, stage: Stage, work: () => Promise<T> | T): Promise<T> {
  const begun = performance.now()
  const made = await work()
  meter.spent(stage, performance.now() - begun)
  return made
}
