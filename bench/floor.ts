import { type Hex, hexToBytes } from 'viem'

// EIP-7623: a transaction costs its ordinary gas or the floor of its bytes, whichever is more.
const TRANSACTION = 21_000n
const ZERO_BYTE = 10n
const NONZERO_BYTE = 40n

/** The least that a transaction with this calldata can cost, whatever it executes. */
export function calldataFloor(calldata: Hex): bigint {
  const bytes = hexToBytes(calldata)
  const zeros = BigInt(bytes.reduce((count, byte) => count + (byte === 0 ? 1 : 0), 0))
  return TRANSACTION + zeros * ZERO_BYTE + (BigInt(bytes.length) - zeros) * NONZERO_BYTE
}
