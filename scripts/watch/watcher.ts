import { setTimeout as sleep } from 'node:timers/promises'
import { BaseError, HttpRequestError, RpcRequestError } from 'viem'
import type { Block } from '../../indexer/store/schema.ts'
import { type Failure, nodeError } from '../../indexer/sync/nodeError.ts'
import { bondOfAccount } from '../../sdk/bond.ts'
import type { Connection } from '../../sdk/contracts.ts'
import { explain, RetryError } from '../../sdk/errors.ts'
import { type Challenge, factsOf, subjectOf } from './challenge.ts'
import { forgetMatured, recordKey } from './chronicle.ts'
import type { Docket, ModelFile } from './docket.ts'
import type { Filed, Filing } from './filing.ts'
import { FINALITY_DEPTH, type Follower } from './follower.ts'
import type { Metrics } from './metrics.ts'
import { deadlineOf, type PlanTerms, plan } from './plan.ts'
import type { Say } from './say.ts'

export interface WatcherOptions {
  readonly connection: Connection
  /** What the node is called in complaints. */
  readonly nodeName: string
  readonly follower: Follower
  readonly docket: Docket
  /** None: only says what it would do. */
  readonly filing: Filing | undefined
  readonly account: number
  readonly epochSeconds: number
  readonly demandFeeGwei: bigint
  readonly limits: Pick<PlanTerms, 'mostDemands' | 'rowsDemanded' | 'patienceSeconds'>
  /** Look at records that have matured as well, and report what is too late to strike. */
  readonly history: boolean
  readonly pollMs: number
  readonly metrics: Metrics
  readonly say: Say
}

/** What became of one round. */
export interface Round {
  /** Challenges that the chain has not settled. */
  readonly standing: readonly Challenge[]
  /** Whether anything was announced or granted, or waits to be sent. */
  readonly moved: boolean
  /** Whether everything that can be examined has been. */
  readonly examined: boolean
}

const SLICE_MS = 2_000

/** Watches until `signal` says to stop, or once until nothing is left to do. */
export interface Watcher {
  round(signal: AbortSignal): Promise<Round>
  watch(signal: AbortSignal): Promise<void>
}

