import {
  type Address,
  getAddress,
  type Hex,
  hexToBigInt,
  hexToNumber,
  parseEventLogs,
  sliceHex,
  type TransactionReceipt,
} from 'viem'
import type { Contracts } from '../../../sdk/contracts.ts'

export interface Claimed {
  readonly account: number
  readonly to: Address
  readonly amountGwei: bigint
}

/** account uint32 ‖ payout address ‖ gwei uint64: IEarnings.sol, `RewardsClaimed`. */
const CLAIM_BYTES = 32

/** Who was paid how much, and where, by the events of a claim. */
export function claimedIn(receipts: readonly TransactionReceipt[], { earnings }: Contracts): readonly Claimed[] {
  const logs = receipts.flatMap((receipt) => receipt.logs)
  const own = logs.filter(({ address }) => address.toLowerCase() === earnings.address.toLowerCase())
  return parseEventLogs({ abi: earnings.abi, logs: own, eventName: ['RewardClaimed', 'RewardsClaimed'] }).flatMap(
    (event) => (event.eventName === 'RewardClaimed' ? [event.args] : unpacked(event.args.claims)),
  )
}

function unpacked(claims: Hex): readonly Claimed[] {
  const count = (claims.length - 2) / 2 / CLAIM_BYTES
  return Array.from({ length: count }, (_, i) => {
    const at = i * CLAIM_BYTES
    return {
      account: hexToNumber(sliceHex(claims, at, at + 4)),
      to: getAddress(sliceHex(claims, at + 4, at + 24)),
      amountGwei: hexToBigInt(sliceHex(claims, at + 24, at + 32)),
    }
  })
}
