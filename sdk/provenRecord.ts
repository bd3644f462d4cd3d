// A record by proof: from the hash of a block that a wallet trusts down to the bytes of one inference.
//
//   block hash ─ header → stateRoot ─ account proof → storageHash ─ storage proof → commitment ─ header of the batch → root
//   root ─ path → leaf = keccak256(uint256 index ‖ keccak256(record))

import type { Address } from 'viem'
import type { TrustedBlock } from './blockHeader.ts'
import { StopError } from './errors.ts'
import { commitmentSlot, isVoidedIn, voidedSlot } from './ledgerStorage.ts'
import { isRecorded, type RecordProof } from './recordProof.ts'
import { proveStorage, type StorageProof } from './storageProof.ts'

/** The slots of the Ledger to give `eth_getProof`, in this order. */
export function slotsOfRecord({ header: { batch }, index }: RecordProof): readonly [`0x${string}`, `0x${string}`] {
  return [commitmentSlot(batch), voidedSlot(batch, index)]
}

/**
 * Shows that the Ledger had recorded exactly this when `block` was made, and whether it stood then or had been voided. `storage`
 * is any node's answer to eth_getProof(ledger, slotsOfRecord(proof), block). Throws where anything does not lead to the next.
 */
export function proveRecorded(
  block: TrustedBlock,
  ledger: Address,
  proof: RecordProof,
  storage: StorageProof,
): { readonly stands: boolean } {
  const { values } = proveStorage(block.stateRoot, ledger, slotsOfRecord(proof), storage)
  const [commitment, voided] = values
  if (commitment === undefined || voided === undefined) throw new Error('A proof of two slots gives two values')
  if (isRecorded(proof, commitment)) return { stands: !isVoidedIn(voided, proof.index) }
  throw new StopError(
    `The Ledger did not record this as record ${proof.index} of batch ${proof.header.batch}`,
    { ledger, block: block.number, commitment },
    'Take record, path and batch from one answer of an indexer, and a block that is not older than the batch.',
  )
}
