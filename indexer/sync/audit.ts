import type { Stretch } from '../../chain/blocks/step.ts'
import type { Journals } from '../../chain/events/journals.ts'
import type { Node } from '../../chain/node/node.ts'
import { StateGone } from '../../chain/node/nodeError.ts'
import type { Nodes } from '../../chain/node/nodes.ts'
import type { Header } from '../../chain/verify/header.ts'
import type { JournalsBy, Verification } from '../../chain/verify/verification.ts'
import { compareJournals, isCheckpoint, readJournals } from '../../chain/verify/verifyJournals.ts'
import type { Deployment } from '../../sdk/deployment.ts'
import type { Listener } from './listener.ts'

/**
 * Compares the journals with storage once a live block is stored, where receipts prove that block by itself: a comparison speaks
 * for all before it, and need not hold up what is proven. Until it has succeeded the history does not count as caught up.
 */
export interface Audit {
  /** Whether all that was stored up to now has been compared, or is proven and follows what has been. */
  isHeld(): boolean
  stored(stretch: Stretch, head: Header): void
  /**
   * Begins to compare what has not been yet, by `node`; all is stored up to `head`, and adds up to `journals`. False where the last
   * comparison failed: whoever failed has been seen to. The first is waited for, since an earlier process may have ended with one
   * that failed.
   */
  settled(node: Node, head: Header, journals: Journals): Promise<boolean>
  /** The blocks above some ancestor were taken back: what was to be compared there is no more. */
  forget(): void
}

interface Owed {
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
  let owed: Owed | undefined
  let underWay: Promise<void> | undefined
  let failure: { readonly error: unknown } | undefined

  const held = (block: bigint, by: JournalsBy): void => {
    isHeld = true
    listener.journalsHeld?.(block, by)
  }

  const compare = async (node: Node, due: Owed): Promise<boolean> => {
    const { block, journals } = due
    try {
      const told = await readJournals(node.until(signal), deployment, block, verify)
      const found = told.kind === 'unsettled' ? told : compareJournals(deployment, journals, told, block)
      if (found.kind === 'match') {
        nodes.succeeded(node, 'storage')
        // Else it is taken back meanwhile, or a later one is to be compared.
        if (owed === due) held(block.number, found.by)
        return true
      }
      nodes.contradicted(node, 'storage', found.contradiction)
    } catch (error) {
      // The next block's comparison speaks for this one too.
      if (error instanceof StateGone) return true
      nodes.failed(node, 'storage', error)
    }
    return false
  }

  const begin = async (node: Node, due: Owed): Promise<void> => {
    try {
      const found = await compare(node, due)
      // Taken back, or spoken for by a later comparison: what was found does not matter any more.
      if (owed !== due) return
      isSound = found
      if (found) owed = undefined
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
        owed = undefined
        isSound = true
        held(block.number, journalsBy)
      } else if (isHeld && isCheckpoint(verify, first, block.number, block.number)) owed = { block, journals }
    },
    settled: async (node, head, journals) => {
      if (!isSound) owed ??= { block: head, journals }
      if (owed !== undefined) underWay ??= begin(node, owed)
      if (!isSound) await underWay
      if (failure === undefined) return isSound
      const { error } = failure
      failure = undefined
      throw error
    },
    forget: () => {
      isHeld = false
      owed = undefined
    },
  }
}
