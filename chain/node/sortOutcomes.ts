import { RetryError, type StopError } from '../../sdk/errors.ts'
import type { TroubleKind } from '../meter.ts'
import {
  AccessRefused,
  BatchTooLarge,
  isReplaceable,
  MethodMissing,
  MethodRefused,
  NodeBusy,
  NotThereYet,
  RangeTooLarge,
  StateGone,
  Unexplained,
} from './nodeError.ts'

/** A question that may have been refused before. */
export interface Asked {
  readonly method: string
  readonly together: number
  /** When it was first refused, and how often since. */
  readonly refusedSince?: number
  readonly refusals?: number
}

/** What a request came to for one of its questions. */
export type Outcome = { readonly result: unknown } | { readonly error: RetryError | StopError }

export interface Sorted<T> {
  /** Asked again, since fewer calls may succeed, or later ones. */
  readonly again: readonly T[]
  /** Given to their callers. */
  readonly settled: readonly { readonly one: T; readonly outcome: Outcome }[]
  readonly answers: number
  /** One was refused as too many. */
  readonly busy: NodeBusy | undefined
  /** A smaller request may succeed. */
  readonly isTooMuch: boolean
}

/** A question that was refused for this long, or for which the node wants a longer rest, is given back. */
const PATIENCE_MS = 30_000
const LONGEST_REST_MS = 10_000
/** After so many refusals of access to a single method that another replaces, it is not offered. */
const REFUSALS_OF_A_METHOD = 3

/** What to do with each question of a request. @param isKnown Whether a method was ever answered. */
export function sortOutcomes<T extends Asked>(
  batch: readonly T[],
  outcomes: readonly Outcome[],
  isKnown: (method: string) => boolean,
  now: number,
): Sorted<T> {
  const again: T[] = []
  const settled: { one: T; outcome: Outcome }[] = []
  let answers = 0
  let busy: NodeBusy | undefined
  let isTooMuch = false
  for (const [i, one] of batch.entries()) {
    const outcome = outcomes[i] as Outcome
    if ('result' in outcome) answers += 1
    else if (outcome.error instanceof NodeBusy) {
      busy ??= outcome.error
      const refused = { ...one, refusedSince: one.refusedSince ?? now, refusals: (one.refusals ?? 0) + 1 }
      const error = givenBack(refused, outcome.error, isKnown, now)
      if (error === undefined) again.push(refused)
      else settled.push({ one, outcome: { error } })
      continue
    } else if (batch.length > 1 && isOfSize(outcome.error)) {
      // How large answers are varies from block to block; what a node takes at once does not.
      isTooMuch ||= !('answerLargerThanBytes' in outcome.error.facts)
      again.push({ ...one, together: Math.ceil(batch.length / 2) })
      continue
    } else isTooMuch ||= outcome.error instanceof Unexplained
    settled.push({ one, outcome })
  }
  return { again, settled, answers, busy, isTooMuch }
}

/** What an error is counted as; contradictions are found by those who compare answers. */
export function troubleOf(error: RetryError | StopError): TroubleKind | undefined {
  if (error instanceof NodeBusy) return 'slowDown'
  if (isOfSize(error)) return 'askForLess'
  if (error instanceof NotThereYet || error instanceof StateGone) return 'notThereYet'
  if (error instanceof MethodMissing || error instanceof MethodRefused) return 'notOffered'
  return error instanceof RetryError ? 'failure' : undefined
}

function isOfSize(error: RetryError | StopError): boolean {
  return error instanceof RangeTooLarge || error instanceof BatchTooLarge
}

/** The error of a refused question that is not asked again. */
function givenBack(
  { method, refusals = 0, refusedSince = 0 }: Asked,
  error: NodeBusy,
  isKnown: (method: string) => boolean,
  now: number,
): RetryError | StopError | undefined {
  const isOfMethod = isReplaceable(method) && !isKnown(method) && error.cause instanceof AccessRefused
  if (isOfMethod && refusals >= REFUSALS_OF_A_METHOD) {
    return new MethodMissing(`The node refuses ${method}`, error.facts, 'Use a node that serves it.')
  }
  const isTooLong = (error.retryAfterMs ?? 0) > LONGEST_REST_MS || now - refusedSince > PATIENCE_MS
  return isTooLong ? error : undefined
}
