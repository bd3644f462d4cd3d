import type { Block } from '../block.ts'
import type { Unsettled } from '../contradiction.ts'
import type { ChainLog } from '../events/contracts.ts'
import type { JournalMove, Journals } from '../events/journals.ts'
import type { Header } from '../verify/header.ts'
import type { JournalsBy, Verdict } from '../verify/verification.ts'
import type { Finality } from './finality.ts'

/** What a node's chain leads to next. A reorg is an ordinary step, not an exception. */
export type Step =
  | ({ readonly kind: 'blocksAdded' } & Stretch)
  /** The node has left our branch after `ancestor`, the last block that both have. */
  | { readonly kind: 'reorged'; readonly ancestor: bigint; readonly depth: bigint }
  | { readonly kind: 'upToDate' }
  /** The node is behind us on our own branch: it lags, or has rolled back. */
  | { readonly kind: 'behind'; readonly nodeHead: Block; readonly depth: bigint }
  | Unsettled

/** Consecutive blocks with all their logs, checked for consistency and completeness. */
export interface Stretch {
  readonly blocks: readonly Header[]
  readonly logs: readonly ChainLog[]
  /** The journals after the last of them. */
  readonly journals: Journals
  readonly journalMoves: readonly JournalMove[]
  readonly verdict: Verdict
  /**
   * How the journals were compared with storage after the last block; undefined where they were
   * not.
   */
  readonly journalsBy: JournalsBy | undefined
  readonly finality: Finality
}
