// What becomes of a node after each thing that can go wrong with it: state, and a pure decision.
//
//   not there yet, disagreement   asked again soon, the same node, quietly; after a minute it counts as a failure
//   ask for less                  asked again at once for less
//   slow down, failure            rests, each time longer, or as long as it asked for; another is asked
//   a lie                         rests; after five in a row about one thing it is disabled

import { RetryError, StopError } from '../../sdk/errors.ts'
import { backoffMs } from '../backoff.ts'
import { type Contradiction, FalseAnswer, MayPass, NodeContradictsItself } from '../contradiction.ts'
import type { TroubleKind } from '../meter.ts'
import { Malformed, NodeBusy, NotThereYet, RangeTooLarge, StateGone } from './nodeError.ts'

/** What a node is asked about. Good answers about one do not excuse false ones about another. */
export type Subject = 'blocks' | 'storage' | 'lateContract'

export interface Health {
  /** In a row. */
  readonly failures: number
  readonly shrinks: number
  readonly waits: number
  /** Since when it lacks something, or its answers do not fit each other. */
  readonly unsettledSince: ReadonlyMap<Subject, number>
  /** Lies in a row. */
  readonly lies: ReadonlyMap<Subject, number>
}

export const goodHealth: Health = {
  failures: 0,
  shrinks: 0,
  waits: 0,
  unsettledSince: new Map(),
  lies: new Map(),
}

export interface Verdict {
  readonly health: Health
  /** How long the node is left alone. */
  readonly pauseMs: number
  /** Whether the same node is waited for, rather than another asked. */
  readonly isWaitedFor: boolean
  /** What is said of it; undefined where it is nothing to be said. */
  readonly told?: RetryError | undefined
  /** What disables it. */
  readonly disabledBy?: StopError | undefined
  readonly kind?: TroubleKind
}

/** How long something may be missing, or answers disagree, before that is a failure. */
export const PATIENCE_MS = 60_000
/** After this many lies in a row, the node is at fault and not the timing. */
const MOST_LIES = 5
/** Halving a range more often than this is no use. */
const MOST_SHRINKS = 16
const SHRINK_PAUSE_MS = 20
const FIRST_WAIT_MS = 250
const LONGEST_WAIT_MS = 4_000

export function healthAfterSuccess(health: Health, about: Subject): Health {
  return {
    ...health,
    failures: 0,
    shrinks: 0,
    waits: 0,
    unsettledSince: without(health.unsettledSince, about),
    lies: without(health.lies, about),
  }
}

/** After a request failed; undefined where the error is not a node's. */
export function healthAfterError(
  node: string,
  health: Health,
  about: Subject,
  error: unknown,
  now: number,
): Verdict | undefined {
  if (error instanceof StopError) return { health, pauseMs: 0, isWaitedFor: false, disabledBy: error }
  if (!(error instanceof RetryError)) return undefined
  if (error instanceof MayPass) {
    const waited = waitedFor(health, about, now)
    if (waited !== undefined) return { ...waited, isWaitedFor: false, kind: 'disagreement' }
    return { health, pauseMs: 0, isWaitedFor: false, disabledBy: error.end }
  }
  if (error instanceof Malformed) {
    return healthAfterContradiction(
      node,
      health,
      about,
      { what: 'An answer is malformed', facts: error.facts, mayPass: true },
      0,
      now,
    )
  }
  if (error instanceof NotThereYet || error instanceof StateGone) {
    const waited = waitedFor(health, about, now)
    if (waited !== undefined) return waited
  }
  if (error instanceof RangeTooLarge && health.shrinks < MOST_SHRINKS) {
    return { health: { ...health, shrinks: health.shrinks + 1 }, pauseMs: SHRINK_PAUSE_MS, isWaitedFor: true }
  }
  const failures = health.failures + 1
  const wanted = error instanceof NodeBusy ? (error.retryAfterMs ?? 0) : 0
  return {
    health: { ...health, failures },
    pauseMs: Math.max(wanted, backoffMs(failures)),
    isWaitedFor: false,
    told: error,
  }
}

/** After answers of the node contradicted each other. `pauseMs`: how long it rests after a lie. */
export function healthAfterContradiction(
  node: string,
  health: Health,
  about: Subject,
  contradiction: Contradiction,
  pauseMs: number,
  now: number,
): Verdict {
  if (contradiction.mayPass === true) {
    const waited = waitedFor(health, about, now)
    if (waited !== undefined) return { ...waited, isWaitedFor: false, kind: 'disagreement' }
  }
  const times = (health.lies.get(about) ?? 0) + 1
  const lies = new Map([...health.lies, [about, times]])
  return {
    health: { ...health, lies },
    pauseMs,
    isWaitedFor: false,
    told: new FalseAnswer(node, contradiction),
    disabledBy: times < MOST_LIES ? undefined : new NodeContradictsItself(node, contradiction),
    kind: 'lie',
  }
}

/** Waits a moment longer each time; undefined once that has lasted too long. */
function waitedFor(health: Health, about: Subject, now: number): Verdict | undefined {
  const since = health.unsettledSince.get(about) ?? now
  if (now - since > PATIENCE_MS) return undefined
  return {
    health: {
      ...health,
      waits: health.waits + 1,
      unsettledSince: new Map([...health.unsettledSince, [about, since]]),
    },
    pauseMs: Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(health.waits, 10)),
    isWaitedFor: true,
  }
}

function without<K, V>(map: ReadonlyMap<K, V>, key: K): ReadonlyMap<K, V> {
  return map.has(key) ? new Map([...map].filter(([one]) => one !== key)) : map
}
