// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedger, Tab} from "../interfaces/ILedger.sol";
import {IModels, Royalty, ServingTerms} from "../interfaces/IModels.sol";
import {AccountTable, AccountTables, TABLE_MAX_ENTRIES} from "../libraries/AccountTable.sol";
import {FixedShare, FixedShares} from "../libraries/FixedShares.sol";
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
    using FixedShares for FixedShare;
    using FixedShares for FixedShare[];

    /// @dev What the records of one batch are held to and split by, and what they have come to so far.
    struct Pass {
        AccountId operator;
        uint256 start;
        uint256 end;
        RecordReader reader;
        uint256 contributorBps;
        FixedShare[] shares;
        AccountTable payers;
        uint256 feesGwei;
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
        pass.operator = operator;
        pass.reader = RecordReader({
            rowCount: terms.rowCount,
            topK: terms.topK,
            sketchBytes: terms.dims / 2,
            accountCount: accounts.accountCount(),
            credits: AccountTables.create()
        });
        pass.contributorBps = terms.contributorBps;
        pass.payers = AccountTables.create();

        uint256 ownerBps = BPS - terms.contributorBps - terms.operatorBps - treasuryBps;
        pass.shares = new FixedShare[](terms.royalties.length + 2);
        for (uint256 i = 0; i < terms.royalties.length; ++i) {
            Royalty memory royalty = terms.royalties[i];
            pass.shares[i + 2] = FixedShares.create(royalty.account, royalty.bps);
            ownerBps -= royalty.bps;
        }
        pass.shares[0] = FixedShares.create(operator, terms.operatorBps);
        pass.shares[1] = FixedShares.create(terms.owner, ownerBps);
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
            RecordReader memory reader = pass.reader;
            uint256 rowsAt = at + Records.HEAD_BYTES;
            require(rowsAt <= pass.end, Ledger_RecordTruncated(index, at - pass.start));
            (uint256 payer, uint256 feeGwei, uint256 rows) = Records.head(at);
            require(rows <= reader.topK, Ledger_TooManyRows(index, rows, reader.topK));
            uint256 sketchAt = rowsAt + rows * Records.ROW_BYTES;
            next = sketchAt + reader.sketchBytes;
            require(next <= pass.end, Ledger_RecordTruncated(index, at - pass.start));

            _charge(pass, index, payer, feeGwei);
            if (rows != 0) {
                uint256 poolGwei = (feeGwei * pass.contributorBps) / BPS;
                if (Records.creditRows(rowsAt, rows, poolGwei, reader) != 0) {
                    Records.requireRows(rowsAt, sketchAt, index, reader);
                    _requireRoom(reader.credits);
                }
            }
            require(Records.codesInRange(sketchAt, reader.sketchBytes), Ledger_CodeOutOfRange(index));
            pass.shares.take(feeGwei);
            pass.feesGwei += feeGwei;
        }
    }

    /// @dev Takes one fee off a payer's tab as it stands after the records before.
    function _charge(Pass memory pass, uint256 index, uint256 payer, uint256 feeGwei) private view {
        unchecked {
            (uint256 entry, bool opened) = pass.payers.entryOf(payer);
            if (opened) {
                Records.requireAccount(payer, index, pass.reader);
                _requireRoom(pass.payers);
                Tab storage tab = _tabs[AccountId.wrap(uint32(payer))][pass.operator];
                AccountTables.increase(entry, (uint256(tab.maxFeeGwei) << 64) | tab.balanceGwei);
            }
            (, uint256 value, ) = AccountTables.read(entry);
            if (feeGwei > value >> 64) {
                revert Ledger_FeeAboveCap(index, AccountId.wrap(uint32(payer)), feeGwei, value >> 64);
            }
            if (feeGwei > uint64(value)) {
                revert Ledger_TabTooSmall(index, AccountId.wrap(uint32(payer)), feeGwei, uint64(value));
            }
            AccountTables.decrease(entry, feeGwei);
        }
    }

    function _settleTabs(Pass memory pass) private {
        for (uint256 entry = pass.payers.newest(); entry != 0;) {
            (uint256 payer, uint256 value, uint256 older) = AccountTables.read(entry);
            _tabs[AccountId.wrap(uint32(payer))][pass.operator].balanceGwei = uint64(value);
            entry = older;
        }
    }

    /// @dev What nobody else was given, dust and the pools of answers that no row moved included, is the treasury's.
    function _settleCredits(Pass memory pass, uint32 epoch) private {
        AccountTable credits = pass.reader.credits;
        for (uint256 i = 0; i < pass.shares.length; ++i) {
            (uint256 taker, uint256 shareGwei) = pass.shares[i].read();
            (uint256 entry, ) = credits.entryOf(taker);
            AccountTables.increase(entry, shareGwei);
        }
        _requireRoom(credits);

        uint256 leftGwei = pass.feesGwei;
        uint256 treasuryGwei;
        for (uint256 entry = credits.newest(); entry != 0;) {
            (uint256 account, uint256 amountGwei, uint256 older) = AccountTables.read(entry);
            leftGwei -= amountGwei;
            if (account == AccountId.unwrap(treasury)) treasuryGwei = amountGwei;
            else _credit(AccountId.wrap(uint32(account)), amountGwei, epoch);
            entry = older;
        }
        _credit(treasury, treasuryGwei + leftGwei, epoch);
    }

    function _requireRoom(AccountTable table) private pure {
        require(table.count() <= TABLE_MAX_ENTRIES, Ledger_TooManyAccounts(TABLE_MAX_ENTRIES));
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
