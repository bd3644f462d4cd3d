/** The stages of a stretch, in order. */
export type Stage = 'fetch' | 'verify' | 'decode' | 'store'

/** Why a node did not give what it was asked for. Only the last is its fault. */
export const troubleKinds = [
  'notThereYet',
  'slowDown',
  'askForLess',
  'notOffered',
  'disagreement',
  'failure',
  'lie',
] as const
export type TroubleKind = (typeof troubleKinds)[number]

/** Receives timings and counts, for `/metrics` and benchmarks. */
export interface Meter {
  /** One stage of a stretch took `ms`, or a part of it that runs beside others. */
  spent(stage: Stage, ms: number): void
  /** A node took `ms` over one request, answered or not. */
  asked(question: Question): void
  /** A node did not give what it was asked for. */
  troubled?(node: string, kind: TroubleKind): void
  /** How a node is asked from now on: calls a second and calls in one request, where they are limited. */
  paced?(node: string, perSecond: number, together: number): void
}

export interface Question {
  /** Without credentials. */
  readonly node: string
  readonly method: string
  readonly ms: number
  readonly isAnswered: boolean
}

export const noMeter: Meter = { spent: () => {}, asked: () => {} }

/** Does the work and reports its time. Failed work is not reported. */
export async function timed<T>(meter: Meter, stage: Stage, work: () => Promise<T> | T): Promise<T> {
  const begun = performance.now()
  const made = await work()
  meter.spent(stage, performance.now() - begun)
  return made
}
