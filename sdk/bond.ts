// Bonds by number: an account's own is named by its number, a model's by 2^32 + its number. contracts/types/Ids.sol.

const MODELS = 1n << 32n

export function bondOfAccount(account: number): bigint {
  return BigInt(account)
}

export function bondOfModel(model: number): bigint {
  return MODELS | BigInt(model)
}

/** Whose bond a number names. */
export function holderOfBond(bond: bigint): { readonly kind: 'account' | 'model'; readonly number: number } {
  return { kind: bond < MODELS ? 'account' : 'model', number: Number(bond % MODELS) }
}
