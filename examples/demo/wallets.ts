import { toHex } from 'viem'
import { type LocalAccount, mnemonicToAccount, privateKeyToAccount } from 'viem/accounts'

/** Who takes part in the demo. Everyone signs with a key of their own, derived from one phrase that the local chain funds. */

export const DEMO_MNEMONIC = 'test test test test test test test test test test test junk'
export const PAYERS = 3

export interface Wallets {
  readonly deployer: LocalAccount
  readonly curator: LocalAccount
  readonly owner: LocalAccount
  readonly operator: LocalAccount
  readonly treasury: LocalAccount
  /** Owns the base model and earns its royalty. */
  readonly baseOwner: LocalAccount
  readonly payers: readonly LocalAccount[]
  readonly contributors: readonly LocalAccount[]
}

const NAMED = 6

export function walletCount(contributors: number): number {
  return NAMED + PAYERS + contributors
}

export function walletsOf(contributors: number): Wallets {
  const parent = mnemonicToAccount(DEMO_MNEMONIC, { path: "m/44'/60'/0'/0" }).getHdKey()
  const [deployer, curator, owner, operator, treasury, baseOwner, ...others] = Array.from(
    { length: walletCount(contributors) },
    (_, index): LocalAccount => {
      const { privateKey } = parent.deriveChild(index)
      if (privateKey === null) throw new Error('A key derived from a mnemonic can always sign')
      return privateKeyToAccount(toHex(privateKey))
    },
  )
  if (!deployer || !curator || !owner || !operator || !treasury || !baseOwner)
    throw new Error('The wallets is too small')
  const payers = others.slice(0, PAYERS)
  return { deployer, curator, owner, operator, treasury, baseOwner, payers, contributors: others.slice(PAYERS) }
}
