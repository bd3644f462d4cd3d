import { type Address, keccak256 } from 'viem'

/** How much is signed for a question, in fee units of the model. Vouchers are cumulative: the largest one counts. */

/** What this browser remembers of a channel. */
export interface Tally {
  /** The largest voucher that was handed over. */
  readonly signedUnits: number
  /** Charged by all receipts that came. */
  readonly servedUnits: number
}

interface OnChain {
  readonly coveredUnits: number
  readonly chargedUnits: number
}

/** All that was charged on the channel, recorded or not. */
export function spentUnits({ chargedUnits }: OnChain, { servedUnits }: Tally): number {
  return Math.max(chargedUnits, servedUnits)
}

/** The least voucher that pays a call: it covers what was served before, and is larger than any that a batch may have published. */
export function nextVoucher(channel: OnChain, tally: Tally, mostUnits: number): number {
  const published = Math.max(channel.coveredUnits, tally.signedUnits)
  return Math.max(spentUnits(channel, tally) + mostUnits, published + 1)
}

/** The salt of an address's own channel here, which no channel that its holder opens by command is likely to have. */
export function saltOf(address: Address): number {
  return Number(BigInt(keccak256(address)) & 0xffff_ffffn) || 1
}

/** Amounts in whole fee units, rounded up. */
export function unitsCovering(amount: bigint, unit: bigint): number {
  return Number((amount + unit - 1n) / unit)
}
