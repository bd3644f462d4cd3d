import type { Deployment } from '../../sdk/deployment.ts'
import { RetryError, StopError } from '../../sdk/errors.ts'
import type { Journals } from '../decode/journals.ts'
import { FalseAnswer, NodeContradictsItself } from './contradiction.ts'
import type { Listener } from './follow.ts'
import type { Node } from './node.ts'
import { StateGone } from './nodeError.ts'
import { CONTRADICTIONS_BELIEVED, type Nodes } from './nodes.ts'
import type { Contradiction, Stretch } from './step.ts'
import type { Header } from './verify/header.ts'
import type { Verification } from './verify/verification.ts'
import { askJournals, heldJournals, isCheckpoint, type JournalsBy } from './verifyJournals.ts'

/**
 * Compares the journals with storage once a live block is stored, where receipts prove that block by itself: a comparison speaks
 * for all before it, and need not hold up what is proven. Until it has succeeded the history does not count as caught up.
 */
export interface Audit {
  /** Whether all that was stored up to now has been compared, or is proven and follows what has been. */
  isHeld(): boolean
  stored(stretch: Stretch, head: Header): void
  /**
   * Begins to compare what has not been yet, by `node`. False where a comparison has failed, and none succeeded since: whoever
   * failed has been seen to.
   */
  settled(node: Node): Promise<boolean>
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
  listener: Pick<Listener, 'journalsHeld' | 'troubled'>,
): Audit {
  let isHeld = false
  let isSound = true
  let owed: Owed | undefined
  let underWay: Promise<void> | undefined
  let failure: { readonly error: unknown } | undefined
  /** How often in a row each node told another storage: that it tells sound blocks meanwhile takes nothing off that. */
  const contradictions = new Map<Node, number>()

  const contradicted = (node: Node, contradiction: Contradiction): void => {
    const times = (contradictions.get(node) ?? 0) + 1
    contradictions.set(node, times)
    listener.troubled(new FalseAnswer(node.name, contradiction), node.name)
    if (times < CONTRADICTIONS_BELIEVED) nodes.contradicted(node, contradiction)
    else nodes.giveUp(node, new NodeContradictsItself(node.name, contradiction))
  }

  const held = (block: bigint, by: JournalsBy): void => {
    isHeld = true
    listener.journalsHeld?.(block, by)
  }

  const compare = async (node: Node, { block, journals }: Owed): Promise<boolean> => {
    try {
      const told = await askJournals(node, deployment, block, verify)
      const found = told.kind === 'unsettled' ? told : heldJournals(deployment, journals, told, block)
      if (found.kind === 'held') {
        contradictions.delete(node)
        held(block.number, found.by)
        return true
      }
      contradicted(node, found.contradiction)
    } catch (error) {
      // The next block's comparison speaks for this one too.
      if (error instanceof StateGone) return true
      if (error instanceof RetryError) nodes.failed(node, error)
      else if (error instanceof StopError) nodes.giveUp(node, error)
      else throw error
    }
    return false
  }

  const begin = async (node: Node, due: Owed): Promise<void> => {
    try {
      const found = await compare(node, due)
      // Taken back, or spoken for by a later comparison: what was found does not matter any more.
      if (owed === undefined) return
      isSound = found
      if (found && owed === due) owed = undefined
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
    settled: async (node) => {
      if (owed !== undefined) underWay ??= begin(node, owed)
      if (!isSound) await underWay
      if (failure === undefined) return isSound
      const { error } = failure
      failure = undefined
      throw error
    },
    forget: () => {
      isHeld = false
      isSound = true
      owed = undefined
    },
  }
}
