import type { Block } from '../chain/block.ts'
import { type Challenge, factsOf, subjectOf } from './challenge.ts'
import { type Chronicle, openUnitDemands } from './chronicle.ts'
import type { Docket, ModelFile } from './docket.ts'
import type { Filed } from './filing.ts'
import type { Metrics } from './metrics.ts'
import type { Say } from './say.ts'

/** Says what a watcher does and sees, in lines and numbers. Nothing is said twice. */
export interface Report {
  once(subject: string, event: string, facts: Readonly<Record<string, unknown>>): boolean
  /** What would be filed, if this were no dry run. */
  rehearsed(challenges: readonly Challenge[]): void
  filed(filed: Filed): void
  appeals(chronicle: Chronicle): void
  measured(given: Measured): void
}

export interface Measured {
  readonly chronicle: Chronicle
  readonly docket: Docket
  readonly account: number
  readonly receipts: number
  readonly latest: Block
  readonly head: Block
  readonly filed: readonly Filed[]
}

export function reportOf(metrics: Metrics, say: Say): Report {
  const told = new Set<string>()
  const once: Report['once'] = (subject, event, facts) => {
    if (told.has(subject)) return false
    told.add(subject)
    say(event, facts)
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
      if (filed.kind === 'committed' && filed.now) say('committed', { kind, ...facts })
      if (filed.kind !== 'sent') return
      const { outcome } = filed
      if (outcome.kind === 'mined') {
        metrics.count('watcher_challenges_won_total', 1, { kind })
        const { transactionHash: transaction, gasUsed, blockNumber } = outcome.receipt
        say('granted', { kind, ...facts, transaction, block: Number(blockNumber), gas: Number(gasUsed) })
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
    measured: ({ chronicle, docket, account, receipts, latest, head, filed }) => {
      const earned = [...chronicle.bounties.values()].filter((bounty) => bounty.account === account)
      const files = [...docket.models.values()]
      metrics.set('watcher_challenges_pending', filed.filter(({ kind }) => kind === 'committed').length)
      metrics.set('watcher_demands_open', openDemands(chronicle))
      metrics.set('watcher_receipts', receipts)
      metrics.set('watcher_bounty_gwei', Number(earned.reduce((sum, { gwei }) => sum + gwei, 0n)))
      metrics.set('watcher_last_block', Number(head.number))
      metrics.set('watcher_lag_blocks', Number(latest.number - head.number))
      for (const state of ['sound', 'false', 'unread'] as const) {
        metrics.set('watcher_models', files.filter((file) => stateOf(file) === state).length, { state })
      }
    },
  }
}

function openDemands(chronicle: Chronicle): number {
  const { recordDemands, recordAnswers } = chronicle
  const records = [...recordDemands.keys()].filter((key) => !recordAnswers.has(key))
  return openUnitDemands(chronicle).length + records.length
}

function stateOf(file: ModelFile): 'sound' | 'false' | 'unread' {
  if (file.kind === 'unread') return 'unread'
  return file.checked.faults.length + file.foreign.length === 0 ? 'sound' : 'false'
}
