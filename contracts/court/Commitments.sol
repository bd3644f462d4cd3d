// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccounts} from "../interfaces/IAccounts.sol";
import {ICommitments} from "../interfaces/ICommitments.sol";
import {Journal} from "../Journal.sol";
import {AccountId} from "../types/Ids.sol";

/// @title Commitments
/// @dev What each function promises stands in `ICommitments`.
abstract contract Commitments is ICommitments, Journal {
    struct Commitment {
        uint64 blockNumber;
        uint40 timestamp;
    }

    uint256 public constant COMMIT_BLOCKS = 2;
    uint40 public constant COMMIT_SECONDS = 1 hours;

    IAccounts internal immutable _accounts;

    /// @inheritdoc ICommitments
    mapping(bytes32 commitment => Commitment) public committedAt;

    constructor(IAccounts accounts_) {
        _accounts = accounts_;
    }

    /// @inheritdoc ICommitments
    function commit(bytes32 commitment) external {
        Commitment memory made = committedAt[commitment];
        require(
            block.timestamp >= made.timestamp + COMMIT_SECONDS,
            Commitments_AlreadyCommitted(commitment, made.blockNumber)
        );

        committedAt[commitment] = Commitment({blockNumber: uint64(block.number), timestamp: uint40(block.timestamp)});

        _emit(2, abi.encode(ChallengeCommitted.selector, commitment));
    }

    /// @dev Uses up the caller's commitment to this very call.
    /// @param recordedIn The block of what the call strikes, zero where that is not on chain.
    /// @return challenger The caller's account.
    function _redeem(uint40 recordedIn) internal returns (AccountId challenger) {
        challenger = _accounts.requireAccountOf(msg.sender);
        bytes32 commitment = keccak256(abi.encode(msg.sender, msg.data));
        Commitment memory made = committedAt[commitment];
        require(made.blockNumber != 0, Commitments_NotCommitted(commitment));
        uint256 openFrom = made.blockNumber + COMMIT_BLOCKS;
        require(block.number >= openFrom, Commitments_TooSoon(block.number, openFrom));
        uint40 expiredAt = made.timestamp + COMMIT_SECONDS;
        require(block.timestamp < expiredAt, Commitments_Expired(expiredAt, block.timestamp));
        require(made.blockNumber > recordedIn, Commitments_BeforeItsSubject(made.blockNumber, recordedIn));
        delete committedAt[commitment];
    }
}
