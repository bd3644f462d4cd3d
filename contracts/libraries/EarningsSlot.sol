// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice What an account earned and claimed, ever, in one slot, in gwei-OPEN: `claimed << 64 | earned`. Both never fall, and are parts of
/// the supply, so no sum here reaches 2^64.
type EarningsSlot is uint256;

/// @title Earnings of one account
library EarningsSlots {
    function earned(EarningsSlot slot) internal pure returns (uint64) {
        return uint64(EarningsSlot.unwrap(slot));
    }

    function claimed(EarningsSlot slot) internal pure returns (uint64) {
        return uint64(EarningsSlot.unwrap(slot) >> 64);
    }

    function earning(EarningsSlot slot, uint64 amountGwei) internal pure returns (EarningsSlot) {
        unchecked {
            return EarningsSlot.wrap(EarningsSlot.unwrap(slot) + amountGwei);
        }
    }

    /// @notice Claims all that is left.
    function claimedAll(EarningsSlot slot) internal pure returns (EarningsSlot) {
        uint256 total = earned(slot);
        return EarningsSlot.wrap((total << 64) | total);
    }
}
