/**
 * How a node's answers are checked before they are stored. In every case blocks chain by their
 * parent hashes, and the contracts' journals are compared with storage: by proof where headers are
 * verified, else by the node's word.
 *
 * - `receipts`: headers hash to their block's hash, and logs come from receipts that hash to the
 *   header's receiptsRoot.
 * - `bloom`: headers are hashed too; logs come from `eth_getLogs`, and receipts only where the
 *   bloom filter disagrees.
 * - `off`: logs come from `eth_getLogs`.
 */
export const verifications = ['receipts', 'bloom', 'off'] as const
export type Verification = (typeof verifications)[number]

/**
 * Why a stretch's facts count as complete: by receipts that hash to the headers, by bloom filters,
 * or by a node's word.
 */
export type Verdict = 'receipts' | 'bloom' | 'told'

/**
 * How journals were compared with storage: by proof against the state root in the block's header,
 * or by the node's word.
 */
export type JournalsBy = 'proof' | 'storage'
