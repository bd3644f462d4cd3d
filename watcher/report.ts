import type { Block } from '../chain/block.ts'
import type { CaseQueue, ModelCase } from './caseQueue.ts'
import { type Challenge, factsOf, subjectOf } from './challenge.ts'
import type { Filed } from './filing.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'
import { openUnitDemands, type WatchState } from './watchState.ts'

/** Reports what a watcher does and sees, in log lines and metrics. Nothing is logged twice. */
export interface Report {
  once(subject: string, event: string, facts: Readonly<Record<string, unknown>>): boolean
  /** Logs what would be filed without --dry-run. */
  rehearsed(challenges: readonly Challenge[]): void
  filed(filed: Filed): void
  appeals(state: WatchState): void
  measured(given: Measured): void
}

export interface Measured {
  readonly state: WatchState
  readonly cases: CaseQueue
  readonly account: number
  readonly receipts: number
  readonly latest: Block
  readonly head: Block
  readonly filed: readonly Filed[]
}

export function reportOf(metrics: Metrics, log: Log): Report {
  const logged = new Set<string>()
  const once: Report['once'] = (subject, event, facts) => {
    if (logged.has(subject)) return false
    logged.add(subject)
    log(event, facts)
    return true
  }

  return {
    once,
    rehearsed: (challenges) => {
      for (const challenge of challenges) {
        once(`would ${subjectOf(challenge)}`, 'would file', { kind: challenge.kind, ...factsOf(challenge) })
      }
    },
    filed: (filed) => {
      const { challenge } = filed
      const { kind } = challenge
      const facts = factsOf(challenge)
      if (filed.kind === 'committed' && filed.now) log('committed', { kind, ...facts })
      if (filed.kind !== 'sent') return
      const { outcome } = filed
      if (outcome.kind === 'mined') {
        metrics.count('watcher_challenges_won_total', 1, { kind })
        const { transactionHash: transaction, gasUsed, blockNumber } = outcome.receipt
        log('granted', { kind, ...facts, transaction, block: Number(blockNumber), gas: Number(gasUsed) })
        return
      }
      const reason = outcome.kind === 'refused' ? outcome.message : 'it reverted although it passed just before'
      if (once(`refused ${subjectOf(challenge)} ${reason}`, 'refused', { kind, ...facts, reason })) {
        metrics.count('watcher_challenges_lost_total', 1, { kind })
      }
    },
    appeals: ({ appeals, decided }) => {
      for (const [appeal, { facts }] of appeals) once(`appeal ${appeal}`, 'appeal', { appeal, ...facts })
      for (const [appeal, { how }] of decided) once(`decided ${appeal}`, `appeal ${how}`, { appeal })
    },
    measured: ({ state, cases, account, receipts, latest, head, filed }) => {
      const earned = [...state.bounties.values()].filter((bounty) => bounty.account === account)
      const models = [...cases.models.values()]
      metrics.set('watcher_challenges_pending', filed.filter(({ kind }) => kind === 'committed').length)
      metrics.set('watcher_demands_open', openDemands(state))
      metrics.set('watcher_receipts', receipts)
      metrics.set('watcher_bounty_gwei', Number(earned.reduce((sum, { gwei }) => sum + gwei, 0n)))
      metrics.set('watcher_last_block', Number(head.number))
      metrics.set('watcher_lag_blocks', Number(latest.number - head.number))
      for (const verdict of ['sound', 'false', 'unread'] as const) {
        metrics.set('watcher_models', models.filter((one) => verdictOf(one) === verdict).length, { state: verdict })
      }
    },
  }
}

function openDemands(state: WatchState): number {
  const { recordDemands, recordAnswers } = state
  const records = [...recordDemands.keys()].filter((key) => !recordAnswers.has(key))
  return openUnitDemands(state).length + records.length
}

function verdictOf(modelCase: ModelCase): 'sound' | 'false' | 'unread' {
  if (modelCase.kind === 'unread') return 'unread'
  return modelCase.checked.faults.length + modelCase.foreign.length === 0 ? 'sound' : 'false'
}
