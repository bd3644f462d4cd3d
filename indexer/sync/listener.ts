import type { Block } from '../../chain/block.ts'
import type { Finality } from '../../chain/blocks/finality.ts'
import type { ContractName } from '../../chain/events/contracts.ts'
import type { Overtaken } from '../../chain/node/nodes.ts'
import type { Verdict } from '../../chain/verify/verification.ts'
import type { RetryError } from '../../sdk/errors.ts'

/** What was stored at once. */
export interface Stored {
  readonly first: bigint
  readonly head: Block
  /** How many facts. */
  readonly events: number
  readonly verdict: Verdict
  readonly finality: Finality
  /** Who told it, without credentials. */
  readonly node: string
}

/** Hears what becomes of the sync: for `/ready`, `_meta`, and the command's terminal. */
export interface Listener {
  looked(nodeHead: Block): void
  stored(stored: Stored): void
  undone(ancestor: bigint, depth: bigint): void
  /** Everything is stored up to the node's head. */
  caughtUp(): void | Promise<void>
  /** A contract that is followed anew is stored up to `last`, and is to be up to `head`. */
  lateContract?(contract: ContractName, last: bigint, head: bigint): void
  /** What is stored up to there adds up to the contracts' journals. */
  journalsHeld?(block: bigint, by: 'proof' | 'storage'): void
  /** The database failed; what nodes do, they say themselves. */
  troubled(error: RetryError): void
  overtaken(overtaken: Overtaken): void
}
