import type { Address, Hex } from 'viem'
import type { ContractCall } from '../../contractCall.ts'

/** One transaction, before anyone signs it. */
export interface PlannedTransaction {
  readonly call: ContractCall
  /** What it does, as a person would say it: "Deposit 10 OPEN into the bond of account 3". */
  readonly effect: string
  /** How many blocks must lie between it and the one before: an announced challenge waits for two. None if not given. */
  readonly afterBlocks?: number
}

/** All transactions that a command sends, in order. A dry run shows exactly these, and exactly these are sent. */
export interface Plan {
  /** What was asked for, the same each time that it is asked for: by this an interrupted command is found again. */
  readonly intent: string
  readonly transactions: readonly PlannedTransaction[]
  /** OPEN that leaves the sender, in wei; 0 if none does. */
  readonly spendsWei: bigint
}

/** A transaction to sign and send elsewhere: by a hardware wallet, a Safe, or any wallet that takes calldata. */
export interface UnsignedTransaction {
  readonly chainId: number
  readonly from: Address
  readonly to: Address
  readonly data: Hex
  readonly value: '0'
  readonly effect: string
  /** To be sent so many blocks after the one before it. */
  readonly afterBlocks?: number
}

export function unsignedOf({ transactions }: Plan, chainId: number, from: Address): readonly UnsignedTransaction[] {
  return transactions.map(({ call, effect, afterBlocks }) => ({
    chainId,
    from,
    to: call.to,
    data: call.data,
    value: '0',
    effect,
    ...(afterBlocks !== undefined && { afterBlocks }),
  }))
}
