import { FalseAnswer } from '../../chain/contradiction.ts'
import { NodeBusy, NotThereYet, RangeTooLarge, StateGone } from '../../chain/node/nodeError.ts'
import { explain, isExplained, type RetryError } from '../../sdk/errors.ts'
import type { IndexerEvent } from '../events.ts'
import type { SyncState } from '../store/schema.ts'

/**
 * What `/ready` says of the sync: a state, and a trouble that becomes the state only if it lasts. A
 * node that rests, lags or fails for a moment is weather, and a history that is complete up to then
 * is fit to be read.
 */
export interface SyncHealth {
  readonly state: SyncState
  readonly trouble: Trouble | undefined
}

interface Trouble {
  readonly reason: string
  readonly since: number
  readonly graceMs: number
  /** Over as soon as any node answers, even if it lags. */
  readonly isSilence: boolean
}

export const newSync: SyncHealth = { state: { kind: 'catchingUp' }, trouble: undefined }

/** A node that is silent, or contradicts itself. */
const NODE_GRACE_MS = 10_000
/** A node that says, or shows, that it will give more in a while. */
const WEATHER_GRACE_MS = 60_000

export function healthAfterEvent(health: SyncHealth, event: IndexerEvent, now: number): SyncHealth {
  switch (event.kind) {
    case 'troubled': {
      if (event.isAside === true) return health
      const reason = explain(event.error)
      const { since = now } = health.trouble ?? {}
      const isSilence = event.node !== undefined && !(event.error instanceof FalseAnswer)
      const graceMs = graceOf(event.error, event.node)
      return healthAt({ ...health, trouble: { reason, since, graceMs, isSilence } }, now)
    }
    case 'looked':
      return health.trouble?.isSilence === true ? { ...health, trouble: undefined } : health
    case 'stored':
      return { ...health, trouble: undefined }
    case 'caughtUp':
      return { state: { kind: 'following' }, trouble: undefined }
    case 'stopped': {
      const reason = isExplained(event.error) ? explain(event.error) : 'An unexpected failure'
      return { state: { kind: 'stopped', reason }, trouble: undefined }
    }
    default:
      return health
  }
}

/** The same, once time has passed. */
export function healthAt(health: SyncHealth, now: number): SyncHealth {
  const { state, trouble } = health
  if (trouble === undefined || state.kind === 'stopped') return health
  // What was never complete has no calm to keep.
  const grace = state.kind === 'following' ? trouble.graceMs : 0
  if (now - trouble.since < grace) return health
  return { ...health, state: { kind: 'troubled', reason: trouble.reason } }
}

function graceOf(error: RetryError, node: string | undefined): number {
  if (node === undefined) return 0
  const isWeather = [NodeBusy, NotThereYet, RangeTooLarge, StateGone].some((one) => error instanceof one)
  return isWeather && !(error instanceof FalseAnswer) ? WEATHER_GRACE_MS : NODE_GRACE_MS
}
