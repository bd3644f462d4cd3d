// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice What every batch changes of its book, in one slot:
///
///     isCovered (bit 202) | isClosing (bit 201) | isSettled (bit 200) | closesAt (40 bits) | batches (32) | cover in gwei (64) | fee units (lowest 64)
type BookSlot is uint256;

/// @title A book
library BookSlots {
    uint256 private constant CLOSES_AT = 160;
    uint256 private constant SETTLED = 1 << 200;
    uint256 private constant CLOSING = 1 << 201;
    uint256 private constant COVERED = 1 << 202;

    function units(BookSlot slot) internal pure returns (uint64) {
        return uint64(BookSlot.unwrap(slot));
    }

    function coverGwei(BookSlot slot) internal pure returns (uint64) {
        return uint64(BookSlot.unwrap(slot) >> 64);
    }

    function batches(BookSlot slot) internal pure returns (uint32) {
        return uint32(BookSlot.unwrap(slot) >> 128);
    }

    function closesAt(BookSlot slot) internal pure returns (uint40) {
        return uint40(BookSlot.unwrap(slot) >> CLOSES_AT);
    }

    /// @notice Whether the book closes with its epoch.
    function isClosing(BookSlot slot) internal pure returns (bool) {
        return BookSlot.unwrap(slot) & CLOSING != 0;
    }

    function isSettled(BookSlot slot) internal pure returns (bool) {
        return BookSlot.unwrap(slot) & SETTLED != 0;
    }

    /// @notice Whether the model's bond covered when the book took its first batch.
    function isCovered(BookSlot slot) internal pure returns (bool) {
        return BookSlot.unwrap(slot) & COVERED != 0;
    }

    function opened(uint40 closesAt_) internal pure returns (BookSlot) {
        return BookSlot.wrap(uint256(closesAt_) << CLOSES_AT);
    }

    /// @notice Adds a batch. Units and cover are parts of the supply, and so below 2^64.
    function taking(BookSlot slot, uint64 units_, uint64 coverGwei_) internal pure returns (BookSlot) {
        unchecked {
            return BookSlot.wrap(BookSlot.unwrap(slot) + units_ + (uint256(coverGwei_) << 64) + (uint256(1) << 128));
        }
    }

    /// @notice Takes out what a record cost; panics if there is less.
    function without(BookSlot slot, uint64 units_) internal pure returns (BookSlot) {
        uint64 left = units(slot) - units_;
        return BookSlot.wrap(((BookSlot.unwrap(slot) >> 64) << 64) | left);
    }

    /// @notice Marks the book as one that closes with its epoch, at `closesAt_` if that is sooner.
    function closing(BookSlot slot, uint40 closesAt_) internal pure returns (BookSlot) {
        uint256 word = BookSlot.unwrap(slot) | CLOSING;
        if (closesAt_ >= closesAt(slot)) return BookSlot.wrap(word);
        return BookSlot.wrap((word & ~(uint256(type(uint40).max) << CLOSES_AT)) | (uint256(closesAt_) << CLOSES_AT));
    }

    function covered(BookSlot slot) internal pure returns (BookSlot) {
        return BookSlot.wrap(BookSlot.unwrap(slot) | COVERED);
    }

    function settled(BookSlot slot) internal pure returns (BookSlot) {
        return BookSlot.wrap(BookSlot.unwrap(slot) | SETTLED);
    }
}
