import type { Address, Hex } from 'viem'
import type { Deployment } from '../../sdk/deployment.ts'
import { JOURNAL_SLOT, journalOf } from '../../sdk/journal.ts'
import { FalseProof, proveStorage } from '../../sdk/storageProof.ts'
import type { Contradiction } from '../contradiction.ts'
import { type Unsettled, unsettled } from '../contradiction.ts'
import { journaled } from '../events/contracts.ts'
import type { Journals } from '../events/journals.ts'
import type { Node } from '../node/node.ts'
import { MethodMissing, StateGone } from '../node/nodeError.ts'
import type { Header } from './header.ts'
import type { JournalsBy, Verification } from './verification.ts'

/** The journals in the contracts' storage just after a block, in the order of `journaled`. */
export interface JournalsTold {
  readonly kind: 'journalsTold'
  readonly by: JournalsBy
  readonly slots: readonly Hex[]
}

export interface JournalsHeld {
  readonly kind: 'held'
  readonly by: JournalsBy
}

/** Nodes that prune keep the state of at least so many blocks below their head. */
const STATE_KEPT = 64n

/**
 * While blocks come one by one they are compared at every so many: well before they lie so deep that they count as final. Some
 * nodes build the whole state's trie anew for each proof, anvil in 5 ms for a thousand accounts, and no block is to wait for that.
 */
const BLOCKS_A_CHECKPOINT = 32n

/** Whether every node still has the state just after a block. */
export function isStateKept(block: bigint, nodeHead: bigint): boolean {
  return block + STATE_KEPT >= nodeHead
}

/**
 * Whether the journals are to be compared after the blocks from `first` to `last`. They add up: where receipts prove each stretch,
 * one comparison near the head speaks for the whole history before it, and goes on speaking for that very block once it is final.
 */
export function isCheckpoint(verify: Verification, first: bigint, last: bigint, nodeHead: bigint): boolean {
  if (verify !== 'receipts') return true
  return isStateKept(last, nodeHead) && (first < last || last % BLOCKS_A_CHECKPOINT === 0n)
}

/** Asks for the journals in storage just after `block`, all at once, and believes the node in nothing as long as it serves proofs. */
export async function askJournals(
  node: Node,
  deployment: Deployment,
  block: Header,
  verify: Verification,
): Promise<JournalsTold | Unsettled> {
  const addresses = journaled.map((name) => deployment.contracts[name])
  // Against a header that is believed, a proof proves nothing.
  if (verify === 'off') return await journalsBelieved(node, addresses, block)
  try {
    const proofs = await Promise.all(addresses.map((address) => node.proof(address, [JOURNAL_SLOT], block)))
    const proven = proofs.map((proof, i) =>
      proveStorage(block.stateRoot, addresses[i] as Address, [JOURNAL_SLOT], proof),
    )
    return { kind: 'journalsTold', by: 'proof', slots: proven.map(({ values }) => values[0] as Hex) }
  } catch (error) {
    if (error instanceof FalseProof) return unsettled(falseProof(error, block))
    // Some nodes prove fewer blocks than they have the storage of: reth, unless told otherwise, its newest alone.
    const isUnproven = error instanceof MethodMissing || error instanceof StateGone
    if (isUnproven) return await journalsBelieved(node, addresses, block)
    throw error
  }
}

/**
 * Holds the journals replayed from logs against those in storage. A log that was dropped, invented, altered or moved anywhere in
 * the history up to `block` changes them.
 */
export function heldJournals(
  deployment: Deployment,
  replayed: Journals,
  { by, slots }: JournalsTold,
  block: Pick<Header, 'number'>,
): JournalsHeld | Unsettled {
  for (const [i, contract] of journaled.entries()) {
    const onChain = slots[i] as Hex
    if (onChain === replayed[contract]) continue
    const expected = journalOf(onChain)
    const found = journalOf(replayed[contract])
    return unsettled({
      what: `The logs of ${contract} do not add up to its journal`,
      facts: {
        contract: deployment.contracts[contract],
        block: block.number,
        eventsOnChain: BigInt(expected.count),
        eventsReceived: BigInt(found.count),
        headOnChain: expected.head,
        headReplayed: found.head,
      },
    })
  }
  return { kind: 'held', by }
}

async function journalsBelieved(node: Node, addresses: readonly Address[], block: Header): Promise<JournalsTold> {
  const asked = addresses.map((address) => ({ address, slot: JOURNAL_SLOT }))
  return { kind: 'journalsTold', by: 'storage', slots: await node.slots(asked, block.hash) }
}

function falseProof({ message, facts: { address, ...facts } }: FalseProof, block: Header): Contradiction {
  return { what: message, facts: { contract: address, block: block.number, ...facts } }
}
