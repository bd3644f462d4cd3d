// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedger} from "../interfaces/ILedger.sol";

/// @notice Where in memory a table lies. Its first word is `entry count | address of the newest entry (lower 32 bits)`;
/// 512 words follow, each empty or an entry:
///
///     1 | account (32 bits) | address of the entry opened before it (32 bits) | value (lower 191 bits)
///
/// An account's entry lies at its number modulo 512 or in the next free word after that.
type AccountTable is uint256;

/// @title AccountTables
/// @notice A small map from accounts to amounts, in memory, so that a batch writes each account's storage once.
/// @dev Half of the words stay empty, so a search ends soon. Numbers that follow each other never collide. Crowding a
/// table costs only whoever sends the batch.
library AccountTables {
    uint256 internal constant MAX_ENTRIES = 256;

    /// @dev 512 words; the mask turns `account * 32` into the offset of its word.
    uint256 private constant WORDS_BYTES = 0x4000;
    uint256 private constant OFFSET_MASK = 0x3fe0;

    /// @notice Lays an empty table into fresh memory.
    function create() internal pure returns (AccountTable table) {
        assembly ("memory-safe") {
            table := mload(0x40)
            // Memory past the free pointer may be dirty; what lies beyond the calldata reads as zeros.
            calldatacopy(table, calldatasize(), add(WORDS_BYTES, 0x20))
            mstore(0x40, add(table, add(WORDS_BYTES, 0x20)))
        }
    }

    /// @notice The address of `account`'s entry, opened with value zero where there was none.
    function entryOf(AccountTable table, uint256 account) internal pure returns (uint256 entry, bool opened) {
        bool full;
        assembly ("memory-safe") {
            let words := add(table, 0x20)
            let key := or(0x100000000, account)
            let offset := and(shl(5, account), OFFSET_MASK)
            entry := add(words, offset)
            let word := mload(entry)
            for {} xor(shr(223, word), key) {} {
                if iszero(word) {
                    let header := mload(table)
                    full := eq(shr(32, header), MAX_ENTRIES)
                    mstore(entry, or(shl(223, key), shl(191, and(header, 0xffffffff))))
                    mstore(table, or(shl(32, add(shr(32, header), 1)), entry))
                    opened := 1
                    break
                }
                offset := and(add(offset, 0x20), OFFSET_MASK)
                entry := add(words, offset)
                word := mload(entry)
            }
        }
        require(!full, ILedger.Ledger_TooManyAccounts(MAX_ENTRIES));
    }

    /// @notice Adds to the value of the entry at an address; sums of money stay far below 2^191.
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

    /// @notice The value of the entry at an address.
    function valueOf(uint256 entry) internal pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := shr(65, shl(65, mload(entry)))
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
            account := and(shr(223, word), 0xffffffff)
            older := and(shr(191, word), 0xffffffff)
            value := shr(65, shl(65, word))
        }
    }
}
