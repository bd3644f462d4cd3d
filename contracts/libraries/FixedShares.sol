// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccountId} from "../types/Ids.sol";

/// @notice Somebody who takes the same share of every fee of a batch, and what that has come to:
///
///     bps (16 bits) | unused | account (32) | gwei-OPEN so far (lowest 128)
type FixedShare is uint256;

/// @title FixedShares
/// @notice The operator's, the owner's and the royalties' shares of the fees of a batch.
library FixedShares {
    function create(AccountId account, uint256 bps) internal pure returns (FixedShare) {
        return FixedShare.wrap((bps << 240) | (uint256(AccountId.unwrap(account)) << 128));
    }

    function read(FixedShare share) internal pure returns (uint256 account, uint256 amountGwei) {
        uint256 word = FixedShare.unwrap(share);
        return (uint32(word >> 128), uint128(word));
    }
}
