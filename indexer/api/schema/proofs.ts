import type { Hex } from 'viem'
import { orderedPath } from '../../../attribution/orderedMerkle.ts'
import type { JournaledName } from '../../../chain/events/contracts.ts'
import { bookKeyOf } from '../../../sdk/book.ts'
import { JOURNAL_SLOT, journalOf } from '../../../sdk/journal.ts'
import {
  bondSlot,
  bookSlot,
  chargeSlot,
  commitmentSlot,
  depositSlot,
  earningsSlot,
} from '../../../sdk/ledgerStorage.ts'
import type { Context } from '../query/context.ts'
import type { Row } from '../query/entity.ts'
import { recordTrees } from './recordTrees.ts'

/**
 * Proofs of facts: the path from a record to its batch's root, and the storage slots to ask any
 * node's `eth_getProof` for. The caller checks both against a block hash that it trusts:
 * sdk/storageProof.ts, sdk/provenRecord.ts.
 */

export const proofsSdl = `
"""
A storage slot. Ask any node eth_getProof(contract, [slot], block) and give the answer to proveStorage (sdk/storageProof.ts), with the stateRoot of a block whose
hash you trust (trustedBlock of sdk/blockHeader.ts checks the header): it returns what the slot holds, or says what does not hold. Neither this API nor the node is believed.
"""
type StorageSlot {
  "The contract’s address."
  contract: Bytes!
  "The slot."
  slot: Bytes!
}
"""
The way from a record to the commitment that the Ledger stores for its batch. proveRecorded (sdk/provenRecord.ts) goes all of it, from the record's bytes to a block hash that you
trust, and says whether the record stood then: give it the batch's header, the record and this path, all of one answer, and a node's eth_getProof of the slot below.
"""
type InclusionProof {
  "What stands in the record’s place: its recordHash, or keccak256(0x00 ‖ recordHash) once it is voided or set aside."
  leaf: Bytes!
  "Siblings on the way from the leaf to the root, hashed as (left ‖ right); place and count say on which levels there is none."
  path: [Bytes!]!
  "The root of the batch’s records as they stand."
  root: Bytes!
  "Holds keccak256(abi.encode(uint96 book, uint32 number, uint40 recordedIn, uint32 count, uint64 units, bytes32 root, bytes32 sumHash))."
  commitment: StorageSlot!
}
extend type Inference { "Shows that the Ledger recorded exactly this." proof: InclusionProof! }
extend type Batch { "Holds keccak256(abi.encode(uint96 book, uint32 number, uint40 recordedIn, uint32 count, uint64 units, bytes32 root, bytes32 sumHash))." commitment: StorageSlot! }
extend type Book { "Holds the book: closing (bit 201), settled (bit 200), closes at (40 bits), batches (32), cover in gwei (64), fee units (lowest 64)." storage: StorageSlot! }
extend type Channel {
  "Holds charged, covered and limit units (32 bits each) and the signer (lowest 160)."
  charge: StorageSlot!
  "Holds leaves at (40 bits), leaving, withdrawn and deposit in gwei (64 each, the deposit lowest)."
  deposit: StorageSlot!
}
extend type Bond { "Holds the bond in gwei: exposed, held, leaving and balance, 64 bits each, the balance lowest." storage: StorageSlot! }
extend type Account { "Holds the account’s earnings in gwei: claimed (64 bits) above earned (lowest 64)." earnings: StorageSlot! }
extend type Journal {
  "How many events the contract has emitted."
  count: UInt!
  "The rolling hash over them."
  head: Bytes!
  "Holds head and count."
  storage: StorageSlot!
}
`

type Resolver = (parent: Row, args: object, context: Context) => unknown

export const proofsResolvers: Readonly<Record<string, Record<string, Resolver>>> = {
  Inference: { proof: inclusionProof },
  Batch: { commitment: ({ id }, _, context) => slotIn(context, 'ledger', commitmentSlot(id as bigint)) },
  Book: { storage: ({ id }, _, context) => slotIn(context, 'ledger', bookSlot(bookKeyOf(id as bigint))) },
  Channel: {
    charge: ({ id }, _, context) => slotIn(context, 'channels', chargeSlot(id as Hex)),
    deposit: ({ id }, _, context) => slotIn(context, 'channels', depositSlot(id as Hex)),
  },
  Bond: { storage: ({ id }, _, context) => slotIn(context, 'bonds', bondSlot(id as bigint)) },
  Account: { earnings: ({ id }, _, context) => slotIn(context, 'earnings', earningsSlot(Number(id))) },
  Journal: {
    count: ({ slot }) => journalOf(slot as Hex).count,
    head: ({ slot }) => journalOf(slot as Hex).head,
    storage: ({ contract }, _, context) => slotIn(context, contract as JournaledName, JOURNAL_SLOT),
  },
}

async function inclusionProof({ at, batch, position }: Row, _: object, context: Context): Promise<unknown> {
  const { leaves, tree, root } = await recordTrees(context, at)(batch as bigint)
  const place = Number(position)
  return {
    leaf: leaves[place],
    path: orderedPath(tree, place).siblings,
    root,
    commitment: slotIn(context, 'ledger', commitmentSlot(batch as bigint)),
  }
}

function slotIn({ identity }: Context, contract: JournaledName, slot: Hex): { contract: Hex; slot: Hex } {
  return { contract: identity[contract], slot }
}
