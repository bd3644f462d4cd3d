// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedger} from "../interfaces/ILedger.sol";
import {AccountId} from "../types/Ids.sol";
import {AccountTable, TABLE_KEY, TABLE_MAX_ENTRIES, TABLE_OFFSETS} from "./AccountTable.sol";

/// @notice What the records of a batch must obey, and where their rows' credit is added up.
struct RecordReader {
    uint256 rowCount;
    uint256 topK;
    uint256 sketchBytes;
    uint256 accountCount;
    AccountTable credits;
}

/// @title Records
/// @notice Reads packed records (docs/protocol.md, "Record") where they lie in memory.
/// @dev `creditRows` and `codesInRange` run for every row of every inference and are written for gas. What they must agree
/// with is plain: `requireRows` here for refusals, test/contracts/PlainRecords.sol for everything.
library Records {
    uint256 internal constant HEAD_BYTES = 45;
    uint256 internal constant ROW_BYTES = 10;
    uint256 internal constant WEIGHT_SUM = 65_535;

    /// @notice The fields that every record has, of the one at memory address `at`.
    function head(uint256 at) internal pure returns (uint256 payer, uint256 feeGwei, uint256 rows) {
        uint256 word = _word(at + 0x20);
        return (word >> 224, (word >> 160) & 0xffffffffffffffff, (word >> 152) & 0xff);
    }

    /// @notice Credits the accounts of the `rows` rows at memory address `at`, at least one, with their parts of `poolGwei`,
    /// each rounded down.
    /// @return doubt Whether something may be wrong with the rows; `requireRows` then decides. Rows that share their lowest
    /// byte are doubted too, although most often they differ.
    function creditRows(
        uint256 at,
        uint256 rows,
        uint256 poolGwei,
        RecordReader memory reader
    ) internal pure returns (uint256 doubt) {
        assembly ("memory-safe") {
            let words := add(mload(add(reader, 0x80)), 0x20)
            // A word that begins with a row in range is not greater than this one.
            let rowLimit := sub(shl(224, mload(reader)), 1)
            let seen := 0
            let sum := 0
            let weight := WEIGHT_SUM
            for {} rows {} {
                let word := mload(at)
                at := add(at, ROW_BYTES)
                rows := sub(rows, 1)
                {
                    let bit := shl(byte(3, word), 1)
                    doubt := or(doubt, or(and(seen, bit), gt(word, rowLimit)))
                    seen := or(seen, bit)
                }
                {
                    let previous := weight
                    weight := and(shr(176, word), 0xffff)
                    doubt := or(doubt, gt(weight, previous))
                    sum := add(sum, weight)
                }

                // The entry of the row's account, as AccountTables.entryOf finds or opens it.
                word := or(shr(192, word), TABLE_KEY)
                let entry := add(words, and(shl(5, word), TABLE_OFFSETS))
                let held := mload(entry)
                for {} xor(sar(192, held), word) {
                    held := mload(entry)
                } {
                    if iszero(held) {
                        let header := mload(sub(words, 0x20))
                        held := or(shl(192, word), shl(160, and(header, 0xffffffff)))
                        header := add(shr(32, header), 1)
                        mstore(sub(words, 0x20), or(shl(32, header), entry))
                        doubt := or(doubt, gt(header, TABLE_MAX_ENTRIES))
                        doubt := or(doubt, iszero(lt(sub(and(word, 0xffffffff), 1), mload(add(reader, 0x60)))))
                        break
                    }
                    entry := add(words, and(add(sub(entry, words), 0x20), TABLE_OFFSETS))
                }
                mstore(entry, add(held, div(mul(poolGwei, weight), WEIGHT_SUM)))
            }
            doubt := or(doubt, xor(sum, WEIGHT_SUM))
        }
    }

    /// @notice Reverts with the first thing that is wrong with the rows from memory address `at` to `end`, if any is.
    function requireRows(uint256 at, uint256 end, uint256 index, RecordReader memory reader) internal pure {
        unchecked {
            uint256 sum;
            uint256 previous = WEIGHT_SUM;
            for (uint256 p = at; p < end; p += ROW_BYTES) {
                uint256 word = _word(p);
                uint256 row = word >> 224;
                require(row < reader.rowCount, ILedger.Ledger_RowOutOfRange(index, row, reader.rowCount));
                for (uint256 earlier = at; earlier < p; earlier += ROW_BYTES) {
                    require(_word(earlier) >> 224 != row, ILedger.Ledger_RowRepeated(index, row));
                }
                requireAccount(uint32(word >> 192), index, reader);
                uint256 weight = uint16(word >> 176);
                require(weight <= previous, ILedger.Ledger_WeightsUnsorted(index));
                previous = weight;
                sum += weight;
            }
            require(sum == WEIGHT_SUM, ILedger.Ledger_WeightsDoNotSum(index, sum));
        }
    }

    function requireAccount(uint256 account, uint256 index, RecordReader memory reader) internal pure {
        require(
            account != 0 && account <= reader.accountCount,
            ILedger.Ledger_UnknownAccount(index, AccountId.wrap(uint32(account)))
        );
    }

    /// @notice Whether none of the codes at memory address `at` is -8: of its nibble, the highest bit is set and the others
    /// are not, and 7 + 7 does not carry into the next nibble.
    function codesInRange(uint256 at, uint256 sketchBytes) internal pure returns (bool inRange) {
        assembly ("memory-safe") {
            let sevens := 0x7777777777777777777777777777777777777777777777777777777777777777
            let found := 0
            for {} sketchBytes {} {
                sketchBytes := sub(sketchBytes, 0x20)
                let codes := mload(add(at, sketchBytes))
                found := or(found, and(codes, not(add(and(codes, sevens), sevens))))
            }
            inRange := iszero(and(found, not(sevens)))
        }
    }

    /// @notice The leaf of the record from memory address `at` to `end` (docs/protocol.md, "Merkle trees").
    function leaf(uint256 index, uint256 at, uint256 end) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            mstore(0x00, index)
            mstore(0x20, keccak256(at, sub(end, at)))
            hash := keccak256(0x00, 0x40)
        }
    }

    function _word(uint256 at) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(at)
        }
    }
}
