/** What no audit of a chain can check, and what it takes for given. */
export const trusted: readonly string[] = [
  'That the audited block is on the chain that everybody means: take its hash from a source of your own, and give it with --trust.',
  'That keccak256 and the chain’s consensus hold.',
  'That query sketches were taken from the requests that were served: records commit to them, and receipts, appeals and bonds make lies costly.',
  'That gradients are those of the run and of the base model that it names: they are a GPU’s floats, to be taken again within a tolerance (docs/gpu.md).',
  'That contributors had the right to what they contributed: only hashes of it are on chain.',
  'Signatures of receipts, claims and contributions were checked by the contracts’ code as deployed, and are not checked again here; those of contract wallets (EIP-1271) cannot be, at a past block, but by that code.',
  'Hidden commitments to challenges (committedAt) and unfinished readings of units leave no event when they end, so their slots are not compared.',
]
