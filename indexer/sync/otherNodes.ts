import type { Nodes, Overtaken } from '../../chain/node/nodes.ts'

/**
 * Asks the other nodes for a higher head in the background, so that a silent one delays no block.
 */
export interface OtherNodes {
  /** Begins to ask, unless it is asking already. `highest` is the head of the current node. */
  poll(highest: () => bigint): void
  /** Throws what an earlier poll failed with. */
  check(): void
}

export function otherNodes(nodes: Nodes, overtaken: (by: Overtaken) => void): OtherNodes {
  let isAsking = false
  let failure: { readonly error: unknown } | undefined
  const ask = async (highest: () => bigint): Promise<void> => {
    isAsking = true
    try {
      const by = await nodes.switchToHigher(highest)
      if (by !== undefined) overtaken(by)
    } catch (error) {
      failure = { error }
    } finally {
      isAsking = false
    }
  }
  return {
    poll: (highest) => {
      if (!isAsking) void ask(highest)
    },
    check: () => {
      if (failure !== undefined) throw failure.error
    },
  }
}
