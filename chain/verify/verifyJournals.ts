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

/** The journals in the contracts' storage after a block, in the order of `journaled`. */
export interface StoredJournals {
  readonly kind: 'storedJournals'
  readonly by: JournalsBy
  readonly slots: readonly Hex[]
}

export interface JournalsMatch {
  readonly kind: 'match'
  readonly by: JournalsBy
}

/** Pruning nodes keep the state of at least this many blocks below their head. */
const STATE_KEPT = 64n

/**
 * At the head, journals are compared at every 32nd block: well before a block counts as final. Some
 * nodes rebuild the state trie for each proof (anvil: 5 ms for a thousand accounts), and no block
 * should wait for that.
 */
const BLOCKS_A_CHECKPOINT = 32n

/** Whether every node still has the state after a block. */
export function isStateKept(block: bigint, nodeHead: bigint): boolean {
  return block + STATE_KEPT >= nodeHead
}

/**
 * Whether to compare the journals after the blocks from `first` to `last`. Journals accumulate:
 * where receipts prove each stretch, one comparison near the head covers the whole history before
 * it.
 */
export function isCheckpoint(verify: Verification, first: bigint, last: bigint, nodeHead: bigint): boolean {
  if (verify !== 'receipts') return true
  return isStateKept(last, nodeHead) && (first < last || last % BLOCKS_A_CHECKPOINT === 0n)
}

/**
 * Reads the journals in storage after `block`, all at once: by proof where the node serves proofs,
 * else by its word.
 */
export async function readJournals(
  node: Node,
  deployment: Deployment,
  block: Header,
  verify: Verification,
): Promise<StoredJournals | Unsettled> {
  const addresses = journaled.map((name) => deployment.contracts[name])
  // Against an unverified header, a proof proves nothing.
  if (verify === 'off') return await unprovenJournals(node, addresses, block)
  try {
    const proofs = await Promise.all(addresses.map((address) => node.proof(address, [JOURNAL_SLOT], block)))
    const proven = proofs.map((proof, i) =>
      proveStorage(block.stateRoot, addresses[i] as Address, [JOURNAL_SLOT], proof),
    )
    return { kind: 'storedJournals', by: 'proof', slots: proven.map(({ values }) => values[0] as Hex) }
  } catch (error) {
    if (error instanceof FalseProof) return unsettled(falseProof(error, block))
    // Some nodes prove fewer blocks than they have storage for: reth by default only the newest.
    const isUnproven = error instanceof MethodMissing || error instanceof StateGone
    if (isUnproven) return await unprovenJournals(node, addresses, block)
    throw error
  }
}

/**
 * Compares the journals replayed from logs with those in storage. A log that was dropped, invented,
 * altered or moved anywhere up to `block` changes them.
 */
export function compareJournals(
  deployment: Deployment,
  replayed: Journals,
  { by, slots }: StoredJournals,
  block: Pick<Header, 'number'>,
): JournalsMatch | Unsettled {
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
  return { kind: 'match', by }
}

async function unprovenJournals(node: Node, addresses: readonly Address[], block: Header): Promise<StoredJournals> {
  const asked = addresses.map((address) => ({ address, slot: JOURNAL_SLOT }))
  return { kind: 'storedJournals', by: 'storage', slots: await node.slots(asked, block) }
}

function falseProof({ message, facts: { address, ...facts } }: FalseProof, block: Header): Contradiction {
  return { what: message, facts: { contract: address, block: block.number, ...facts } }
}
