// Vouchers: how much a payer lets an operator charge its channel, ever. Cumulative: the largest one counts, and covers whole fee units.
//
//   Voucher(bytes32 channelId, uint128 maxClaimableAmount)      EIP-712, in wei of OPEN, signed by the channel's plain key
//   in a batch: channel index uint8 ‖ maxClaimableAmount uint128 ‖ r bytes32 ‖ vs bytes32             81 bytes, EIP-2098
//
// contracts/Channels.sol.

import {
  type Address,
  bytesToHex,
  compactSignatureToSignature,
  concatBytes,
  type Hex,
  hexToBytes,
  numberToBytes,
  parseSignature,
  recoverTypedDataAddress,
  type SignTypedDataReturnType,
  serializeSignature,
  signatureToCompactSignature,
} from 'viem'
import type { LocalAccount } from 'viem/accounts'
import { bytes32 } from '../attribution/bytes32.ts'
import { StopError } from './errors.ts'
import { type SigningPlace, type VoucherToSign, voucherTypedData } from './typedData.ts'
import { WEI_PER_GWEI } from './units.ts'

/** r and s of 65 bytes in 64: the parity of y is the highest bit of s. */
export interface CompactSignature {
  readonly r: Hex
  readonly vs: Hex
}

/** A voucher as its payer hands it over: x402 clients give a signature of 65 bytes. */
export interface Voucher extends VoucherToSign {
  readonly signature: Hex
}

/** A voucher that a batch presents, for one of its channels. */
export interface PresentedVoucher {
  readonly channel: number
  readonly maxClaimableAmount: bigint
  readonly signature: Hex
}

const UINT128 = 1n << 128n
const PRESENTED_BYTES = 81

export async function signVoucher(
  channels: SigningPlace,
  signer: Pick<LocalAccount, 'signTypedData'>,
  message: VoucherToSign,
): Promise<Voucher> {
  const signature: SignTypedDataReturnType = await signer.signTypedData(voucherTypedData(channels, message))
  return { ...message, signature }
}

/** Whom the contract will find to have signed a voucher for this chain and contract; undefined where the signature is none. */
export async function signerOfVoucher(channels: SigningPlace, voucher: Voucher): Promise<Address | undefined> {
  try {
    const { channelId, maxClaimableAmount } = voucher
    const { r, vs } = compactSignature(voucher.signature)
    // By way of the compact form, in which a signature with a high s is another one.
    const signature = serializeSignature(compactSignatureToSignature({ r, yParityAndS: vs }))
    return await recoverTypedDataAddress({
      ...voucherTypedData(channels, { channelId, maxClaimableAmount }),
      signature,
    })
  } catch {
    return undefined
  }
}

/** What a voucher covers, in whole fee units, rounded down. */
export function coveredUnitsOf(maxClaimableAmount: bigint, feeUnitGwei: bigint): bigint {
  return maxClaimableAmount / (WEI_PER_GWEI * feeUnitGwei)
}

/** The least voucher that covers so many fee units. */
export function amountCovering(feeUnits: bigint, feeUnitGwei: bigint): bigint {
  return feeUnits * feeUnitGwei * WEI_PER_GWEI
}

/** A signature of 64 or 65 bytes as our contracts take it. */
export function compactSignature(signature: Hex): CompactSignature {
  const bytes = hexToBytes(signature)
  if (bytes.length === 64) {
    return { r: `0x${signature.slice(2, 66)}`, vs: `0x${signature.slice(66)}` }
  }
  if (bytes.length === 65) {
    const { r, yParityAndS } = signatureToCompactSignature(parseSignature(signature))
    return { r, vs: yParityAndS }
  }
  throw new StopError(
    `A signature of ${bytes.length} bytes is malformed`,
    { length: bytes.length },
    'Signatures of plain keys have 65 bytes, or 64 in the compact form.',
  )
}

/** Vouchers as `Ledger.recordBatch` takes them. */
export function encodeVouchers(vouchers: readonly PresentedVoucher[]): Uint8Array {
  return concatBytes(
    vouchers.map(({ channel, maxClaimableAmount, signature }) => {
      if (maxClaimableAmount < 0n || maxClaimableAmount >= UINT128) {
        throw new StopError(`A voucher cannot be for ${maxClaimableAmount} wei`, {}, 'Amounts have 128 bits.')
      }
      const { r, vs } = compactSignature(signature)
      const amount = numberToBytes(maxClaimableAmount, { size: 16 })
      return concatBytes([Uint8Array.of(channel), amount, bytes32(r), bytes32(vs)])
    }),
  )
}

/** Vouchers as a batch's calldata holds them, each with its signature in the compact form of 64 bytes. */
export function decodeVouchers(bytes: Uint8Array): readonly PresentedVoucher[] {
  if (bytes.length % PRESENTED_BYTES !== 0) {
    throw new StopError(
      `${bytes.length} bytes are no vouchers of ${PRESENTED_BYTES} bytes each`,
      { length: bytes.length },
      'Take them from one batch, whole.',
    )
  }
  return Array.from({ length: bytes.length / PRESENTED_BYTES }, (_, i) => {
    const one = bytes.subarray(i * PRESENTED_BYTES, (i + 1) * PRESENTED_BYTES)
    return {
      channel: one[0] as number,
      maxClaimableAmount: BigInt(bytesToHex(one.subarray(1, 17))),
      signature: bytesToHex(one.subarray(17)),
    }
  })
}
