// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedger} from "../interfaces/ILedger.sol";
import {AccountId} from "../types/Ids.sol";
import {AccountTable, AccountTables} from "./AccountTable.sol";
import {Batch, BatchReader} from "./BatchReader.sol";

/// @title RecordRules
/// @notice What every record must obey (docs/protocol.md, "Record"), in plain Solidity, each rule with its error.
library RecordRules {
    using AccountTables for AccountTable;

    /// @notice The fields that every record has, of the one at a memory address.
    function head(uint256 position) internal pure returns (uint256 payer, uint256 feeGwei, uint256 rows) {
        uint256 word = _word(position + 0x20);
        return (word >> 224, uint64(word >> 160), uint8(word >> 152));
    }

    /// @notice Refuses a next record that does not fit into the batch, lists too many rows, or names no payer.
    /// @param start Memory address of the first record.
    function requireHead(Batch memory batch, uint256 start) internal pure {
        uint256 offset = batch.position - start;
        uint256 size = BatchReader.HEAD_BYTES;
        require(batch.position + size <= batch.end, ILedger.Ledger_RecordTruncated(batch.index, offset));
        (uint256 payer, , uint256 rows) = head(batch.position);
        require(rows <= batch.topK, ILedger.Ledger_TooManyRows(batch.index, rows, batch.topK));
        size += rows * BatchReader.ROW_BYTES + batch.sketchBytes;
        require(batch.position + size <= batch.end, ILedger.Ledger_RecordTruncated(batch.index, offset));
        _requireAccount(batch, payer);
    }

    /// @notice Refuses a next record whose fee is above the cap or the balance of its payer's tab.
    function requireTab(Batch memory batch, uint64 capGwei, uint64 balanceGwei) internal pure {
        (uint256 payer, uint256 feeGwei, ) = head(batch.position);
        AccountId account = AccountId.wrap(uint32(payer));
        require(feeGwei <= capGwei, ILedger.Ledger_FeeAboveCap(batch.index, account, feeGwei, capGwei));
        require(feeGwei <= balanceGwei, ILedger.Ledger_TabTooSmall(batch.index, account, feeGwei, balanceGwei));
    }

    /// @notice Refuses a next record with a wrong row, or with weights that do not descend or do not sum.
    function requireRows(Batch memory batch) internal pure {
        uint256 rowCount = (batch.rowLimit + 1) >> 224;
        (uint256 from, uint256 to) = _rows(batch);
        uint256 sum = 0;
        uint256 previous = BatchReader.WEIGHT_SUM;
        for (uint256 place = from; place < to; place += BatchReader.ROW_BYTES) {
            uint256 word = _word(place);
            uint256 row = word >> 224;
            require(row < rowCount, ILedger.Ledger_RowOutOfRange(batch.index, row, rowCount));
            for (uint256 earlier = from; earlier < place; earlier += BatchReader.ROW_BYTES) {
                require(_word(earlier) >> 224 != row, ILedger.Ledger_RowRepeated(batch.index, row));
            }
            _requireAccount(batch, uint32(word >> 192));
            uint256 weight = uint16(word >> 176);
            require(weight <= previous, ILedger.Ledger_WeightsUnsorted(batch.index));
            previous = weight;
            sum += weight;
        }
        require(from == to || sum == BatchReader.WEIGHT_SUM, ILedger.Ledger_WeightsDoNotSum(batch.index, sum));
    }

    /// @notice Refuses a next record whose sketch holds the code -8.
    function requireCodes(Batch memory batch) internal pure {
        (, uint256 from) = _rows(batch);
        for (uint256 place = from; place < from + batch.sketchBytes; ++place) {
            uint256 codes = _word(place) >> 248;
            require(codes >> 4 != 8 && codes & 0x0f != 8, ILedger.Ledger_CodeOutOfRange(batch.index));
        }
    }

    function _requireAccount(Batch memory batch, uint256 account) private pure {
        require(
            account != 0 && account <= batch.credits.accountCount(),
            ILedger.Ledger_UnknownAccount(batch.index, AccountId.wrap(uint32(account)))
        );
    }

    function _rows(Batch memory batch) private pure returns (uint256 from, uint256 to) {
        (, , uint256 rows) = head(batch.position);
        from = batch.position + BatchReader.HEAD_BYTES;
        to = from + rows * BatchReader.ROW_BYTES;
    }

    function _word(uint256 place) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(place)
        }
    }
}
