import type { Stretch } from '../../chain/blocks/step.ts'
import { journaled } from '../../chain/events/contracts.ts'
import type { Journals } from '../../chain/events/journals.ts'
import type { Node } from '../../chain/node/node.ts'
import { StateGone } from '../../chain/node/nodeError.ts'
import type { Nodes } from '../../chain/node/nodes.ts'
import type { Header } from '../../chain/verify/header.ts'
import type { JournalsBy, Verification } from '../../chain/verify/verification.ts'
import { compareJournals, readJournals } from '../../chain/verify/verifyJournals.ts'
import type { Deployment } from '../../sdk/deployment.ts'
import type { Listener } from './listener.ts'

/**
 * Compares the journals with storage after a block at the head is stored, where receipts prove that
 * block: one comparison covers all blocks before it, and need not delay a proven one. Until it
 * succeeds the history does not count as caught up.
 */
export interface Audit {
  /** Whether everything stored was compared, or is proven and follows what was compared. */
  isHeld(): boolean
  stored(stretch: Stretch, head: Header): void
  /**
   * Begins a due comparison by `node`: everything is stored up to `head`, and replays to
   * `journals`. False if the last comparison failed, which is recorded in the node's health. The
   * first one is awaited, since the last one of an earlier process may have failed.
   */
  settled(node: Node, head: Header, journals: Journals): Promise<boolean>
  /** Blocks were rolled back: drops a comparison that is due. */
  forget(): void
}

interface Due {
  readonly block: Header
  readonly journals: Journals
}

export function auditOf(
  deployment: Deployment,
  verify: Verification,
  nodes: Nodes,
  listener: Pick<Listener, 'journalsHeld'>,
  signal: AbortSignal,
): Audit {
  let isHeld = false
  /** Whether the last comparison succeeded. */
  let isSound = false
  let due: Due | undefined
  let underWay: Promise<void> | undefined
  /** What was last compared, and how. */
  let compared: { readonly journals: Journals; readonly by: JournalsBy } | undefined
  let failure: { readonly error: unknown } | undefined

  const held = (block: bigint, journals: Journals, by: JournalsBy): void => {
    isHeld = true
    compared = { journals, by }
    listener.journalsHeld?.(block, by)
  }

  const compare = async (node: Node, task: Due): Promise<boolean> => {
    const { block, journals } = task
    try {
      const stored = await readJournals(node.until(signal), deployment, block, verify)
      const found = stored.kind === 'unsettled' ? stored : compareJournals(deployment, journals, stored, block)
      if (found.kind === 'match') {
        nodes.succeeded(node, 'storage')
        // Else the block was rolled back, or a later one is due.
        if (due === task) held(block.number, journals, found.by)
        return true
      }
      nodes.contradicted(node, 'storage', found.contradiction)
    } catch (error) {
      // The next block's comparison covers this one too.
      if (error instanceof StateGone) return true
      nodes.failed(node, 'storage', error)
    }
    return false
  }

  const begin = async (node: Node, task: Due): Promise<void> => {
    try {
      const found = await compare(node, task)
      // Rolled back, or covered by a later comparison: the result does not matter.
      if (due !== task) return
      isSound = found
      if (found) due = undefined
    } catch (error) {
      failure = { error }
    } finally {
      underWay = undefined
    }
  }

  return {
    isHeld: () => isHeld,
    stored: ({ blocks, journals, journalsBy }, block) => {
      const first = blocks[0]?.number ?? block.number
      if (journalsBy !== undefined) {
        due = undefined
        isSound = true
        held(block.number, journals, journalsBy)
      } else if (isHeld && (verify !== 'receipts' || isCheckpointAmong(first, block.number))) {
        // Where receipts prove that nothing happened, what was compared still holds.
        if (compared !== undefined && areSame(compared.journals, journals)) held(block.number, journals, compared.by)
        else due = { block, journals }
      }
    },
    settled: async (node, head, journals) => {
      if (!isSound) due ??= { block: head, journals }
      if (due !== undefined) underWay ??= begin(node, due)
      if (!isSound) await underWay
      if (failure === undefined) return isSound
      const { error } = failure
      failure = undefined
      throw error
    },
    forget: () => {
      isHeld = false
      compared = undefined
      due = undefined
    },
  }
}

/** Well before a block lies as deep as pruning nodes keep its state. */
const BLOCKS_A_CHECKPOINT = 32n

function isCheckpointAmong(first: bigint, last: bigint): boolean {
  return last / BLOCKS_A_CHECKPOINT > (first - 1n) / BLOCKS_A_CHECKPOINT
}

function areSame(a: Journals, b: Journals): boolean {
  return journaled.every((name) => a[name] === b[name])
}
