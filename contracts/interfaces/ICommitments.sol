// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IJournal} from "./IJournal.sol";

/// @title Commitments
/// @notice Challenges are committed to before they are made, so that nobody who sees one pending can take its bounty. A commitment is made
/// after what it strikes, `COMMIT_BLOCKS` at least before it is used, and expires after an hour: nobody keeps one ready for a lie of
/// its own.
interface ICommitments is IJournal {
    event ChallengeCommitted(bytes32 indexed commitment);

    error Commitments_AlreadyCommitted(bytes32 commitment, uint64 blockNumber);
    error Commitments_NotCommitted(bytes32 commitment);
    error Commitments_TooSoon(uint256 blockNumber, uint256 openFrom);
    error Commitments_Expired(uint40 expiredAt, uint256 timestamp);
    error Commitments_BeforeItsSubject(uint64 blockNumber, uint40 recordedIn);

    /// @notice Commits to a challenge without telling it.
    /// @param commitment `keccak256(abi.encode(sender, calldata))` of the call that will follow; its first argument is a salt.
    function commit(bytes32 commitment) external;

    /// @notice The block and the timestamp of a commitment, zero if there is none.
    function committedAt(bytes32 commitment) external view returns (uint64 blockNumber, uint40 timestamp);
}
