// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice A bond and the fees that it answers for, in one slot, amounts in gwei-OPEN:
///
///     stopped (highest bit) | unused | epoch (32 bits) | newer (64) | older (64) | balance (lowest 64)
///
/// where `newer` are the fees recorded in `epoch` and `older` those of the epoch before it: all that can still be struck.
/// Epochs and their limits are those of `EarningsSlot`.
type BondSlot is uint256;

/// @title A bond
library BondSlots {
    uint256 private constant MASK = type(uint64).max;
    uint256 private constant STOPPED = 1 << 255;

    function balance(BondSlot slot) internal pure returns (uint64) {
        return uint64(BondSlot.unwrap(slot));
    }

    /// @notice The fees that can still be struck.
    function exposure(BondSlot slot) internal pure returns (uint64) {
        uint256 word = BondSlot.unwrap(slot);
        return uint64((word >> 64) & MASK) + uint64((word >> 128) & MASK);
    }

    function isStopped(BondSlot slot) internal pure returns (bool) {
        return BondSlot.unwrap(slot) & STOPPED != 0;
    }

    /// @notice The same bond seen in `epoch`, which is never before the slot's own.
    function rolledTo(BondSlot slot, uint32 epoch) internal pure returns (BondSlot) {
        unchecked {
            uint256 word = BondSlot.unwrap(slot);
            uint256 since = epoch - uint32(word >> 192);
            if (since == 0) return slot;
            uint256 kept = (word & (STOPPED | MASK)) | (uint256(epoch) << 192);
            return BondSlot.wrap(since == 1 ? kept | (((word >> 128) & MASK) << 64) : kept);
        }
    }

    /// @notice Adds fees recorded in the slot's own epoch.
    function exposed(BondSlot slot, uint256 feesGwei) internal pure returns (BondSlot) {
        unchecked {
            return BondSlot.wrap(BondSlot.unwrap(slot) + (feesGwei << 128));
        }
    }

    /// @notice Takes out a fee recorded in `epoch`, the slot's own or the one before it; panics if less was recorded then.
    function relieved(BondSlot slot, uint256 feeGwei, uint32 epoch) internal pure returns (BondSlot) {
        uint256 word = BondSlot.unwrap(slot);
        uint256 shift = 128 - 64 * (uint256(uint32(word >> 192)) - epoch);
        uint256 fees = (word >> shift) & MASK;
        return BondSlot.wrap(word - (fees << shift) + ((fees - feeGwei) << shift));
    }

    /// @notice Adds to the balance; all of OPEN is 10^18 gwei, so that it cannot reach 2^64.
    function deposited(BondSlot slot, uint64 amountGwei) internal pure returns (BondSlot) {
        unchecked {
            return BondSlot.wrap(BondSlot.unwrap(slot) + amountGwei);
        }
    }

    /// @notice Takes from the balance; panics if it holds less.
    function taken(BondSlot slot, uint64 amountGwei) internal pure returns (BondSlot) {
        uint64 left = balance(slot) - amountGwei;
        return BondSlot.wrap((BondSlot.unwrap(slot) & ~MASK) | left);
    }

    /// @notice Marks the bond's model as one that records no more.
    function stopped(BondSlot slot) internal pure returns (BondSlot) {
        return BondSlot.wrap(BondSlot.unwrap(slot) | STOPPED);
    }
}
