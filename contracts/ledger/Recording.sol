// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedger, Tab} from "../interfaces/ILedger.sol";
import {IModels, Royalty, ServingTerms} from "../interfaces/IModels.sol";
import {AccountTable, AccountTables} from "../libraries/AccountTable.sol";
import {MerkleRoot} from "../libraries/MerkleRoot.sol";
import {RecordReader, Records} from "../libraries/Records.sol";
import {AccountId, BatchId, ModelId} from "../types/Ids.sol";
import {Earnings} from "./Earnings.sol";
import {Tabs} from "./Tabs.sol";

/// @title Recording
/// @notice Records batches of attributed inferences and splits their fees.
/// @dev The calldata floor (EIP-7623) charges 40 gas a byte whether or not execution uses them; everything here is meant to
/// fit under it, so the records are copied to memory once and read, hashed and emitted from there.
abstract contract Recording is Tabs, Earnings {
    using AccountTables for AccountTable;

    /// @dev What the records of one batch are held to and split by, and what they have come to so far.
    struct Pass {
        AccountId operator;
        AccountId owner;
        uint256 start;
        uint256 end;
        RecordReader reader;
        uint256 contributorBps;
        uint256 operatorBps;
        uint256 ownerBps;
        Royalty[] royalties;
        AccountTable payers;
        uint256 feesGwei;
        uint256 operatorGwei;
        uint256 ownerGwei;
        uint256 treasuryGwei;
        uint256[] royaltiesGwei;
    }

    uint256 public constant MAX_RECORDS = 1_024;
    uint256 internal constant BPS = 10_000;

    /// @inheritdoc ILedger
    IModels public immutable models;

    /// @inheritdoc ILedger
    AccountId public immutable treasury;

    /// @inheritdoc ILedger
    uint64 public batchCount;

    /// @inheritdoc ILedger
    uint16 public treasuryBps;

    /// @inheritdoc ILedger
    bool public recordingPaused;

    mapping(BatchId batch => bytes32 commitment) private _batches;

    constructor(IModels models_, AccountId treasury_) {
        require(_exists(treasury_), Ledger_UnknownTreasury(treasury_));
        models = models_;
        treasury = treasury_;
    }

    /// @inheritdoc ILedger
    function recordBatch(ModelId model, bytes calldata records) external returns (BatchId batch) {
        require(!recordingPaused, Ledger_Paused());
        require(records.length != 0, Ledger_EmptyBatch());
        AccountId operator = accounts.requireAccountOf(msg.sender);
        require(models.isOperator(model, operator), Ledger_NotOperator(model, msg.sender));
        Pass memory pass = _begin(operator, models.servingTerms(model));
        bytes memory words = _words(pass, records);
        bytes32[] memory leaves = _readAll(pass);

        uint32 epoch = currentEpoch();
        _settleTabs(pass);
        _settleCredits(pass, epoch);
        batch = BatchId.wrap(++batchCount);
        uint256 count = leaves.length;
        bytes32 root = MerkleRoot.consume(leaves);
        _batches[batch] = keccak256(abi.encode(model, operator, epoch, count, root));

        _fill(words, batch, model, operator, epoch, count, pass.feesGwei, root);
        _emit(4, words);
    }

    /// @inheritdoc ILedger
    function batchCommitmentOf(BatchId batch) external view returns (bytes32) {
        return _batches[batch];
    }

    function _begin(AccountId operator, ServingTerms memory terms) private view returns (Pass memory pass) {
        uint256 royaltiesBps;
        for (uint256 i = 0; i < terms.royalties.length; ++i) royaltiesBps += terms.royalties[i].bps;

        pass.operator = operator;
        pass.owner = terms.owner;
        pass.reader = RecordReader({
            rowCount: terms.rowCount,
            topK: terms.topK,
            sketchBytes: terms.dims / 2,
            accountCount: accounts.accountCount(),
            credits: AccountTables.create()
        });
        pass.contributorBps = terms.contributorBps;
        pass.operatorBps = terms.operatorBps;
        pass.ownerBps = BPS - terms.contributorBps - terms.operatorBps - royaltiesBps - treasuryBps;
        pass.royalties = terms.royalties;
        pass.royaltiesGwei = new uint256[](terms.royalties.length);
        pass.payers = AccountTables.create();
    }

    /// @return leaves One of each record, in their order.
    function _readAll(Pass memory pass) private view returns (bytes32[] memory leaves) {
        unchecked {
            leaves = new bytes32[](_atMost(pass.end - pass.start, pass.reader.sketchBytes));
            uint256 index;
            for (uint256 at = pass.start; at < pass.end; ++index) {
                require(index < MAX_RECORDS, Ledger_TooManyRecords(index, MAX_RECORDS));
                uint256 next = _read(pass, index, at);
                leaves[index] = Records.leaf(index, at, next);
                at = next;
            }
            assembly ("memory-safe") {
                mstore(leaves, index)
            }
        }
    }

    /// @return next Where the record at memory address `at` ends.
    function _read(Pass memory pass, uint256 index, uint256 at) private view returns (uint256 next) {
        unchecked {
            uint256 rowsAt = at + Records.HEAD_BYTES;
            require(rowsAt <= pass.end, Ledger_RecordTruncated(index, at - pass.start));
            (uint256 payer, uint256 feeGwei, uint256 rows) = Records.head(at);
            require(rows <= pass.reader.topK, Ledger_TooManyRows(index, rows, pass.reader.topK));
            uint256 sketchAt = rowsAt + rows * Records.ROW_BYTES;
            next = sketchAt + pass.reader.sketchBytes;
            require(next <= pass.end, Ledger_RecordTruncated(index, at - pass.start));

            _charge(pass, index, payer, feeGwei);
            _split(pass, index, feeGwei, rowsAt, rows);
            require(Records.codesInRange(sketchAt, pass.reader.sketchBytes), Ledger_CodeOutOfRange(index));
        }
    }

    /// @dev Takes one fee off a payer's tab as it stands after the records before.
    function _charge(Pass memory pass, uint256 index, uint256 payer, uint256 feeGwei) private view {
        unchecked {
            AccountId account = AccountId.wrap(uint32(payer));
            (uint256 entry, bool opened) = pass.payers.entryOf(payer);
            if (opened) {
                require(payer != 0 && payer <= pass.reader.accountCount, Ledger_UnknownAccount(index, account));
                Tab storage tab = _tabs[account][pass.operator];
                AccountTables.increase(entry, (uint256(tab.maxFeeGwei) << 64) | tab.balanceGwei);
            }
            uint256 value = AccountTables.valueOf(entry);
            uint256 balanceGwei = uint64(value);
            uint256 maxFeeGwei = value >> 64;
            require(feeGwei <= maxFeeGwei, Ledger_FeeAboveCap(index, account, feeGwei, maxFeeGwei));
            require(feeGwei <= balanceGwei, Ledger_TabTooSmall(index, account, feeGwei, balanceGwei));
            AccountTables.decrease(entry, feeGwei);
        }
    }

    /// @dev Every share of one fee, each rounded down. What is left, dust and the pool of no rows, is the treasury's.
    function _split(Pass memory pass, uint256 index, uint256 feeGwei, uint256 rowsAt, uint256 rows) private pure {
        unchecked {
            uint256 poolGwei = (feeGwei * pass.contributorBps) / BPS;
            uint256 givenGwei = Records.creditRows(rowsAt, rows, poolGwei, index, pass.reader);

            uint256 shareGwei = (feeGwei * pass.operatorBps) / BPS;
            pass.operatorGwei += shareGwei;
            givenGwei += shareGwei;

            shareGwei = (feeGwei * pass.ownerBps) / BPS;
            pass.ownerGwei += shareGwei;
            givenGwei += shareGwei;

            for (uint256 i = 0; i < pass.royalties.length; ++i) {
                shareGwei = (feeGwei * pass.royalties[i].bps) / BPS;
                pass.royaltiesGwei[i] += shareGwei;
                givenGwei += shareGwei;
            }

            pass.treasuryGwei += feeGwei - givenGwei;
            pass.feesGwei += feeGwei;
        }
    }

    function _settleTabs(Pass memory pass) private {
        for (uint256 entry = pass.payers.newest(); entry != 0;) {
            (uint256 payer, uint256 value, uint256 older) = AccountTables.read(entry);
            _tabs[AccountId.wrap(uint32(payer))][pass.operator].balanceGwei = uint64(value);
            entry = older;
        }
    }

    function _settleCredits(Pass memory pass, uint32 epoch) private {
        _add(pass.reader.credits, pass.operator, pass.operatorGwei);
        _add(pass.reader.credits, pass.owner, pass.ownerGwei);
        for (uint256 i = 0; i < pass.royalties.length; ++i) {
            _add(pass.reader.credits, pass.royalties[i].account, pass.royaltiesGwei[i]);
        }
        _add(pass.reader.credits, treasury, pass.treasuryGwei);

        for (uint256 entry = pass.reader.credits.newest(); entry != 0;) {
            (uint256 account, uint256 amountGwei, uint256 older) = AccountTables.read(entry);
            if (amountGwei != 0) _credit(AccountId.wrap(uint32(account)), amountGwei, epoch);
            entry = older;
        }
    }

    function _add(AccountTable credits, AccountId account, uint256 amountGwei) private pure {
        if (amountGwei == 0) return;
        (uint256 entry, ) = credits.entryOf(AccountId.unwrap(account));
        AccountTables.increase(entry, amountGwei);
    }

    /// @dev The shortest record has no rows; whatever the batch holds, it holds no more records than this.
    function _atMost(uint256 length, uint256 sketchBytes) private pure returns (uint256 count) {
        count = length / (Records.HEAD_BYTES + sketchBytes);
        if (count > MAX_RECORDS) count = MAX_RECORDS;
    }

    /// @dev Lays out the words of `BatchRecorded`, four topics and then the data, around the one copy of the records.
    function _words(Pass memory pass, bytes calldata records) private pure returns (bytes memory words) {
        uint256 start;
        assembly ("memory-safe") {
            let padded := and(add(records.length, 0x1f), not(0x1f))
            words := mload(0x40)
            start := add(words, 0x160)
            mstore(0x40, add(start, padded))

            mstore(words, add(0x140, padded))
            // Where `records` begins within the data, and its length.
            mstore(add(words, 0x120), 0xa0)
            mstore(add(words, 0x140), records.length)
            // The last word first, so that what pads the records is zero.
            mstore(add(words, add(0x140, padded)), 0)
            calldatacopy(start, records.offset, records.length)
        }
        pass.start = start;
        pass.end = start + records.length;
    }

    function _fill(
        bytes memory words,
        BatchId batch,
        ModelId model,
        AccountId operator,
        uint32 epoch,
        uint256 count,
        uint256 feesGwei,
        bytes32 root
    ) private pure {
        bytes32 selector = BatchRecorded.selector;
        assembly ("memory-safe") {
            mstore(add(words, 0x20), selector)
            mstore(add(words, 0x40), batch)
            mstore(add(words, 0x60), model)
            mstore(add(words, 0x80), operator)
            mstore(add(words, 0xa0), epoch)
            mstore(add(words, 0xc0), count)
            mstore(add(words, 0xe0), feesGwei)
            mstore(add(words, 0x100), root)
        }
    }
}
