import { RetryError, type StopError } from '../../sdk/errors.ts'
import { backoffMs } from '../backoff.ts'
import { type Clock, wallClock } from '../clock.ts'
import { type Meter, noMeter, type TroubleKind } from '../meter.ts'
import { exchangeWith } from './exchange.ts'
import {
  AccessRefused,
  BatchTooLarge,
  isReplaceable,
  MethodMissing,
  MethodRefused,
  NodeBusy,
  NotThereYet,
  nodeError,
  RangeTooLarge,
  StateGone,
  Unexplained,
} from './nodeError.ts'
import { batchRefused, callsAllowed, msUntilAllowed, paceAnswered, paceOf, paceRefused, paceSent } from './pace.ts'

/**
 * JSON-RPC over HTTP, at the pace that the node takes. Questions of the same moment share a batch;
 * those that were refused as too many or too much together are asked again here, and only those.
 */
export interface Rpc {
  /** The unparsed result. Rejects with a node error, or with the reason of `signal`. */
  ask(question: Question): Promise<unknown>
}

export interface Question {
  readonly method: string
  readonly params: readonly unknown[]
  /** How many of its kind may share a request: fewer where answers are large. */
  readonly together: number
  readonly signal?: AbortSignal | undefined
}

export interface RpcOptions {
  /** The node's name in errors. */
  readonly name: string
  /** How long to wait for an answer. */
  readonly timeoutMs: number
  /** The most calls a second, where they are set. */
  readonly perSecond?: number | undefined
  /** The largest answer. A batch with a larger one is sent again in halves. */
  readonly answerLimitBytes?: number
  readonly meter?: Meter
  readonly clock?: Clock
}

const REQUESTS_AT_ONCE = 6
const ANSWER_LIMIT_BYTES = 128 * 2 ** 20
/** A question that was refused for this long, or for which the node wants a longer rest, is given back. */
const PATIENCE_MS = 30_000
const LONGEST_REST_MS = 10_000
/** After so many refusals of access to a single method that another replaces, it is not offered. */
const REFUSALS_OF_A_METHOD = 3
/** Questions whose caller has ended are dropped this often. */
const LOOK_MS = 100
const RECENT_MS = 1_000

interface Waiting extends Question {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: unknown) => void
  /** When it was first refused, and how often since. */
  readonly refusedSince?: number
  readonly refusals?: number
}

/** What a request came to for one of its questions. */
type Outcome = { readonly result: unknown } | { readonly error: RetryError | StopError }

