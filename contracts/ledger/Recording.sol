// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedger, Tab} from "../interfaces/ILedger.sol";
import {Royalty, ServingTerms} from "../interfaces/IModels.sol";
import {AccountTable, AccountTables} from "../libraries/AccountTable.sol";
import {Batch, BatchReader} from "../libraries/BatchReader.sol";
import {FixedShare, FixedShares} from "../libraries/FixedShares.sol";
import {MerkleRoot} from "../libraries/MerkleRoot.sol";
import {RecordRules} from "../libraries/RecordRules.sol";
import {AccountId, BatchId, bondOf, ModelId} from "../types/Ids.sol";
import {Bonds} from "./Bonds.sol";
import {Tabs} from "./Tabs.sol";

/// @title Recording
/// @notice Records batches of attributed inferences and splits their fees.
/// @dev The calldata floor (EIP-7623) charges up to 40 gas a byte whether or not execution uses them. The records are copied
/// to memory once, and read, hashed and emitted from there, to stay near it.
abstract contract Recording is Tabs, Bonds {
    using AccountTables for AccountTable;
    using FixedShares for FixedShare;
    using RecordRules for Batch;

    uint256 public constant MAX_RECORDS = 1_024;

    /// @inheritdoc ILedger
    AccountId public immutable treasury;

    /// @inheritdoc ILedger
    uint64 public batchCount;

    /// @inheritdoc ILedger
    uint16 public treasuryBps;

    /// @inheritdoc ILedger
    bool public recordingPaused;

    mapping(BatchId batch => bytes32 commitment) internal _batches;

    constructor(AccountId treasury_) {
        require(_exists(treasury_), Ledger_UnknownTreasury(treasury_));
        treasury = treasury_;
    }

    /// @inheritdoc ILedger
    function recordBatch(ModelId model, bytes calldata records) external returns (BatchId id) {
        require(!recordingPaused, Ledger_Paused());
        require(records.length != 0, Ledger_EmptyBatch());
        AccountId operator = accounts.requireAccountOf(msg.sender);
        require(models.isOperator(model, operator), Ledger_NotOperator(model, msg.sender));
        Batch memory batch = _begin(operator, models.servingTerms(model));
        bytes memory words = _layOut(batch, records);
        bytes32[] memory leaves = _readAll(batch, operator, records.length);

        uint32 epoch = currentEpoch();
        uint256 feesGwei = _settleTabs(batch.payers, operator);
        _settleCredits(batch, feesGwei, epoch);
        _expose(bondOf(operator), feesGwei, epoch);
        _expose(bondOf(model), feesGwei, epoch);
        id = BatchId.wrap(++batchCount);
        uint256 count = leaves.length;
        bytes32 root = MerkleRoot.consume(leaves);
        _batches[id] = keccak256(abi.encode(model, operator, epoch, count, treasuryBps, root));

        _fill(words, id, model, operator, epoch, count, feesGwei, root);
        _emit(4, words);
    }

    /// @inheritdoc ILedger
    function batchCommitmentOf(BatchId batch) external view returns (bytes32) {
        return _batches[batch];
    }

    /// @dev What the records are held to and how their fees are split. The owner's share is named, not what is left: what
    /// rounding leaves is the treasury's, so that nobody gains by hiding rows.
    function _begin(AccountId operator, ServingTerms memory terms) private view returns (Batch memory batch) {
        uint256 accountCount = accounts.accountCount();
        batch.topK = terms.topK;
        batch.rowLimit = (uint256(terms.rowCount) << 224) - 1;
        batch.sketchBytes = terms.dims / 2;
        batch.contributorBps = terms.contributorBps;
        batch.payers = AccountTables.create(accountCount);
        batch.credits = AccountTables.create(accountCount);

        uint256 ownerBps = BPS - terms.contributorBps - terms.operatorBps - treasuryBps;
        batch.royalties = new FixedShare[](terms.royalties.length);
        for (uint256 i = 0; i < terms.royalties.length; ++i) {
            Royalty memory royalty = terms.royalties[i];
            batch.royalties[i] = FixedShares.create(royalty.account, royalty.bps);
            ownerBps -= royalty.bps;
        }
        batch.operator = FixedShares.create(operator, terms.operatorBps);
        batch.owner = FixedShares.create(terms.owner, ownerBps);
    }

    /// @return leaves One of each record, in their order.
    function _readAll(
        Batch memory batch,
        AccountId operator,
        uint256 length
    ) private view returns (bytes32[] memory leaves) {
        // The shortest record has no rows, so there cannot be more of them than this.
        leaves = new bytes32[](length / (BatchReader.HEAD_BYTES + batch.sketchBytes));
        uint256 first;
        assembly ("memory-safe") {
            first := add(leaves, 0x20)
        }
        batch.leaves = first;

        uint256 start = batch.position;
        BatchReader.advance(batch);
        while (batch.position != batch.end) {
            _attend(batch, operator, start);
            BatchReader.advance(batch);
        }

        uint256 count = batch.index;
        require(count <= MAX_RECORDS, Ledger_TooManyRecords(count, MAX_RECORDS));
        assembly ("memory-safe") {
            mstore(leaves, count)
        }
    }

    /// @dev The reader stopped: its next record either names a payer whose tab it has not seen, or breaks a rule.
    function _attend(Batch memory batch, AccountId operator, uint256 start) private view {
        batch.requireHead(start);
        (uint256 payer, , ) = RecordRules.head(batch.position);
        (uint256 entry, bool opened) = batch.payers.entryOf(payer);
        if (opened) {
            batch.payers.requireRoom();
            Tab storage tab = _tabs[AccountId.wrap(uint32(payer))][operator];
            AccountTables.increase(entry, (uint256(tab.maxFeeGwei) << 64) | tab.balanceGwei);
            return;
        }
        (, uint256 value, ) = AccountTables.read(entry);
        batch.requireTab(uint64(value >> 64), uint64(value));
        batch.requireRows();
        batch.credits.requireRoom();
        batch.requireCodes();
        // The reader and the rules disagree: a fault of this contract, which must not record anything then.
        assert(false);
    }

    /// @return feesGwei What left all tabs together.
    function _settleTabs(AccountTable payers, AccountId operator) private returns (uint256 feesGwei) {
        for (uint256 entry = payers.newest(); entry != 0;) {
            (uint256 payer, uint256 value, uint256 older) = AccountTables.read(entry);
            Tab storage tab = _tabs[AccountId.wrap(uint32(payer))][operator];
            feesGwei += tab.balanceGwei - uint64(value);
            tab.balanceGwei = uint64(value);
            entry = older;
        }
    }

    /// @dev What nobody else was given, dust and the pools of answers that no row moved included, is the treasury's.
    function _settleCredits(Batch memory batch, uint256 feesGwei, uint32 epoch) private {
        AccountTable credits = batch.credits;
        _creditShare(credits, batch.operator);
        _creditShare(credits, batch.owner);
        for (uint256 i = 0; i < batch.royalties.length; ++i) _creditShare(credits, batch.royalties[i]);
        credits.requireRoom();

        uint256 givenGwei = 0;
        uint256 entry = credits.newest();
        while (entry != 0) {
            (uint256 account, uint256 amountGwei, uint256 older) = AccountTables.read(entry);
            _credit(AccountId.wrap(uint32(account)), amountGwei, epoch);
            unchecked {
                givenGwei += amountGwei;
            }
            entry = older;
        }
        _credit(treasury, feesGwei - givenGwei, epoch);
    }

    function _creditShare(AccountTable credits, FixedShare share) private pure {
        (uint256 taker, uint256 amountGwei) = share.read();
        (uint256 entry, ) = credits.entryOf(taker);
        AccountTables.increase(entry, amountGwei);
    }

    /// @dev Lays out the words of `BatchRecorded`, four topics and then the data, around the one copy of the records.
    function _layOut(Batch memory batch, bytes calldata records) private pure returns (bytes memory words) {
        uint256 start;
        assembly ("memory-safe") {
            let padded := and(add(records.length, 0x1f), not(0x1f))
            words := mload(0x40)
            start := add(words, 0x180)
            mstore(0x40, add(start, padded))

            mstore(words, add(0x160, padded))
            // Where `records` begins within the data, and its length.
            mstore(add(words, 0x140), 0xc0)
            mstore(add(words, 0x160), records.length)
            // The last word first, so that what pads the records is zero.
            mstore(add(words, add(0x160, padded)), 0)
            calldatacopy(start, records.offset, records.length)
        }
        batch.position = start;
        batch.end = start + records.length;
    }

    function _fill(
        bytes memory words,
        BatchId id,
        ModelId model,
        AccountId operator,
        uint32 epoch,
        uint256 count,
        uint256 feesGwei,
        bytes32 root
    ) private view {
        bytes32 selector = BatchRecorded.selector;
        uint256 treasuryBps_ = treasuryBps;
        assembly ("memory-safe") {
            mstore(add(words, 0x20), selector)
            mstore(add(words, 0x40), id)
            mstore(add(words, 0x60), model)
            mstore(add(words, 0x80), operator)
            mstore(add(words, 0xa0), epoch)
            mstore(add(words, 0xc0), count)
            mstore(add(words, 0xe0), treasuryBps_)
            mstore(add(words, 0x100), feesGwei)
            mstore(add(words, 0x120), root)
        }
    }
}
