import { type Clock, wallClock } from '../../chain/clock.ts'
import { followedOf, namesFollowed } from '../../chain/events/contracts.ts'
import { headsFrom } from '../../chain/node/heads.ts'
import type { Identity } from '../../chain/node/identity.ts'
import { identify, mustAgree } from '../../chain/node/identity.ts'
import type { Node } from '../../chain/node/node.ts'
import { nodesOf } from '../../chain/node/nodes.ts'
import type { Verification } from '../../chain/verify/verification.ts'
import type { Deployment } from '../../sdk/deployment.ts'
import type { IndexerEvent } from '../events.ts'
import type { Metrics } from '../operate/metrics.ts'
import type { Store } from '../store/store.ts'
import { follow } from '../sync/follow.ts'
import { type Leading, leading } from './lead.ts'

export interface WriteOptions {
  readonly deployment: Deployment
  /** How answers of nodes are checked before they are stored; by default by receipts. */
  readonly verify?: Verification
  /** Whether to follow the token's transfers too. */
  readonly transfers?: boolean
  /** WebSocket addresses at which nodes announce new blocks; without any, nodes are polled. */
  readonly wsUrls?: readonly string[]
  /** The depth at which a block is final; by default the node's tag decides. */
  readonly finalityDepth?: number
  /** How often to look for new blocks; by default as often as the chain makes them. */
  readonly pollMs?: number | undefined
  /** Measures every wait for a node. */
  readonly clock?: Clock | undefined
  /** The most blocks to ask a node for at once. */
  readonly maxRange?: number
  readonly metrics?: Metrics | undefined
}

/** How long a node that lags or lied is left alone. */
const PAUSE_MS = 1_000

export interface Writing {
  readonly leading: Leading
  /** Resolves after `signal`; rejects if the sync stops for good. */
  readonly stopped: Promise<void>
}

/** Follows the chain into the store until `signal` aborts, and reports every event. */
export function writeHistory(
  options: WriteOptions,
  connections: readonly Node[],
  identity: Identity,
  store: Store,
  report: (event: IndexerEvent) => void,
  signal: AbortSignal,
): Writing {
  const { deployment, pollMs, clock = wallClock } = options
  const names = namesFollowed({ transfers: options.transfers ?? false })
  const heads = headsFrom(options.wsUrls ?? [], clock)
  const led = leading(store, report, clock)
  let nodeHead = 0n
  const emit = (event: IndexerEvent) => {
    led.handle(event)
    report(event)
  }
  const nodes = nodesOf(connections, {
    admit: async (node) => mustAgree(identity, await identify(node, deployment, names), node),
    pauseMs: pollMs ?? PAUSE_MS,
    meter: options.metrics?.meter,
    clock,
    failed: (error, node, isAside) => emit({ kind: 'troubled', error, node, isAside }),
    disabled: (error, node) => emit({ kind: 'gaveUpNode', error, node }),
  })
  const sync = follow(
    nodes,
    store,
    { deployment, followed: followedOf(deployment, names) },
    {
      verify: options.verify ?? 'receipts',
      finality: options.finalityDepth === undefined ? 'tag' : BigInt(options.finalityDepth),
      pollMs,
      clock,
      maxRange: BigInt(options.maxRange ?? 500),
      heads,
      meter: options.metrics?.meter,
    },
    {
      looked: ({ number, timestamp }) => {
        nodeHead = number
        emit({ kind: 'looked', nodeHead, timestamp })
      },
      stored: ({ head: { number: block, timestamp }, finality, ...stored }) =>
        emit({ kind: 'stored', ...stored, ...finality, block, timestamp, nodeHead }),
      undone: (ancestor, depth) => emit({ kind: 'undone', ancestor, depth }),
      caughtUp: async () => {
        await led.caughtUp()
        if (led.status().state.kind !== 'following') emit({ kind: 'caughtUp', block: nodeHead })
        else led.handle({ kind: 'caughtUp', block: nodeHead })
      },
      lateContract: (contract, last, head) => emit({ kind: 'lateContract', contract, last, head }),
      journalsHeld: (block, by) => emit({ kind: 'journalsHeld', block, by }),
      troubled: (error) => emit({ kind: 'troubled', error }),
      overtaken: (overtaken) => emit({ kind: 'leftNode', overtaken }),
    },
    signal,
  )
    .catch((error: unknown) => {
      emit({ kind: 'stopped', error })
      throw error
    })
    .finally(() => heads.close())
  return { leading: led, stopped: led.until(sync) }
}
