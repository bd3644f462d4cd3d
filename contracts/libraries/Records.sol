// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedger} from "../interfaces/ILedger.sol";
import {AccountId} from "../types/Ids.sol";
import {AccountTable, AccountTables} from "./AccountTable.sol";

/// @notice What the records of a batch must obey, and where their rows' credit is added up.
struct RecordReader {
    uint256 rowCount;
    uint256 topK;
    uint256 sketchBytes;
    uint256 accountCount;
    AccountTable credits;
}

/// @title Records
/// @notice Reads packed records (docs/protocol.md, "Record") where they lie in memory, refuses malformed ones, and credits
/// the accounts of their rows.
/// @dev Unchecked, and a word at a time: this runs for every row of every inference. The plain reading it is held to is
/// test/contracts/PlainRecords.sol.
library Records {
    using AccountTables for AccountTable;

    uint256 internal constant HEAD_BYTES = 45;
    uint256 internal constant ROW_BYTES = 10;
    uint256 internal constant WEIGHT_SUM = 65_535;

    /// @notice The fields of the record at memory address `at` that all records have.
    function head(uint256 at) internal pure returns (uint256 payer, uint256 feeGwei, uint256 rows) {
        assembly ("memory-safe") {
            let word := mload(add(at, 0x20))
            payer := shr(224, word)
            feeGwei := and(shr(160, word), 0xffffffffffffffff)
            rows := and(shr(152, word), 0xff)
        }
    }

    /// @notice Splits `poolGwei` over the `rows` rows at memory address `at`, in proportion to their weights.
    /// @return paidGwei What the rows got together; the rest is dust.
    function creditRows(
        uint256 at,
        uint256 rows,
        uint256 poolGwei,
        uint256 index,
        RecordReader memory reader
    ) internal pure returns (uint256 paidGwei) {
        unchecked {
            uint256 end = at + rows * ROW_BYTES;
            uint256 seen;
            uint256 sum;
            uint256 previous = WEIGHT_SUM;
            for (uint256 p = at; p < end; p += ROW_BYTES) {
                uint256 word = _word(p);
                uint256 row = word >> 224;
                require(row < reader.rowCount, ILedger.Ledger_RowOutOfRange(index, row, reader.rowCount));

                // Rows that share their lowest byte with an earlier one are rare, and only those are compared.
                uint256 bit = 1 << (row & 0xff);
                if (seen & bit != 0) _requireNew(at, p, row, index);
                seen |= bit;

                uint256 weight = (word >> 176) & 0xffff;
                require(weight <= previous, ILedger.Ledger_WeightsUnsorted(index));
                previous = weight;
                sum += weight;

                uint256 creditGwei = (poolGwei * weight) / WEIGHT_SUM;
                paidGwei += creditGwei;
                _credit((word >> 192) & 0xffffffff, creditGwei, index, reader);
            }
            require(sum == WEIGHT_SUM || rows == 0, ILedger.Ledger_WeightsDoNotSum(index, sum));
        }
    }

    /// @notice Whether none of the codes at memory address `at` is -8: of its nibble, the highest bit is set and the others
    /// are not, and 7 + 7 does not carry into the next nibble.
    function codesInRange(uint256 at, uint256 sketchBytes) internal pure returns (bool inRange) {
        assembly ("memory-safe") {
            let sevens := div(not(0), 0x0f)
            sevens := mul(sevens, 7)
            let found := 0
            for {
                let end := add(at, sketchBytes)
            } lt(at, end) {
                at := add(at, 0x20)
            } {
                let codes := mload(at)
                found := or(found, and(codes, not(add(and(codes, sevens), sevens))))
            }
            inRange := iszero(and(found, not(sevens)))
        }
    }

    /// @notice The leaf of the record that lies from `at` to `end` (docs/protocol.md, "Merkle trees").
    function leaf(uint256 index, uint256 at, uint256 end) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            mstore(0x00, index)
            mstore(0x20, keccak256(at, sub(end, at)))
            hash := keccak256(0x00, 0x40)
        }
    }

    function _credit(uint256 account, uint256 amountGwei, uint256 index, RecordReader memory reader) private pure {
        (uint256 entry, bool opened) = reader.credits.entryOf(account);
        if (opened) {
            require(
                account != 0 && account <= reader.accountCount,
                ILedger.Ledger_UnknownAccount(index, AccountId.wrap(uint32(account)))
            );
        }
        AccountTables.increase(entry, amountGwei);
    }

    function _requireNew(uint256 from, uint256 to, uint256 row, uint256 index) private pure {
        unchecked {
            for (uint256 p = from; p < to; p += ROW_BYTES) {
                require(_word(p) >> 224 != row, ILedger.Ledger_RowRepeated(index, row));
            }
        }
    }

    function _word(uint256 at) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(at)
        }
    }
}
