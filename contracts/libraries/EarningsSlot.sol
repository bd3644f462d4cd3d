// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice What an account earned and claimed, ever, in one slot, in gwei-OPEN: `claimed << 64 | earned`. Both never fall. OPEN that was claimed
/// may be earned again, so the supply does not bound them: 2^64 gwei does, 18.4 times a supply of 10^9 OPEN through one account, each time less
/// the treasury's share. No check, since it could only keep others' books from being settled.
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
