import type { ChainLog } from '../decode/contracts.ts'
import type { JournalMove, Journals } from '../decode/journals.ts'
import type { Block } from '../store/schema.ts'

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
  readonly blocks: readonly Block[]
  readonly logs: readonly ChainLog[]
  /** The journals after the last of them. */
  readonly journals: Journals
  readonly journalMoves: readonly JournalMove[]
  readonly verdict: Verdict
  readonly finality: Finality
}

/** How the logs of a stretch are known to be all there are: by full receipts, by absence from the bloom filters, or by word. */
export type Verdict = 'receipts' | 'bloom' | 'told'

/** The newest safe and finalised blocks as known when something was stored; undefined where nothing is known of them. */
export interface Finality {
  readonly safe?: bigint | undefined
  readonly finalised?: bigint | undefined
}

/** Two things a node said, or one thing it said and one it must have left out. */
export interface Contradiction {
  readonly what: string
  readonly facts: Readonly<Record<string, string | bigint>>
}
