// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Fault, ICourt} from "../interfaces/ICourt.sol";
import {IAccounts} from "../interfaces/IAccounts.sol";
import {IDatasets} from "../interfaces/IDatasets.sol";
import {ILedger} from "../interfaces/ILedger.sol";
import {IModels} from "../interfaces/IModels.sol";
import {Journal} from "../Journal.sol";
import {RecordProofs} from "../libraries/RecordProofs.sol";
import {AccountId, BondId, bondOf, ModelId} from "../types/Ids.sol";
import {BatchHeader, RecordProof} from "../types/Records.sol";

/// @title Docket
/// @notice What all proofs share: how they are announced, and what they do to records, rows and models.
abstract contract Docket is ICourt, Journal {
    using RecordProofs for bytes;

    /// @dev Blocks between announcing a proof and sending it: long enough that whoever sees it pending cannot announce it too.
    uint256 public constant COMMIT_BLOCKS = 2;

    /// @inheritdoc ICourt
    ILedger public immutable ledger;

    /// @inheritdoc ICourt
    IDatasets public immutable datasets;

    IAccounts internal immutable _accounts;
    IModels internal immutable _models;

    /// @inheritdoc ICourt
    mapping(bytes32 commitment => uint64 blockNumber) public committedAt;

    mapping(ModelId model => mapping(uint32 row => bool)) private _struckRows;

    constructor(ILedger ledger_, IDatasets datasets_) {
        ledger = ledger_;
        datasets = datasets_;
        _accounts = ledger_.accounts();
        _models = ledger_.models();
    }

    /// @inheritdoc ICourt
    function commit(bytes32 commitment) external {
        require(committedAt[commitment] == 0, Court_AlreadyCommitted(commitment));

        committedAt[commitment] = uint64(block.number);

        _emit(2, abi.encode(ChallengeCommitted.selector, commitment));
    }

    /// @inheritdoc ICourt
    function isRowStruck(ModelId model, uint32 row) public view returns (bool) {
        return _struckRows[model][row];
    }

    /// @dev Uses up the caller's announcement of this very call.
    /// @return challenger The caller's account.
    function _redeem() internal returns (AccountId challenger) {
        challenger = _accounts.requireAccountOf(msg.sender);
        bytes32 commitment = keccak256(abi.encode(msg.sender, msg.data));
        uint256 blockNumber = committedAt[commitment];
        require(blockNumber != 0, Court_NotCommitted(commitment));
        uint256 openAt = blockNumber + COMMIT_BLOCKS;
        require(block.number >= openAt, Court_TooSoon(block.number, openAt));
        delete committedAt[commitment];
    }

    /// @dev The Ledger checks that the record was recorded: everything read from it before is undone where it was not.
    function _strikeRecord(RecordProof calldata call, BondId culprit, AccountId challenger, Fault fault) internal {
        BatchHeader calldata header = call.header;
        _emit(4, abi.encode(RecordStruck.selector, header.batch, call.index, challenger, fault));
        ledger.strikeRecord(call, culprit, challenger);
    }

    /// @dev Stops a model over its index. Over a model that is stopped already, there is nothing left to take.
    function _strikeIndex(ModelId model, AccountId challenger, Fault fault) internal {
        if (_isStopped(model)) return;
        _emit(3, abi.encode(IndexStruck.selector, model, challenger, fault));
        ledger.strikeModel(model, challenger);
    }

    function _strikeRow(ModelId model, uint32 row, Fault fault) internal {
        if (_struckRows[model][row]) return;
        _struckRows[model][row] = true;
        _emit(3, abi.encode(RowStruck.selector, model, row, fault));
    }

    /// @dev Voids records that list a struck row. Their operators followed the index, so its owner's bond answers.
    function _voidListing(
        ModelId model,
        uint32 row,
        RecordProof[] calldata calls,
        AccountId challenger,
        Fault fault
    ) internal {
        for (uint256 i = 0; i < calls.length; ++i) {
            RecordProof calldata call = calls[i];
            require(call.header.model == model, Court_OtherModel(model, call.header.model));
            _requireListed(call.record, row);
            _strikeRecord(call, bondOf(model), challenger, fault);
        }
    }

    function _isStopped(ModelId model) internal view returns (bool) {
        return ledger.bondStateOf(bondOf(model)).isStopped;
    }

    /// @dev Whether a record lists a row, and which account it credits.
    function _find(bytes calldata record, uint32 row) internal pure returns (bool listed, AccountId account) {
        uint256 rows = record.rowCountOf();
        for (uint256 i = 0; i < rows; ++i) {
            uint32 listedRow;
            (listedRow, account, ) = record.rowAt(i);
            if (listedRow == row) return (true, account);
        }
        return (false, AccountId.wrap(0));
    }

    function _requireListed(bytes calldata record, uint32 row) internal pure returns (AccountId account) {
        bool listed;
        (listed, account) = _find(record, row);
        require(listed, Court_RowNotListed(row));
    }
}
