import type { Hex } from 'viem'
import { type RecordPath, recordPaths } from '../../../sdk/batch.ts'
import { JOURNAL_SLOT, journalOf } from '../../../sdk/journal.ts'
import { bondSlot, commitmentSlot, earningsSlot, voidedSlot } from '../../../sdk/ledgerStorage.ts'
import type { JournaledName } from '../../decode/contracts.ts'
import { batched } from '../query/batched.ts'
import type { Context } from '../query/context.ts'
import type { Row } from '../query/entity.ts'

/**
 * How a fact is shown to be the chain's own: the way from a record to its batch's root, and the storage slots to ask any node's
 * `eth_getProof` for. The caller checks both against a block hash that it trusts: sdk/storageProof.ts, sdk/provenRecord.ts.
 */

export const proofsSdl = `
"""
A storage slot. Ask any node eth_getProof(contract, [slot], block) and give the answer to proveStorage (sdk/storageProof.ts), with the stateRoot of a block whose
hash you trust (trustedBlock of sdk/blockHeader.ts checks the header): it returns what the slot holds, or says what does not hold. Neither this API nor the node is believed.
"""
type StorageSlot {
  contract: Bytes!
  slot: Bytes!
}
"""
The way from a record to the commitment that the Ledger stores for its batch. proveRecorded (sdk/provenRecord.ts) goes all of it, from the record's bytes to a block hash that you
trust, and says whether the record stood: give it path, record and recordedBatch, and a node's eth_getProof of both slots below.
"""
type InclusionProof {
  "keccak256(uint256 position ‖ recordHash)."
  leaf: Bytes!
  "Siblings on the way from the leaf to the root, hashed as sorted pairs."
  path: [Bytes!]!
  root: Bytes!
  "Holds keccak256(abi.encode(uint32 model, uint32 operator, uint32 epoch, uint256 count, uint16 treasuryBps, bytes32 root))."
  commitment: StorageSlot!
  "Bit position mod 256 of it says whether the record was voided."
  voided: StorageSlot!
}
extend type Inference { "Shows that the Ledger recorded exactly this." proof: InclusionProof! }
extend type Batch { "Holds keccak256(abi.encode(uint32 model, uint32 operator, uint32 epoch, uint256 count, uint16 treasuryBps, bytes32 root))." commitment: StorageSlot! }
extend type Bond { "Holds the bond: stopped (highest bit), epoch (32 bits), newer and older fees (64 each), balance (lowest 64)." storage: StorageSlot! }
extend type Account { "Holds the account’s earnings: epoch (32 bits), newer, older and matured (64 each)." earnings: StorageSlot! }
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
  Batch: { commitment: ({ id }, _, context) => inLedger(context, commitmentSlot(id as bigint)) },
  Bond: { storage: ({ id }, _, context) => inLedger(context, bondSlot(id as bigint)) },
  Account: { earnings: ({ id }, _, context) => inLedger(context, earningsSlot(id as bigint)) },
  Journal: {
    count: ({ slot }) => journalOf(slot as Hex).count,
    head: ({ slot }) => journalOf(slot as Hex).head,
    storage: ({ contract }, _, { identity }) => ({
      contract: identity[contract as JournaledName],
      slot: JOURNAL_SLOT,
    }),
  },
}

async function inclusionProof(inference: Row, _: object, context: Context): Promise<unknown> {
  const batch = inference.batch as bigint
  const pathAt = await recordPathsOf(context)(batch)
  const proof = pathAt(Number(inference.position))
  return {
    ...proof,
    commitment: inLedger(context, commitmentSlot(batch)),
    voided: inLedger(context, voidedSlot(batch, inference.position as bigint)),
  }
}

/** The trees over whole batches, all that one request needs asked for at once, and each hashed once. */
function recordPathsOf(context: Context): (batch: bigint) => Promise<(position: number) => RecordPath> {
  return context.once('record paths', () =>
    batched(async (batches) => {
      const rows = await context.db
        .selectFrom('inference')
        .select(['batch', 'recordHash'])
        .where('batch', 'in', [...new Set(batches)])
        .orderBy('batch')
        .orderBy('position')
        .execute()
      const paths = new Map(
        Map.groupBy(rows, ({ batch }) => batch)
          .entries()
          .map(([batch, found]) => [batch, recordPaths(found.map(({ recordHash }) => recordHash))]),
      )
      return (batch) => paths.get(batch) ?? recordPaths([])
    }),
  )
}

function inLedger({ identity }: Context, slot: Hex): { contract: Hex; slot: Hex } {
  return { contract: identity.ledger, slot }
}
