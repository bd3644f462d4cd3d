import { setTimeout as sleep } from 'node:timers/promises'
import { BaseError, HttpRequestError, RpcRequestError } from 'viem'
import { type Failure, nodeError } from '../chain/node/nodeError.ts'
import type { Connection } from '../sdk/contracts.ts'
import { explain, RetryError } from '../sdk/errors.ts'
import { coveredByBond } from './bondCover.ts'
import { type ChainTerms, chainTerms } from './chainTerms.ts'
import type { Challenge } from './challenge.ts'
import { forgetSettled } from './chronicle.ts'
import type { Docket } from './docket.ts'
import type { Filed, Filing } from './filing.ts'
import { finderOf } from './finder.ts'
import { FINALITY_DEPTH, type Follower } from './follower.ts'
import type { Metrics } from './metrics.ts'
import { type PlanTerms, plan } from './plan.ts'
import type { Receipts } from './receipts.ts'
import { reportOf } from './report.ts'
import type { Say } from './say.ts'
import { worthFiling } from './worth.ts'

export interface WatcherOptions {
  readonly connection: Connection
  /** What the node is called in complaints. */
  readonly nodeName: string
  readonly follower: Follower
  readonly docket: Docket
  readonly receipts: Receipts
  /** None: only says what it would do. */
  readonly filing: Filing | undefined
  readonly account: number
  readonly limits: Omit<PlanTerms, 'now' | 'account' | 'windowSeconds'>
  readonly pollMs: number
  readonly metrics: Metrics
  readonly say: Say
}

/** What became of one round. */
export interface Round {
  /** Challenges that the chain has not settled. */
  readonly standing: readonly Challenge[]
  /** Whether anything was committed to or granted, or waits to be sent. */
  readonly moved: boolean
}

/** Watches until `signal` says to stop, or once until nothing is left to do. */
export interface Watcher {
  round(signal: AbortSignal): Promise<Round>
  watch(signal: AbortSignal): Promise<void>
}

export function watcherOf(options: WatcherOptions): Watcher {
  const { connection, follower, docket, receipts, filing, account, metrics, say } = options
  const { chronicle } = follower
  const finder = finderOf(chronicle)
  const report = reportOf(metrics, say)

  const look = async (signal: AbortSignal): Promise<Round> => {
    const latest = await follower.catchUp(signal)
    const head = follower.head()
    if (head === undefined) return { standing: [], moved: false }
    await docket.examine(Number(latest.timestamp))
    for (const problem of await receipts.read()) say('receipt refused', { why: problem })
    report.appeals(chronicle)

    const terms = await chainTerms(connection)
    forgetSettled(chronicle, head.number - FINALITY_DEPTH, terms.now)
    finder.refresh()
    const { now, windowSeconds } = terms
    const planned = plan(
      { chronicle, docket, receipts: receipts.held, finder },
      { ...options.limits, now, account, windowSeconds },
    )
    const challenges = filing === undefined ? planned : await affordable(planned, terms)
    const filed: Filed[] = []
    if (filing === undefined) report.rehearsed(challenges)
    else {
      await filing.file(challenges, latest, (one) => {
        filed.push(one)
        report.filed(one)
      })
    }
    report.measured({ chronicle, docket, account, receipts: receipts.held.size, latest, head, filed })
    const settled = new Set(filed.flatMap(({ kind, challenge }) => (kind === 'settled' ? [challenge] : [])))
    const standing = challenges.filter((challenge) => !settled.has(challenge))
    return { standing, moved: filed.some(hasMoved) }
  }

  const affordable = async (planned: readonly Challenge[], terms: ChainTerms): Promise<readonly Challenge[]> => {
    const worth = await worthFiling(connection, chronicle, planned, terms.now)
    const { challenges, shortfall } = await coveredByBond(connection, account, terms, worth)
    if (shortfall === undefined) return challenges
    report.once(`bond ${shortfall.covered} ${shortfall.demands}`, 'bond too small', { ...shortfall, account })
    return challenges
  }

  const round = async (signal: AbortSignal): Promise<Round> => {
    try {
      return await look(signal)
    } catch (cause) {
      throw cause instanceof BaseError ? nodeError(options.nodeName, 'a request', failureOf(cause), cause) : cause
    }
  }

  return {
    round,
    watch: async (signal) => {
      while (!signal.aborted) {
        try {
          await round(signal)
        } catch (error) {
          if (signal.aborted) return
          if (!(error instanceof RetryError)) throw error
          metrics.count('watcher_troubles_total', 1)
          say('trouble', { what: explain(error) })
        }
        await sleep(options.pollMs, undefined, { signal }).catch(() => undefined)
      }
    },
  }
}

/** How a question that viem put came to nothing. */
function failureOf(error: BaseError): Failure {
  const answer = error.walk((cause) => cause instanceof RpcRequestError)
  if (answer instanceof RpcRequestError) return { kind: 'answered', code: answer.code, message: answer.details }
  const transport = error.walk((cause) => cause instanceof HttpRequestError)
  if (!(transport instanceof HttpRequestError) || transport.status === undefined) {
    return { kind: 'silent', reason: error.shortMessage }
  }
  return { kind: 'status', status: transport.status, retryAfter: transport.headers?.get('retry-after') }
}

function hasMoved(filed: Filed): boolean {
  return filed.kind === 'committed' || (filed.kind === 'sent' && filed.outcome.kind === 'mined')
}
