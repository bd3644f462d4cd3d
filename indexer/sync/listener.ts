import type { Block } from '../../chain/block.ts'
import type { Finality } from '../../chain/blocks/finality.ts'
import type { ContractName } from '../../chain/events/contracts.ts'
import type { Overtaken } from '../../chain/node/nodes.ts'
import type { Verdict } from '../../chain/verify/verification.ts'
import type { RetryError } from '../../sdk/errors.ts'

/** A stretch that was stored. */
export interface Stored {
  readonly first: bigint
  readonly head: Block
  /** The number of facts. */
  readonly events: number
  readonly verdict: Verdict
  readonly finality: Finality
  /** The node's name, without credentials. */
  readonly node: string
}

/** Receives the events of the sync, for `/ready`, `_meta` and the terminal. */
export interface Listener {
  looked(nodeHead: Block): void
  stored(stored: Stored): void
  undone(ancestor: bigint, depth: bigint): void
  /** Everything is stored up to the node's head. */
  caughtUp(): void | Promise<void>
  /** A late contract is stored up to `last`, of `head` blocks. */
  lateContract?(contract: ContractName, last: bigint, head: bigint): void
  /** The stored logs up to `block` replay to the contracts' journals. */
  journalsHeld?(block: bigint, by: 'proof' | 'storage'): void
  /** The database failed. Node failures are reported by `Nodes`. */
  troubled(error: RetryError): void
  overtaken(overtaken: Overtaken): void
}