export function watcherOf(options: WatcherOptions): Watcher {
  const { follower, docket, filing, metrics, say, epochSeconds } = options
  const { chronicle } = follower
  const told = new Set<string>()
  const once = (subject: string, event: string, facts: Readonly<Record<string, unknown>>): boolean => {
    if (told.has(subject)) return false
    told.add(subject)
    say(event, facts)
    return true
  }

  const round = async (signal: AbortSignal): Promise<Round> => {
    const latest = await follower.catchUp(signal)
    const head = follower.head()
    if (head === undefined) return { standing: [], moved: false, examined: true }
    await docket.examine(Number(latest.timestamp), SLICE_MS)
    const epoch = Math.floor(Number(head.timestamp) / epochSeconds)
    await docket.judge(options.history ? 0 : epoch - 2)
    if (!options.history) forgetMatured(chronicle, epoch - 2, head.number - FINALITY_DEPTH)
    reportLate(Number(head.timestamp))
    reportAppeals()

    const terms = { ...options.limits, now: Number(latest.timestamp), epochSeconds, account: options.account }
    const planned = plan(chronicle, docket, terms)
    const challenges = filing === undefined ? planned : await coveredByBond(planned)
    const filed: Filed[] = []
    if (filing === undefined) rehearse(challenges)
    else {
      await filing.file(challenges, latest.number, (one) => {
        filed.push(one)
        report(one)
      })
    }
    measure(latest, head, filed)
    const examined = [...docket.models.values()].every((file) => file.kind === 'unread' || file.copies === undefined)
    const settled = new Set(filed.flatMap(({ kind, challenge }) => (kind === 'settled' ? [challenge] : [])))
    const standing = challenges.filter((challenge) => !settled.has(challenge))
    return { standing, moved: filed.some(hasMoved), examined }
  }

  const rehearse = (challenges: readonly Challenge[]): void => {
    for (const challenge of challenges) {
      once(`would ${subjectOf(challenge)}`, 'would file', { kind: challenge.kind, ...factsOf(challenge) })
    }
  }

  /** Without the demands that the bond does not cover; every one stakes a fee, and the Court would refuse it. */
  const coveredByBond = async (planned: readonly Challenge[]): Promise<readonly Challenge[]> => {
    const demands = planned.filter(({ kind }) => kind === 'DemandRow')
    if (demands.length === 0) return planned
    const { reader, contracts } = options.connection
    const bond = bondOfAccount(options.account)
    const [{ balanceGwei, exposureGwei }, requiredGwei] = await Promise.all([
      reader.readContract({ ...contracts.ledger, functionName: 'bondStateOf', args: [bond] }),
      reader.readContract({ ...contracts.ledger, functionName: 'requiredBondOf', args: [bond, 0n] }),
    ])
    const freeGwei = balanceGwei - (exposureGwei === 0n ? 0n : requiredGwei)
    const covered = freeGwei < 0n ? 0 : Number(freeGwei / options.demandFeeGwei)
    if (covered >= demands.length) return planned
    once(`bond ${covered} ${demands.length}`, 'bond too small', {
      demands: demands.length,
      covered,
      balanceGwei,
      eachGwei: options.demandFeeGwei,
    })
    const dropped = new Set(demands.slice(covered))
    return planned.filter((challenge) => !dropped.has(challenge))
  }

  const isOpen = (key: string): boolean => !chronicle.shown.has(key) && !chronicle.closed.has(key)

  const report = (filed: Filed): void => {
    const { challenge } = filed
    const { kind } = challenge
    const facts = factsOf(challenge)
    if (filed.kind === 'announced' && filed.now) say('announced', { kind, ...facts })
    if (filed.kind !== 'sent') return
    const { outcome } = filed
    if (outcome.kind === 'mined') {
      metrics.count('watcher_challenges_won_total', 1, { kind })
      const { transactionHash, gasUsed, blockNumber } = outcome.receipt
      say('granted', { kind, ...facts, transaction: transactionHash, block: Number(blockNumber), gas: Number(gasUsed) })
      return
    }
    const reason = outcome.kind === 'refused' ? outcome.message : 'it reverted although it passed just before'
    if (once(`refused ${subjectOf(challenge)} ${reason}`, 'refused', { kind, ...facts, reason })) {
      metrics.count('watcher_challenges_lost_total', 1, { kind })
    }
  }

  /** Faults of records that have matured stay paid; somebody should know all the same. */
  const reportLate = (now: number): void => {
    for (const { batch, faults } of docket.batches.values()) {
      const { header } = batch
      if (deadlineOf(header.epoch, epochSeconds) > now) continue
      faults.forEach((fault, index) => {
        if (fault === undefined || chronicle.voided.has(recordKey(header.batch, index))) return
        const facts = {
          kind: fault.kind,
          batch: Number(header.batch),
          index,
          model: header.model,
          operator: header.operator,
        }
        if (once(`late ${recordKey(header.batch, index)}`, 'too late', facts)) {
          metrics.count('watcher_challenges_late_total', 1, { kind: fault.kind })
        }
      })
    }
  }

  const reportAppeals = (): void => {
    for (const [appeal, { block: _, ...facts }] of chronicle.appeals)
      once(`appeal ${appeal}`, 'appeal', { appeal, ...facts })
    for (const [appeal, { how }] of chronicle.decided) once(`decided ${appeal}`, `appeal ${how}`, { appeal })
  }

  const measure = (latest: Block, head: Block, filed: readonly Filed[]): void => {
    const pending = filed.filter(({ kind }) => kind === 'announced').length
    const earned = [...chronicle.bounties.values()].filter(({ account }) => account === options.account)
    const files = [...docket.models.values()]
    metrics.set('watcher_challenges_pending', pending)
    metrics.set('watcher_demands_open', [...chronicle.demands.keys()].filter(isOpen).length)
    metrics.set('watcher_bounty_gwei', Number(earned.reduce((sum, { amountGwei }) => sum + amountGwei, 0n)))
    metrics.set('watcher_last_block', Number(head.number))
    metrics.set('watcher_lag_blocks', Number(latest.number - head.number))
    for (const state of ['sound', 'false', 'unread'] as const) {
      metrics.set('watcher_models', files.filter((file) => stateOf(file) === state).length, { state })
    }
  }

  return {
    round,
    watch: async (signal) => {
      while (!signal.aborted) {
        try {
          await round(signal)
        } catch (cause) {
          if (signal.aborted) return
          const error =
            cause instanceof BaseError ? nodeError(options.nodeName, 'a request', failureOf(cause), cause) : cause
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
  return filed.kind === 'announced' || (filed.kind === 'sent' && filed.outcome.kind === 'mined')
}

function stateOf(file: ModelFile): 'sound' | 'false' | 'unread' {
  if (file.kind === 'unread') return 'unread'
  return file.faults.length === 0 ? 'sound' : 'false'
}
