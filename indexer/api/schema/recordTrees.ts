import type { Hex } from 'viem'
import { type MerkleTree, rootOf } from '../../../attribution/merkle.ts'
import { orderedTree } from '../../../attribution/orderedMerkle.ts'
import { voidedLeaf } from '../../../sdk/record.ts'
import type { AsOf } from '../query/asOf.ts'
import { batched } from '../query/batched.ts'
import type { Context } from '../query/context.ts'

/** A batch's records as the Ledger commits to them. */
export interface RecordTree {
  readonly leaves: readonly Hex[]
  readonly tree: MerkleTree
  readonly root: Hex
}

/**
 * The record trees of batches as of a block: loaded together for a request, and each hashed once.
 */
export function recordTrees(context: Context, at: AsOf): (batch: bigint) => Promise<RecordTree> {
  return context.once(`record trees ${at.block}`, () =>
    batched(async (batches) => {
      const asked = [...new Set(batches)]
      const { db } = context
      const records = await db
        .selectFrom('inference')
        .select(['batch', 'recordHash'])
        .where('batch', 'in', asked)
        .orderBy('batch')
        .orderBy('position')
        .execute()
      const voided = await db
        .selectFrom('recordVoided')
        .select(['batch', 'position'])
        .where('batch', 'in', asked)
        .where('block', '<=', at.block)
        .execute()
      const gone = new Set(voided.map(({ batch, position }) => `${batch} ${position}`))
      const leavesOf = Map.groupBy(records, ({ batch }) => batch)
      const trees = new Map(
        asked.map((batch) => {
          const leaves = (leavesOf.get(batch) ?? []).map(({ recordHash }, i) =>
            gone.has(`${batch} ${i}`) ? voidedLeaf(recordHash) : recordHash,
          )
          const tree = orderedTree(leaves)
          return [batch, { leaves, tree, root: rootOf(tree) }] as const
        }),
      )
      return (batch) => trees.get(batch) as RecordTree
    }),
  )
}
