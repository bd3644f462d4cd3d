import type { RetryError, StopError } from '../../sdk/errors.ts'
import { backoffMs } from '../backoff.ts'
import { type Clock, wallClock } from '../clock.ts'
import { type Meter, noMeter } from '../meter.ts'
import { exchangeWith } from './exchange.ts'
import { AccessRefused, type Failure, MethodRefused, NodeBusy, nodeError, Unexplained } from './nodeError.ts'
import { batchRefused, callsAllowed, msUntilAllowed, paceAnswered, paceOf, paceRefused, paceSent } from './pace.ts'
import { type Asked, type Outcome, type Sorted, sortOutcomes, troubleOf } from './sortOutcomes.ts'

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
/** Questions whose caller has ended are dropped this often. */
const LOOK_MS = 100
const RECENT_MS = 1_000

interface Waiting extends Question, Asked {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: unknown) => void
}

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
        return { error: errorOf(method, message as Failure) }
      })
    } catch (error) {
      for (const { reject } of batch) reject(error)
      return undefined
    }
  }

  /** After one success, a refusal is passing. */
  const errorOf = (method: string, failure: Failure): RetryError | StopError => {
    const error = nodeError(name, method, failure)
    if (error instanceof AccessRefused && answered.size > 0) return new NodeBusy(name, error.facts, undefined, error)
    if (!(error instanceof MethodRefused) || !answered.has(method)) return error
    return new Unexplained(error.message, error.facts, 'It was served before, and is asked again.', error)
  }

  /** Gives answers and errors to the callers, or asks again where fewer calls may succeed. */
  const take = (batch: readonly Waiting[], outcomes: readonly Outcome[], sentAt: number): void => {
    const now = clock.now()
    const sorted = sortOutcomes(batch, outcomes, (method) => answered.has(method), now)
    for (const outcome of outcomes) {
      const kind = 'error' in outcome ? troubleOf(outcome.error) : undefined
      if (kind !== undefined) meter.troubled?.(name, kind)
    }
    for (const { one, outcome } of sorted.settled) {
      if ('result' in outcome) one.resolve(outcome.result)
      else one.reject(outcome.error)
    }
    repace(batch.length, sorted, sentAt, now)
    waiting = [...sorted.again, ...waiting]
  }

  const repace = (calls: number, { answers, busy, isTooMuch }: Sorted<Waiting>, sentAt: number, now: number): void => {
    const before = pace
    const recent = sent.reduce((sum, { at, calls: count }) => (at > now - RECENT_MS ? sum + count : sum), 0)
    if (busy !== undefined) {
      const restMs = busy.retryAfterMs ?? (answers > 0 ? 0 : backoffMs(pace.refusals + 1))
      pace = paceRefused(pace, { sentAt, calls, answered: answers, recent, restMs }, now)
    } else if (isTooMuch) pace = batchRefused(pace, calls, now)
    else if (answers === calls) pace = paceAnswered(pace, calls, recent, now)
    if (before.perSecond.size !== pace.perSecond.size || before.together.size !== pace.together.size) {
      meter.paced?.(name, pace.perSecond.size, pace.together.size)
    }
  }

  return {
    ask: (question) =>
      new Promise((resolve, reject) => {
        waiting.push({ ...question, resolve, reject })
        wake()
      }),
  }
}
