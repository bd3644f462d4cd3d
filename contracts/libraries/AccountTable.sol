// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Where in memory a table lies. Its first word is `entry count | address of the newest entry (lower 32 bits)`;
/// 512 words follow, each empty or an entry:
///
///     ones (32 bits) | account (32 bits) | address of the entry opened before it (32 bits) | value (160 bits)
///
/// An account's entry lies in the word of its number modulo 512 or in the next free one after that. The ones tell an entry
/// of account 0 from an empty word; shifted arithmetically, an entry gives `account | TABLE_KEY`.
type AccountTable is uint256;

/// @dev Turns `account * 32` into the offset of its word.
uint256 constant TABLE_OFFSETS = 0x3fe0;
uint256 constant TABLE_MAX_ENTRIES = 256;
/// @dev Every bit above an account's 32.
uint256 constant TABLE_KEY = 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffff00000000;

/// @title AccountTables
/// @notice A small map from accounts to amounts, in memory, so that a batch writes each account's storage once.
/// @dev Half of the words stay empty, so a search ends soon; numbers that follow each other do not collide. Crowding a table
/// costs only whoever sends the batch.
library AccountTables {
    uint256 private constant SIZE = 0x4020;

    /// @notice Lays an empty table into fresh memory.
    function create() internal pure returns (AccountTable table) {
        assembly ("memory-safe") {
            table := mload(0x40)
            // Memory past the free pointer may be dirty; what lies beyond the calldata reads as zeros.
            calldatacopy(table, calldatasize(), SIZE)
            mstore(0x40, add(table, SIZE))
        }
    }

    /// @notice The address of `account`'s entry, opened with value zero where there was none.
    function entryOf(AccountTable table, uint256 account) internal pure returns (uint256 entry, bool opened) {
        assembly ("memory-safe") {
            let words := add(table, 0x20)
            let key := or(account, TABLE_KEY)
            entry := add(words, and(shl(5, account), TABLE_OFFSETS))
            for {
                let word := mload(entry)
            } xor(sar(192, word), key) {
                word := mload(entry)
            } {
                if iszero(word) {
                    let header := mload(table)
                    mstore(entry, or(shl(192, key), shl(160, and(header, 0xffffffff))))
                    mstore(table, or(shl(32, add(shr(32, header), 1)), entry))
                    opened := 1
                    break
                }
                entry := add(words, and(add(sub(entry, words), 0x20), TABLE_OFFSETS))
            }
        }
    }

    /// @notice How many accounts have an entry.
    function count(AccountTable table) internal pure returns (uint256 entries) {
        assembly ("memory-safe") {
            entries := shr(32, mload(table))
        }
    }

    /// @notice The address of the newest entry, zero where there is none.
    function newest(AccountTable table) internal pure returns (uint256 entry) {
        assembly ("memory-safe") {
            entry := and(mload(table), 0xffffffff)
        }
    }

    /// @notice What the entry at an address holds, and the address of the entry opened before it.
    function read(uint256 entry) internal pure returns (uint256 account, uint256 value, uint256 older) {
        assembly ("memory-safe") {
            let word := mload(entry)
            account := and(shr(192, word), 0xffffffff)
            older := and(shr(160, word), 0xffffffff)
            value := shr(96, shl(96, word))
        }
    }

    /// @notice Adds to the value of the entry at an address; sums of money stay far below 2^160.
    function increase(uint256 entry, uint256 amount) internal pure {
        assembly ("memory-safe") {
            mstore(entry, add(mload(entry), amount))
        }
    }

    /// @notice Takes from the value of the entry at an address, which the caller knows to be enough.
    function decrease(uint256 entry, uint256 amount) internal pure {
        assembly ("memory-safe") {
            mstore(entry, sub(mload(entry), amount))
        }
    }
}
