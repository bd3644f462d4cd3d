// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedger} from "../interfaces/ILedger.sol";

/// @notice Where in memory the 256 words of a table lie, each empty or an entry:
///
///     ones (32 bits) | account (32) | address of the entry opened before it (32) | value (lowest 160)
///
/// An account's entry lies in the word of its number modulo 256 or in the next free one after that. The ones tell an entry
/// of account 0 from an empty word. Before the first word stands the header:
///
///     account count (upper 192 bits) | entry count (32) | address of the newest entry (lowest 32)
type AccountTable is uint256;

/// @dev Turns `account * 32` into the offset of its word.
uint256 constant TABLE_OFFSETS = 0x1fe0;
/// @dev The ones of an entry.
uint256 constant ENTRY_ONES = 0xffffffff00000000000000000000000000000000000000000000000000000000;
uint256 constant TABLE_MAX_ENTRIES = 192;

/// @title AccountTables
/// @notice A small map from accounts to amounts, in memory, so that a batch writes each account's storage once.
/// @dev A quarter of the words stays empty, so that a search ends; numbers that follow each other do not collide. Crowding a table
/// costs only whoever sends the batch. `BatchReader` searches by the same rule, in its own loop.
library AccountTables {
    uint256 private constant SIZE = 0x2000;

    /// @notice Lays an empty table into fresh memory, for accounts 1 to `accounts`.
    function create(uint256 accounts) internal pure returns (AccountTable table) {
        assembly ("memory-safe") {
            table := add(mload(0x40), 0x20)
            // Memory past the free pointer may be dirty; what lies beyond the calldata reads as zeros.
            calldatacopy(table, calldatasize(), SIZE)
            mstore(sub(table, 0x20), shl(64, accounts))
            mstore(0x40, add(table, SIZE))
        }
    }

    /// @notice The address of `account`'s entry, opened with value zero where there was none.
    function entryOf(AccountTable table, uint256 account) internal pure returns (uint256 entry, bool opened) {
        assembly ("memory-safe") {
            let key := or(ENTRY_ONES, shl(192, account))
            entry := add(table, and(shl(5, account), TABLE_OFFSETS))
            for {
                let word := mload(entry)
            } shr(192, xor(word, key)) {
                word := mload(entry)
            } {
                if iszero(word) {
                    let header := mload(sub(table, 0x20))
                    mstore(entry, or(key, shl(160, and(header, 0xffffffff))))
                    mstore(sub(table, 0x20), or(shl(32, add(shr(32, header), 1)), entry))
                    opened := 1
                    break
                }
                entry := add(table, and(add(sub(entry, table), 0x20), TABLE_OFFSETS))
            }
        }
    }

    /// @notice How many accounts there are to have one.
    function accountCount(AccountTable table) internal pure returns (uint256 accounts) {
        assembly ("memory-safe") {
            accounts := shr(64, mload(sub(table, 0x20)))
        }
    }

    /// @notice How many accounts have an entry.
    function count(AccountTable table) internal pure returns (uint256 entries) {
        assembly ("memory-safe") {
            entries := and(shr(32, mload(sub(table, 0x20))), 0xffffffff)
        }
    }

    /// @notice Refuses a table that has become too crowded.
    function requireRoom(AccountTable table) internal pure {
        require(count(table) <= TABLE_MAX_ENTRIES, ILedger.Ledger_TooManyAccounts(TABLE_MAX_ENTRIES));
    }

    /// @notice The address of the newest entry, zero where there is none.
    function newest(AccountTable table) internal pure returns (uint256 entry) {
        assembly ("memory-safe") {
            entry := and(mload(sub(table, 0x20)), 0xffffffff)
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
}
