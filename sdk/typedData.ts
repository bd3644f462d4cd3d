// What a person or a key signs (EIP-712). The domain names product, edition, chain and one contract, so that a signature is good
// there and nowhere else. docs/protocol.md, "Signatures".

import type { Address, Hex, TypedDataDomain } from 'viem'

/** One contract that takes signatures. */
export interface SigningPlace {
  readonly chainId: number
  readonly address: Address
}

/** Signed by the payout address of `contributor`; `nonce` is what `Datasets.nonces` says of that address. */
export interface ContributionToSign {
  readonly contributor: number
  readonly dataset: number
  /** Of the terms that the contributor agrees to. */
  readonly termsHash: Hex
  readonly itemsRoot: Hex
  readonly itemCount: number
  readonly nonce: bigint
  /** The last second of Unix time at which it may be brought. */
  readonly deadline: bigint
}

/** Signed by the payout address of `account`; `nonce` is what `Earnings.nonces` says of that address. */
export interface ClaimToSign {
  readonly account: number
  readonly to: Address
  /** The least that the claim may bring. */
  readonly minGwei: bigint
  readonly nonce: bigint
  /** The last second of Unix time at which it may be brought. */
  readonly deadline: bigint
}

/** Signed by a channel's signer. */
export interface VoucherToSign {
  readonly channelId: Hex
  /** All that may ever be charged, in wei of OPEN. */
  readonly maxClaimableAmount: bigint
}

/** Signed by an operator's receipt key. */
export interface ReceiptToSign {
  readonly model: number
  /** The id of the channel that pays. */
  readonly channel: Hex
  /** The leaf of the record that will be. */
  readonly recordHash: Hex
  /** Until when it will be recorded, in Unix time. */
  readonly recordBy: bigint
}

const contributionTypes = {
  Contribution: [
    { name: 'contributor', type: 'uint32' },
    { name: 'dataset', type: 'uint32' },
    { name: 'termsHash', type: 'bytes32' },
    { name: 'itemsRoot', type: 'bytes32' },
    { name: 'itemCount', type: 'uint32' },
    { name: 'nonce', type: 'uint256' },
    { name: 'deadline', type: 'uint256' },
  ],
} as const

const claimTypes = {
  Claim: [
    { name: 'account', type: 'uint32' },
    { name: 'to', type: 'address' },
    { name: 'minGwei', type: 'uint64' },
    { name: 'nonce', type: 'uint256' },
    { name: 'deadline', type: 'uint256' },
  ],
} as const

const voucherTypes = {
  Voucher: [
    { name: 'channelId', type: 'bytes32' },
    { name: 'maxClaimableAmount', type: 'uint128' },
  ],
} as const

const receiptTypes = {
  Receipt: [
    { name: 'model', type: 'uint32' },
    { name: 'channel', type: 'bytes32' },
    { name: 'recordHash', type: 'bytes32' },
    { name: 'recordBy', type: 'uint64' },
  ],
} as const

/** What `Datasets.contributeBySig` wants signed, as wallets and viem take it. */
export function contributionTypedData(datasets: SigningPlace, message: ContributionToSign) {
  return { domain: domainOf(datasets), types: contributionTypes, primaryType: 'Contribution', message } as const
}

/** What `Earnings.claimBySig` wants signed, as wallets and viem take it. */
export function claimTypedData(earnings: SigningPlace, message: ClaimToSign) {
  return { domain: domainOf(earnings), types: claimTypes, primaryType: 'Claim', message } as const
}

/** What `Channels.present` and batches want signed. */
export function voucherTypedData(channels: SigningPlace, message: VoucherToSign) {
  return { domain: domainOf(channels), types: voucherTypes, primaryType: 'Voucher', message } as const
}

/** What the Court holds an operator to. */
export function receiptTypedData(court: SigningPlace, message: ReceiptToSign) {
  return { domain: domainOf(court), types: receiptTypes, primaryType: 'Receipt', message } as const
}

function domainOf({ chainId, address }: SigningPlace) {
  return {
    name: 'Attribution Ledger',
    version: '2',
    chainId,
    verifyingContract: address,
  } as const satisfies TypedDataDomain
}
