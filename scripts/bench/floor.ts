import { hexToBytes, type Hex } from 'viem'

/** What a transaction's bytes cost by themselves (EIP-2028, EIP-7623): its gas is the larger of base + execution and the floor. */
const TRANSACTION = 21_000n

/** The least that a transaction with this calldata can cost, whatever it executes. */
export function calldataFloor(calldata: Hex): bigint {
  return TRANSACTION + priced(calldata, 10n, 40n)
}

/** What its calldata costs beside execution. */
export function calldataBase(calldata: Hex): bigint {
  return TRANSACTION + priced(calldata, 4n, 16n)
}

function priced(calldata: Hex, zero: bigint, nonzero: bigint): bigint {
  const bytes = hexToBytes(calldata)
  const zeros = BigInt(bytes.reduce((count, byte) => count + (byte === 0 ? 1 : 0), 0))
  return zeros * zero + (BigInt(bytes.length) - zeros) * nonzero
}
