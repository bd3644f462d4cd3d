// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Everything that an account has earned and not claimed, in one slot, amounts in gwei-OPEN:
///
///     epoch (32 bits) | newer (64) | older (64) | matured (lowest 64)
///
/// where `newer` was credited in `epoch`, `older` in the epoch before it, and `matured` can be claimed. Credit of epoch e
/// matures when epoch e+2 begins. All of OPEN is 10^18 gwei, so no sum in here reaches 2^64.
type EarningsSlot is uint256;

/// @title Earnings of one account
library EarningsSlots {
    uint256 private constant MASK = type(uint64).max;

    function matured(EarningsSlot slot) internal pure returns (uint64) {
        return uint64(EarningsSlot.unwrap(slot));
    }

    function pending(EarningsSlot slot) internal pure returns (uint64) {
        uint256 word = EarningsSlot.unwrap(slot);
        return uint64((word >> 64) & MASK) + uint64((word >> 128) & MASK);
    }

    /// @notice The same earnings seen in `epoch`, which is never before the slot's own.
    function rolledTo(EarningsSlot slot, uint32 epoch) internal pure returns (EarningsSlot) {
        unchecked {
            uint256 word = EarningsSlot.unwrap(slot);
            uint256 since = epoch - (word >> 192);
            if (since == 0) return slot;
            uint256 newer = (word >> 128) & MASK;
            uint256 claimable = (word & MASK) + ((word >> 64) & MASK);
            uint256 stamp = uint256(epoch) << 192;
            return EarningsSlot.wrap(since == 1 ? stamp | (newer << 64) | claimable : stamp | (claimable + newer));
        }
    }

    /// @notice Adds what was earned in the slot's own epoch.
    function credited(EarningsSlot slot, uint256 amountGwei) internal pure returns (EarningsSlot) {
        unchecked {
            return EarningsSlot.wrap(EarningsSlot.unwrap(slot) + (amountGwei << 128));
        }
    }

    /// @notice Takes back what was earned in `epoch`, the slot's own or the one before it; panics if less was earned then.
    function debited(EarningsSlot slot, uint256 amountGwei, uint32 epoch) internal pure returns (EarningsSlot) {
        uint256 word = EarningsSlot.unwrap(slot);
        uint256 shift = 128 - 64 * ((word >> 192) - epoch);
        uint256 earned = (word >> shift) & MASK;
        return EarningsSlot.wrap(word - (earned << shift) + ((earned - amountGwei) << shift));
    }

    /// @notice Adds what can be claimed at once.
    function awarded(EarningsSlot slot, uint256 amountGwei) internal pure returns (EarningsSlot) {
        unchecked {
            return EarningsSlot.wrap(EarningsSlot.unwrap(slot) + amountGwei);
        }
    }

    /// @notice Takes everything that has matured.
    function claimed(EarningsSlot slot) internal pure returns (EarningsSlot) {
        return EarningsSlot.wrap(EarningsSlot.unwrap(slot) & ~MASK);
    }
}
