import type { NotOffered } from '../chain/node/node.ts'
import type { Overtaken } from '../chain/node/nodes.ts'
import type { Verdict } from '../chain/verify/verification.ts'
import type { RetryError, StopError } from '../sdk/errors.ts'

/** The events of an indexer, for the terminal, logs and metrics. */
export type IndexerEvent =
  /** A node's head. */
  | { readonly kind: 'looked'; readonly nodeHead: bigint; readonly timestamp: bigint }
  | StoredEvent
  | { readonly kind: 'undone'; readonly ancestor: bigint; readonly depth: bigint }
  | { readonly kind: 'caughtUp'; readonly block: bigint }
  /** A late contract is stored up to `last`, the others up to `head`. */
  | { readonly kind: 'lateContract'; readonly contract: string; readonly last: bigint; readonly head: bigint }
  /**
   * The stored logs up to `block` replay to the contracts' journals, by proof or by a node's word.
   */
  | { readonly kind: 'journalsHeld'; readonly block: bigint; readonly by: 'proof' | 'storage' }
  /** A transient failure is retried. `isAside`: of a node that nothing waits for. */
  | {
      readonly kind: 'troubled'
      readonly error: RetryError
      readonly node?: string | undefined
      readonly isAside?: boolean
    }
  /** A trouble has lasted so long that the history no longer counts as complete. */
  | { readonly kind: 'unready'; readonly reason: string }
  /** A node does not offer something; another way is taken from now on. */
  | { readonly kind: 'notOffered'; readonly what: NotOffered }
  /** A node is disabled; others are asked. */
  | { readonly kind: 'gaveUpNode'; readonly error: StopError; readonly node: string }
  /** A node was left for one with a higher head. */
  | { readonly kind: 'leftNode'; readonly overtaken: Overtaken }
  /** A query failed by an internal error, and its caller was given this id. */
  | { readonly kind: 'failedAnswer'; readonly error: unknown; readonly id: string }
  /** A process that answers ended, and another is started. */
  | { readonly kind: 'readerEnded'; readonly number: number; readonly how: string }
  /** Another process writes; this one waits to take over. */
  | { readonly kind: 'standsBy'; readonly holder: string }
  /** This process writes. */
  | { readonly kind: 'leads' }
  /** The views show this history from now on, and no longer an older version's. */
  | { readonly kind: 'switched'; readonly schema: string; readonly history: string }
  /** The sync has stopped for good. */
  | { readonly kind: 'stopped'; readonly error: unknown }

export interface StoredEvent {
  readonly kind: 'stored'
  /** The first block of the stretch, and the last. */
  readonly first: bigint
  readonly block: bigint
  /** Of the last block. */
  readonly timestamp: bigint
  readonly nodeHead: bigint
  /** The number of facts. */
  readonly events: number
  readonly verdict: Verdict
  readonly safe?: bigint | undefined
  readonly finalised?: bigint | undefined
  /** Without credentials. */
  readonly node: string
}
