/**
 * How much of what a node says is checked before it is stored. In every case blocks chain by their parent hashes, and the
 * contracts' journals are held against storage: by proof where headers are verified, else by the node's word.
 *
 * - `receipts`: headers hash to their block's hash, and logs are taken from receipts that hash to the header's receiptsRoot.
 * - `bloom`: headers hash as well; logs are asked for directly, and receipts only where the bloom filter speaks of others.
 * - `off`: logs are asked for directly.
 */
export const verifications = ['receipts', 'bloom', 'off'] as const
export type Verification = (typeof verifications)[number]

/** Why the facts of a stretch are taken to be complete: by receipts that hash to the headers, by bloom filters, or on a node's word. */
export type Verdict = 'receipts' | 'bloom' | 'told'

/**
 * How journals were held against storage: by proof, where the slots follow from the state root in the block's own header, or by
 * the node's word.
 */
export type JournalsBy = 'proof' | 'storage'
