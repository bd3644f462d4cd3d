import type { Deployment } from '../../sdk/deployment.ts'
import { JOURNAL_SLOT, journalOf } from '../../sdk/journal.ts'
import { journaled } from '../decode/contracts.ts'
import type { Journals } from '../decode/journals.ts'
import type { Block } from '../store/schema.ts'
import type { Node } from './node.ts'
import type { Contradiction } from './step.ts'

/**
 * Holds the journals replayed from logs against the contracts' storage at `block`. A log that was dropped, invented, altered
 * or moved anywhere in the history up to there changes the hash.
 */
export async function verifyJournals(
  node: Node,
  deployment: Deployment,
  replayed: Journals,
  block: Block,
): Promise<Contradiction | undefined> {
  const asked = journaled.map((name) => ({ address: deployment.contracts[name], slot: JOURNAL_SLOT }))
  const stored = await node.slots(asked, block.hash)
  for (const [i, contract] of journaled.entries()) {
    const onChain = stored[i]
    if (onChain === undefined || onChain === replayed[contract]) continue
    const expected = journalOf(onChain)
    const found = journalOf(replayed[contract])
    return {
      what: `The logs of ${contract} do not add up to its journal`,
      facts: {
        contract: deployment.contracts[contract],
        block: block.number,
        eventsOnChain: BigInt(expected.count),
        eventsReceived: BigInt(found.count),
        headOnChain: expected.head,
        headReplayed: found.head,
      },
    }
  }
  return undefined
}
