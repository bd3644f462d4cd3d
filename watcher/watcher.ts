import { setTimeout as sleep } from 'node:timers/promises'
import type { Block } from '../chain/block.ts'
import type { Connection } from '../sdk/contracts.ts'
import { explain, RetryError } from '../sdk/errors.ts'
import { coveredByBond } from './bondCover.ts'
import type { CaseQueue } from './caseQueue.ts'
import { type ChainTerms, chainTerms } from './chainTerms.ts'
import type { Challenge } from './challenge.ts'
import type { Filed, Filing } from './filing.ts'
import { FINALITY_DEPTH } from './followedBlocks.ts'
import type { Follower } from './follower.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'
import { type PlanTerms, plan } from './plan.ts'
import type { Receipts } from './receipts.ts'
import { type RecordFinder, recordFinder } from './recordFinder.ts'
import { type Report, reportOf } from './report.ts'
import { explainViemError } from './viemError.ts'
import { forgetSettled } from './watchState.ts'
import { worthFiling } from './worthFiling.ts'

export interface WatcherOptions {
  readonly connection: Connection
  /** The node's name in error messages. */
  readonly nodeName: string
  readonly follower: Follower
  readonly cases: CaseQueue
  readonly receipts: Receipts
  /** Undefined in a dry run. */
  readonly filing: Filing | undefined
  readonly account: number
  readonly limits: Omit<PlanTerms, 'now' | 'account' | 'windowSeconds'>
  readonly pollMs: number
  readonly metrics: Metrics
  readonly log: Log
}

/** The outcome of one round. */
export interface Round {
  /** Challenges that the chain has not settled. */
  readonly open: readonly Challenge[]
  /** Whether a challenge was granted, or is committed to and waits to be sent. */
  readonly moved: boolean
}

/** Watches until `signal` aborts, or for one round. */
export interface Watcher {
  round(signal: AbortSignal): Promise<Round>
  watch(signal: AbortSignal): Promise<void>
}

interface Parts extends WatcherOptions {
  readonly finder: RecordFinder
  readonly report: Report
}

export function watcherOf(options: WatcherOptions): Watcher {
  const { metrics, log } = options
  const parts = { ...options, finder: recordFinder(options.follower.state), report: reportOf(metrics, log) }
  const round = async (signal: AbortSignal): Promise<Round> => {
    try {
      return await runRound(parts, signal)
    } catch (cause) {
      throw explainViemError(options.nodeName, cause)
    }
  }
  return { round, watch: (signal) => watch(parts, round, signal) }
}

async function watch(
  { log, metrics, pollMs }: Parts,
  round: (signal: AbortSignal) => Promise<Round>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await round(signal)
    } catch (error) {
      if (signal.aborted) return
      if (!(error instanceof RetryError)) throw error
      metrics.count('watcher_troubles_total', 1)
      log('trouble', { what: explain(error) })
    }
    await sleep(pollMs, undefined, { signal }).catch(() => undefined)
  }
}

async function runRound(parts: Parts, signal: AbortSignal): Promise<Round> {
  const { connection, follower, cases, receipts, filing, account, finder, report, log } = parts
  const { state } = follower
  const latest = await follower.follow(signal)
  const head = follower.head()
  if (head === undefined) return { open: [], moved: false }
  await cases.read(Number(latest.timestamp))
  for (const problem of await receipts.read()) log('receipt refused', { why: problem })
  report.appeals(state)

  const terms = await chainTerms(connection)
  forgetSettled(state, head.number - FINALITY_DEPTH, terms.now)
  finder.refresh()
  const { now, windowSeconds } = terms
  const planned = plan(
    { state, cases, receipts: receipts.held, finder },
    { ...parts.limits, now, account, windowSeconds },
  )
  const { challenges, uncovered } = filing === undefined ? rehearsal(planned) : await affordable(parts, planned, terms)
  const filed = await file(parts, challenges, latest)
  report.measured({ state, cases, account, receipts: receipts.held.size, latest, head, filed })
  return roundOf([...challenges, ...uncovered], filed)
}

async function file(
  { filing, report }: Parts,
  challenges: readonly Challenge[],
  latest: Block,
): Promise<readonly Filed[]> {
  if (filing === undefined) {
    report.rehearsed(challenges)
    return []
  }
  const filed: Filed[] = []
  await filing.file(challenges, latest, (one) => {
    filed.push(one)
    report.filed(one)
  })
  return filed
}

interface Affordable {
  readonly challenges: readonly Challenge[]
  /** What stays open because the bond does not cover it. */
  readonly uncovered: readonly Challenge[]
}

function rehearsal(planned: readonly Challenge[]): Affordable {
  return { challenges: planned, uncovered: [] }
}

async function affordable(
  { connection, follower, account, report }: Parts,
  planned: readonly Challenge[],
  terms: ChainTerms,
): Promise<Affordable> {
  const worth = await worthFiling(connection, follower.state, planned, terms.now)
  const { challenges, shortfall } = await coveredByBond(connection, account, terms, worth)
  if (shortfall === undefined) return { challenges, uncovered: [] }
  report.once(`bond ${shortfall.covered} ${shortfall.demands}`, 'bond too small', { ...shortfall, account })
  const filed = new Set(challenges)
  return { challenges, uncovered: worth.filter((challenge) => !filed.has(challenge)) }
}

/** What a round leaves open, and whether it got any further. */
export function roundOf(challenges: readonly Challenge[], filed: readonly Filed[]): Round {
  const settled = new Set(filed.flatMap(({ kind, challenge }) => (kind === 'settled' ? [challenge] : [])))
  return { open: challenges.filter((challenge) => !settled.has(challenge)), moved: filed.some(hasMoved) }
}

function hasMoved(filed: Filed): boolean {
  return filed.kind === 'committed' || (filed.kind === 'sent' && filed.outcome.kind === 'mined')
}
