// Challenges are committed to before they are made, so that nobody who sees one pending can take its bounty.
//
//   commitment = keccak256(abi.encode(sender, calldata)), whose first argument is a salt
//
// A commitment is made after what it strikes, is used from the second block after its own on, and expires within an hour.
// contracts/interfaces/ICommitments.sol.

import { type Address, encodeAbiParameters, type Hex, keccak256 } from 'viem'
import { type ContractCall, callTo } from './contractCall.ts'
import type { Contracts } from './contracts.ts'

/** Blocks between a commitment and its use. */
export const COMMIT_BLOCKS = 2n
/** Until when it can be used, in seconds from its block. */
export const COMMIT_SECONDS = 3_600n

const SENT = [{ type: 'address' }, { type: 'bytes' }] as const

export function challengeCommitment(sender: Address, { data }: Pick<ContractCall, 'data'>): Hex {
  return keccak256(encodeAbiParameters(SENT, [sender, data]))
}

/** Commits to a call of the Court or of UnitCourt. */
export function commitAct({ court, unitCourt }: Contracts, sender: Address, call: ContractCall): ContractCall {
  const commitment = challengeCommitment(sender, call)
  return call.contract === court.name
    ? callTo(court, 'commit', [commitment])
    : callTo(unitCourt, 'commit', [commitment])
}
