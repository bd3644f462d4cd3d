// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccountId} from "../types/Ids.sol";

/// @notice Somebody who takes the same share of every fee of a batch, and what that has come to:
///
///     account (32 bits) | bps (16 bits) | gwei-OPEN so far (lowest 128 bits)
type FixedShare is uint256;

/// @title FixedShares
/// @notice The operator's, the owner's and the royalties' shares of the fees of a batch.
library FixedShares {
    uint256 private constant BPS = 10_000;

    function create(AccountId account, uint256 bps) internal pure returns (FixedShare) {
        return FixedShare.wrap((uint256(AccountId.unwrap(account)) << 144) | (bps << 128));
    }

    /// @notice Gives each its share of one fee, rounded down.
    function take(FixedShare[] memory shares, uint256 feeGwei) internal pure {
        assembly ("memory-safe") {
            let left := mload(shares)
            for {} left {} {
                left := sub(left, 1)
                shares := add(shares, 0x20)
                let share := mload(shares)
                mstore(shares, add(share, div(mul(feeGwei, and(shr(128, share), 0xffff)), BPS)))
            }
        }
    }

    function read(FixedShare share) internal pure returns (uint256 account, uint256 amountGwei) {
        uint256 word = FixedShare.unwrap(share);
        return (word >> 144, uint128(word));
    }
}
