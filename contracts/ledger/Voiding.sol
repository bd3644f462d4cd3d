// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedger} from "../interfaces/ILedger.sol";
import {BatchSums} from "../libraries/BatchSums.sol";
import {BookSlot, BookSlots} from "../libraries/BookSlot.sol";
import {OrderedTree} from "../libraries/OrderedTree.sol";
import {Records} from "../libraries/Records.sol";
import {AccountId, BookId, ModelId, modelOf, operatorOf} from "../types/Ids.sol";
import {BatchHeader, RecordProof} from "../types/Records.sol";
import {Recording} from "./Recording.sol";

/// @title Voiding
/// @notice Takes a record out of its book while the book's window is open: fee, sketch and leaf. What was charged never falls, so that a
/// voucher cannot be charged twice; the payer gets the fee as earnings.
abstract contract Voiding is Recording {
    using BookSlots for BookSlot;
    using Records for RecordProof;

    modifier onlyCourt() {
        require(msg.sender == court, Ledger_NotAppointed(msg.sender));
        _;
    }

    /// @inheritdoc ILedger
    function voidRecord(RecordProof calldata call, bytes calldata sum) external onlyCourt returns (uint64 feeGwei) {
        feeGwei = _takeOut(call, sum, false);
        BookId book = call.header.book;
        _refund(modelOf(book), operatorOf(book), call.record.payer, feeGwei);
    }

    /// @inheritdoc ILedger
    function setAside(RecordProof calldata call, bytes calldata sum) external onlyCourt returns (uint64 feeGwei) {
        return _takeOut(call, sum, true);
    }

    /// @inheritdoc ILedger
    function returnFee(
        ModelId model,
        AccountId operator,
        AccountId payer,
        uint64 feeGwei,
        bool toPayer
    ) external onlyCourt {
        _emit(4, abi.encode(FeeReturned.selector, model, operator, payer, feeGwei, toPayer));
        if (toPayer) _refund(model, operator, payer, feeGwei);
        else _give(model, operator, feeGwei);
    }

    function _refund(ModelId model, AccountId operator, AccountId payer, uint64 feeGwei) private {
        if (AccountId.unwrap(payer) == 0) _give(model, operator, feeGwei);
        else earnings.credit(payer, feeGwei);
    }

    function _takeOut(RecordProof calldata call, bytes calldata sum, bool isSetAside) private returns (uint64 feeGwei) {
        BatchHeader memory header = call.header;
        _requireWindow(header.book);
        bytes32 leaf = call.leafOf();
        (bytes32 root, bytes32 replaced) = OrderedTree.climb(
            leaf,
            Records.voidedLeaf(leaf),
            call.index,
            header.count,
            call.path
        );
        require(
            root == header.root && Records.commitmentOf(header) == _batches[header.batch],
            Records.Records_NotRecorded(header, call.index)
        );

        uint64 units = call.record.feeUnits;
        header.root = replaced;
        header.units -= units;
        header.sumHash = _sumWithout(call, sum);
        _batches[header.batch] = Records.commitmentOf(header);
        _books[header.book] = _books[header.book].without(units);
        _unsettledUnits[modelOf(header.book)] -= units;
        feeGwei = units * models.feeUnitOf(modelOf(header.book));

        _emit(
            4,
            abi.encode(
                RecordVoided.selector,
                header.batch,
                call.index,
                call.record.payer,
                feeGwei,
                isSetAside,
                header.units,
                replaced,
                header.sumHash
            )
        );
    }

    function _requireWindow(BookId book) private view {
        uint40 end = _windowEndOf(book);
        uint40 now_ = clock.time();
        require(now_ < end, Ledger_WindowOver(book, end, now_));
    }

    /// @return The hash of the batch's sum without a record's sketch.
    function _sumWithout(RecordProof calldata call, bytes calldata sum) private pure returns (bytes32) {
        if (call.record.sketch.length == 0) return call.header.sumHash;
        bytes32 found = keccak256(sum);
        require(found == call.header.sumHash, Ledger_SumDiffers(found, call.header.sumHash));
        return keccak256(BatchSums.without(sum, call.record.sketch, call.record.feeUnits));
    }
}
