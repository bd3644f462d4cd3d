// What a person signs (EIP-712) so that someone else may bring it and pay the gas. The words are those of
// contracts/interfaces/IDatasets.sol (`contributeBySig`) and ILedger.sol (`claimBySig`); the domain names one contract on one
// chain, and every nonce counts once, so that a signature is good for one act there and nowhere else.

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
  readonly itemsRoot: Hex
  readonly itemCount: number
  readonly nonce: bigint
  /** The last second of Unix time at which it may be brought. */
  readonly deadline: bigint
}

/** Signed by the payout address of `account`; `nonce` is what `Ledger.nonces` says of that address. */
export interface ClaimToSign {
  readonly account: number
  readonly to: Address
  readonly nonce: bigint
  /** The last second of Unix time at which it may be brought. */
  readonly deadline: bigint
}

const contributionTypes = {
  Contribution: [
    { name: 'contributor', type: 'uint32' },
    { name: 'dataset', type: 'uint32' },
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
    { name: 'nonce', type: 'uint256' },
    { name: 'deadline', type: 'uint256' },
  ],
} as const

/** What `Datasets.contributeBySig` wants signed, as wallets and viem take it. */
export function contributionTypedData(datasets: SigningPlace, message: ContributionToSign) {
  return {
    domain: domainOf('Datasets', datasets),
    types: contributionTypes,
    primaryType: 'Contribution',
    message,
  } as const
}

/** What `Ledger.claimBySig` wants signed, as wallets and viem take it. */
export function claimTypedData(ledger: SigningPlace, message: ClaimToSign) {
  return { domain: domainOf('Ledger', ledger), types: claimTypes, primaryType: 'Claim', message } as const
}

function domainOf(contract: 'Datasets' | 'Ledger', { chainId, address }: SigningPlace) {
  return { name: contract, version: '1', chainId, verifyingContract: address } as const satisfies TypedDataDomain
}