export function rpcOver(url: string, options: RpcOptions): Rpc {
  const { name, timeoutMs, perSecond, answerLimitBytes = ANSWER_LIMIT_BYTES, meter = noMeter } = options
  const { clock = wallClock } = options
  const exchange = exchangeWith(url, { timeoutMs, answerLimitBytes, clock })
  let waiting: Waiting[] = []
  let pace = paceOf(perSecond)
  let sent: readonly { readonly at: number; readonly calls: number }[] = []
  let underWay = 0
  let isWoken = false
  let isPausing = false
  /** The methods that were ever answered. */
  const answered = new Set<string>()

  const wake = (): void => {
    if (isWoken) return
    isWoken = true
    // After all questions of this moment.
    queueMicrotask(() => {
      isWoken = false
      dropEnded()
      while (underWay < REQUESTS_AT_ONCE && waiting.length > 0) {
        const batch = nextBatch()
        if (batch.length === 0) return void wakeLater()
        void send(batch)
      }
    })
  }

  const wakeLater = async (): Promise<void> => {
    if (isPausing) return
    isPausing = true
    const ms = msUntilAllowed(pace, alikeFirst(), clock.now())
    await clock.pause(Math.min(ms, LOOK_MS * clock.speed))
    isPausing = false
    wake()
  }

  const dropEnded = (): void => {
    const ended = waiting.filter(({ signal }) => signal?.aborted === true)
    if (ended.length === 0) return
    waiting = waiting.filter(({ signal }) => signal?.aborted !== true)
    for (const { reject, signal } of ended) reject(signal?.reason)
  }

  /** How many of the first waiting questions may share a request. */
  const alikeFirst = (): number => {
    const { together } = waiting[0] as Waiting
    const others = waiting.findIndex((one) => one.together !== together)
    return Math.min(others === -1 ? waiting.length : others, together)
  }

  const nextBatch = (): readonly Waiting[] => {
    const batch = waiting.slice(0, callsAllowed(pace, alikeFirst(), clock.now()))
    waiting = waiting.slice(batch.length)
    return batch
  }

  const send = async (batch: readonly Waiting[]): Promise<void> => {
    const sentAt = clock.now()
    pace = paceSent(pace, batch.length, sentAt)
    sent = [...sent.filter(({ at }) => at > sentAt - RECENT_MS), { at: sentAt, calls: batch.length }]
    underWay += 1
    const begun = performance.now()
    // A request may be aborted only if all of its questions share the signal.
    const [{ signal: first }] = batch as [Waiting]
    const outcomes = await exchangeFor(batch, batch.every(({ signal }) => signal === first) ? first : undefined)
    underWay -= 1
    const ms = performance.now() - begun
    for (const [i, { method }] of batch.entries()) {
      const isAnswered = outcomes !== undefined && 'result' in (outcomes[i] as Outcome)
      if (isAnswered) answered.add(method)
      if (outcomes !== undefined) meter.asked({ node: name, method, ms, isAnswered })
    }
    if (outcomes !== undefined) take(batch, outcomes, sentAt)
    wake()
  }

  /** Undefined where the caller has ended. */
  const exchangeFor = async (
    batch: readonly Waiting[],
    ended: AbortSignal | undefined,
  ): Promise<readonly Outcome[] | undefined> => {
    try {
      const messages = await exchange(batch, ended)
      return batch.map(({ method }, i) => {
        const message = 'kind' in messages ? messages : messages[i]
        if (message?.kind === 'result') return { result: message.result }
        return { error: errorOf(method, message as Parameters<typeof nodeError>[2]) }
      })
    } catch (error) {
      for (const { reject } of batch) reject(error)
      return undefined
    }
  }

  /** After one success, a refusal is passing. */
  const errorOf = (method: string, failure: Parameters<typeof nodeError>[2]): RetryError | StopError => {
    const error = nodeError(name, method, failure)
    if (error instanceof AccessRefused && answered.size > 0) return new NodeBusy(name, error.facts, undefined, error)
    if (!(error instanceof MethodRefused) || !answered.has(method)) return error
    return new Unexplained(error.message, error.facts, 'It was served before, and is asked again.', error)
  }

  /** Gives answers and errors to the callers, or asks again where fewer calls may succeed. */
  const take = (batch: readonly Waiting[], outcomes: readonly Outcome[], sentAt: number): void => {
    const now = clock.now()
    const isAlone = batch.length === 1
    const again: Waiting[] = []
    let answers = 0
    let busy: NodeBusy | undefined
    let isTooMuch = false
    for (const [i, one] of batch.entries()) {
      const outcome = outcomes[i] as Outcome
      if ('result' in outcome) {
        answers += 1
        one.resolve(outcome.result)
        continue
      }
      const { error } = outcome
      if (error instanceof NodeBusy) {
        busy ??= error
        const refused = { ...one, refusedSince: one.refusedSince ?? now, refusals: (one.refusals ?? 0) + 1 }
        const finally_ = givenBack(refused, error, now)
        if (finally_ === undefined) again.push(refused)
        else one.reject(finally_)
      } else if (!isAlone && (error instanceof RangeTooLarge || error instanceof BatchTooLarge)) {
        // How large answers are varies from block to block; what a node takes at once does not.
        isTooMuch ||= !('answerLargerThanBytes' in error.facts)
        again.push({ ...one, together: Math.ceil(batch.length / 2) })
      } else {
        isTooMuch ||= error instanceof Unexplained
        one.reject(error)
      }
      count(error)
    }
    repace(batch.length, answers, busy, isTooMuch, sentAt, now)
    waiting = [...again, ...waiting]
  }

  /** The error of a refused question that is not asked again here. */
  const givenBack = (one: Waiting, error: NodeBusy, now: number): RetryError | StopError | undefined => {
    const { method, refusals = 0, refusedSince = now } = one
    const isOfMethod = isReplaceable(method) && !answered.has(method) && error.cause instanceof AccessRefused
    if (isOfMethod && refusals >= REFUSALS_OF_A_METHOD) {
      return new MethodMissing(
        `The node at ${name} does not serve ${method}`,
        error.facts,
        'Use a node that serves it.',
      )
    }
    const isTooLong = (error.retryAfterMs ?? 0) > LONGEST_REST_MS || now - refusedSince > PATIENCE_MS
    return isTooLong ? error : undefined
  }

  const repace = (
    calls: number,
    answers: number,
    busy: NodeBusy | undefined,
    isTooMuch: boolean,
    sentAt: number,
    now: number,
  ): void => {
    const before = pace
    if (busy !== undefined) {
      const recent = sent.reduce((sum, { at, calls: count }) => (at > now - RECENT_MS ? sum + count : sum), 0)
      const restMs = busy.retryAfterMs ?? (answers > 0 ? 0 : backoffMs(pace.refusals + 1))
      pace = paceRefused(pace, { sentAt, calls, answered: answers, recent, restMs }, now)
    } else if (isTooMuch) pace = batchRefused(pace, calls, now)
    else if (answers === calls) pace = paceAnswered(pace, calls, now)
    if (before.perSecond.size !== pace.perSecond.size || before.together.size !== pace.together.size) {
      meter.paced?.(name, pace.perSecond.size, pace.together.size)
    }
  }

  const count = (error: RetryError | StopError): void => {
    const kind = kindOf(error)
    if (kind !== undefined) meter.troubled?.(name, kind)
  }

  return {
    ask: (question) =>
      new Promise((resolve, reject) => {
        waiting.push({ ...question, resolve, reject })
        wake()
      }),
  }
}

/** What is counted here; contradictions are found by those who compare answers. */
function kindOf(error: RetryError | StopError): TroubleKind | undefined {
  if (error instanceof NodeBusy) return 'slowDown'
  if (error instanceof RangeTooLarge || error instanceof BatchTooLarge) return 'askForLess'
  if (error instanceof NotThereYet || error instanceof StateGone) return 'notThereYet'
  if (error instanceof MethodMissing || error instanceof MethodRefused) return 'notOffered'
  return error instanceof RetryError ? 'failure' : undefined
}
