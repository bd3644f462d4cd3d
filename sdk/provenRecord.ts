// A record by proof: from the hash of a block that a wallet trusts down to the bytes of one inference.
//
//   block hash ─ header → stateRoot ─ account proof → storageHash ─ storage proof → commitment ─ header of the batch → root
//   root ─ path, by place and count → leaf = keccak256(channel ‖ fee ‖ commitment ‖ query sketch), or its voided twin

import type { Address, Hex } from 'viem'
import type { TrustedBlock } from './blockHeader.ts'
import { StopError } from './errors.ts'
import { commitmentSlot } from './ledgerStorage.ts'
import { type RecordProof, standingOf } from './recordProof.ts'
import { proveStorage, type StorageProof } from './storageProof.ts'

/** The slot of the Ledger to give `eth_getProof`. */
export function slotsOfRecord({ header: { batch } }: RecordProof): readonly [Hex] {
  return [commitmentSlot(batch)]
}

/**
 * Shows that the Ledger had recorded exactly this when `block` was made, and whether it stood then or had been voided or set aside. `storage`
 * is any node's answer to eth_getProof(ledger, slotsOfRecord(proof), block). Throws where anything does not lead to the next.
 */
export function proveRecorded(
  block: TrustedBlock,
  ledger: Address,
  proof: RecordProof,
  storage: StorageProof,
): { readonly stands: boolean } {
  const [commitment] = proveStorage(block.stateRoot, ledger, slotsOfRecord(proof), storage).values
  if (commitment === undefined) throw new Error('A proof of a slot gives a value')
  const standing = standingOf(proof, commitment)
  if (standing !== 'not recorded') return { stands: standing === 'stands' }
  throw new StopError(
    `The Ledger did not record this as record ${proof.index} of batch ${proof.header.batch}`,
    { ledger, block: block.number, commitment },
    'Take record, path and batch from one answer of an indexer, of the same block: voiding a record of the batch changes its path.',
  )
}
