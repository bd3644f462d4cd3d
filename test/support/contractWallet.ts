import type { Address, Hex } from 'viem'

/**
 * Code of a contract wallet as small as can be: it says by ERC-1271 that what its owner signed is signed by it, as a Safe with one
 * owner does.
 *
 *   isValidSignature(bytes32 digest, bytes signature of r, s, v): ecrecover(digest, v, r, s) == owner ? 0x1626ba7e : 0
 */
export function contractWalletCode(owner: Address): Hex {
  const memory = ['6004356000', '52', '60a43560f81c6020', '52', '6064356040', '52', '6084356060', '52']
  const recovered = ['6020600060806000', '6001', '5afa50', '600051']
  const isOwner = ['73', owner.slice(2).toLowerCase(), '14']
  const answer = ['631626ba7e60e01b', '02', '600052', '60206000f3']
  return `0x${[memory, recovered, isOwner, answer].flat().join('')}`
}
