import type { Facts } from '../../sdk/errors.ts'
import type { ChainLog } from '../decode/contracts.ts'
import type { JournalMove, Journals } from '../decode/journals.ts'
import type { Block } from '../store/schema.ts'
import type { Finality, Verdict } from '../store/stretch.ts'
import type { Header } from './verify/header.ts'
import type { JournalsBy } from './verifyJournals.ts'

export type { Finality, Verdict }

/** What became of one look at the chain. A reorg is one of the things that happen, not an exception. */
export type Step =
  | ({ readonly kind: 'blocksAdded' } & Stretch)
  /** The node has left our branch after `ancestor`, the last block that both have. */
  | { readonly kind: 'reorged'; readonly ancestor: bigint; readonly depth: bigint }
  | { readonly kind: 'upToDate' }
  /** The node stands behind us on our own branch: it lags, or has rolled back. */
  | { readonly kind: 'behind'; readonly nodeHead: Block; readonly depth: bigint }
  | Unsettled

/** The answers did not fit together: the chain moved between two questions, or the node lies. */
export interface Unsettled {
  readonly kind: 'unsettled'
  readonly contradiction: Contradiction
}

export function unsettled(contradiction: Contradiction): Unsettled {
  return { kind: 'unsettled', contradiction }
}

/** Blocks with all their logs, checked to belong together and to be complete. */
export interface Stretch {
  readonly blocks: readonly Header[]
  readonly logs: readonly ChainLog[]
  /** The journals after the last of them. */
  readonly journals: Journals
  readonly journalMoves: readonly JournalMove[]
  readonly verdict: Verdict
  /** How the journals were held against storage after the last of them; undefined where they were not. */
  readonly journalsBy: JournalsBy | undefined
  readonly finality: Finality
}

/** Two things a node said, or one thing it said and one it must have left out. */
export interface Contradiction {
  readonly what: string
  readonly facts: Facts
}
