import { holderOfBond } from '../../sdk/bond.ts'
import { bookKeyOf } from '../../sdk/book.ts'
import type { ChannelKey } from '../../sdk/channel.ts'

// The accounts of the books. A number has the letter of what it counts: A account, C channel's salt,
// B book, M model, O operator, P payer, U unit.

export const EARNINGS_HOLD = 'Assets:Earnings'
export const BONDS_HOLD = 'Assets:Bonds'
/** Slashed, and to be burnt by anyone. */
export const UNBURNT = 'Liabilities:Unburnt'
/** Fees of records that are set aside while an appeal is open. */
export const SET_ASIDE = 'Liabilities:SetAside'
/** OPEN that somebody sent to a contract without being asked for it: it belongs to nobody. */
export const STRAY = 'Equity:Stray'
/** OPEN that left a contract without an event that says why. */
export const UNEXPLAINED = 'Equity:Unexplained'

export type Role =
  | 'Contributor'
  | 'JointMember'
  | 'Operator'
  | 'Owner'
  | 'Royalty'
  | 'Treasury'
  /** What divisions and shares that nobody earns leave to the treasury. */
  | 'Rest'
  | 'Refund'
  | 'Bounty'
  | 'Claimed'

export function walletName(root: 'Assets' | 'Liabilities', operator: number, model: number): string {
  return `${root}:DepositWallets:O${operator}-M${model}`
}

export function channelName({ payer, operator, model, salt }: ChannelKey): string {
  return `Liabilities:Channels:P${payer}-O${operator}-M${model}-C${salt}`
}

export function bookName(book: bigint): string {
  const { model, operator, number } = bookKeyOf(book)
  return `Liabilities:Books:M${model}-O${operator}-B${number}`
}

export function earningsName(account: number): string {
  return `Liabilities:Earnings:A${account}`
}

export function jointName(model: number, unit: number): string {
  return `Liabilities:JointUnits:M${model}-U${unit}`
}

export function bondName(bond: bigint): string {
  const { kind, number } = holderOfBond(bond)
  return `Liabilities:Bonds:${kind === 'model' ? 'M' : 'A'}${number}`
}
