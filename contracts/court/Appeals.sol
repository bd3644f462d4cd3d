// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Appeal, AppealSubject, Fault, ICourt} from "../interfaces/ICourt.sol";
import {IBonds} from "../interfaces/IBonds.sol";
import {RecordProofs} from "../libraries/RecordProofs.sol";
import {AccountId, BatchId, BondId, bondOf, ModelId} from "../types/Ids.sol";
import {BatchHeader, RecordProof} from "../types/Records.sol";
import {Terms} from "./Terms.sol";

/// @title Appeals
/// @notice What no chain can decide, such as whether a sketch was taken from the request that was answered: two bonds, a
/// deadline and an arbiter.
abstract contract Appeals is Terms {
    using RecordProofs for RecordProof;

    /// @inheritdoc ICourt
    uint64 public appealCount;

    mapping(uint64 appeal => Appeal) private _appeals;

    /// @inheritdoc ICourt
    function appealRecord(
        RecordProof calldata call,
        bytes32 groundsHash,
        string calldata groundsURI
    ) external returns (uint64 appeal) {
        BatchHeader calldata header = call.header;
        require(
            call.isRecorded(ledger.batchCommitmentOf(header.batch)),
            IBonds.Ledger_NotRecorded(header.batch, call.index)
        );
        require(!ledger.isVoided(header.batch, call.index), IBonds.Ledger_AlreadyVoided(header.batch, call.index));
        return
            _file(
                AppealSubject({model: header.model, batch: header.batch, index: uint32(call.index)}),
                header.operator,
                bondOf(header.operator),
                groundsHash,
                groundsURI
            );
    }

    /// @inheritdoc ICourt
    function appealModel(
        ModelId model,
        bytes32 groundsHash,
        string calldata groundsURI
    ) external returns (uint64 appeal) {
        require(!_isStopped(model), IBonds.Ledger_ModelStopped(model));
        return
            _file(
                AppealSubject({model: model, batch: BatchId.wrap(0), index: 0}),
                _models.servingTerms(model).owner,
                bondOf(model),
                groundsHash,
                groundsURI
            );
    }

    /// @inheritdoc ICourt
    function lapse(uint64 appeal) external {
        Appeal memory filed = _requireFiled(appeal);
        require(block.timestamp > filed.dueAt, Court_AppealOpen(filed.dueAt, block.timestamp));

        delete _appeals[appeal];

        _emit(2, abi.encode(AppealLapsed.selector, appeal));
        ledger.release(bondOf(filed.appellant), filed.stakeGwei);
    }

    /// @inheritdoc ICourt
    function appealOf(uint64 appeal) external view returns (Appeal memory) {
        return _appeals[appeal];
    }

    function _rule(
        uint64 appeal,
        bool upheld,
        RecordProof[] calldata calls,
        bytes32 reasonsHash,
        string calldata reasonsURI
    ) internal {
        Appeal memory filed = _requireFiled(appeal);
        require(block.timestamp <= filed.dueAt, Court_AppealOver(filed.dueAt, block.timestamp));

        delete _appeals[appeal];

        _emit(
            2,
            abi.encodePacked(abi.encode(AppealRuled.selector, appeal), abi.encode(upheld, reasonsHash, reasonsURI))
        );
        BondId appellants = bondOf(filed.appellant);
        ledger.release(appellants, filed.stakeGwei);
        if (upheld) _uphold(appeal, filed, calls);
        else ledger.slash(appellants, filed.stakeGwei, filed.accused);
    }

    /// @dev A record whose credits have matured stays paid; its operator loses what the appellant had at stake.
    function _uphold(uint64 appeal, Appeal memory filed, RecordProof[] calldata calls) private {
        AppealSubject memory subject = filed.subject;
        if (BatchId.unwrap(subject.batch) == 0) {
            _strikeIndex(subject.model, filed.appellant, Fault.Appeal);
        } else if (calls.length == 0) {
            ledger.slash(bondOf(filed.accused), filed.stakeGwei, filed.appellant);
        } else {
            RecordProof calldata call = calls[0];
            require(
                calls.length == 1 &&
                    BatchId.unwrap(call.header.batch) == BatchId.unwrap(subject.batch) &&
                    call.index == subject.index,
                Court_WrongSubject(appeal)
            );
            _strikeRecord(call, bondOf(filed.accused), filed.appellant, Fault.Appeal);
        }
    }

    function _file(
        AppealSubject memory subject,
        AccountId accused,
        BondId bond,
        bytes32 groundsHash,
        string calldata groundsURI
    ) private returns (uint64 appeal) {
        AccountId appellant = _accounts.requireAccountOf(msg.sender);
        appeal = ++appealCount;
        Appeal memory filed = Appeal({
            appellant: appellant,
            accused: accused,
            dueAt: uint40(block.timestamp + _terms.rulingSeconds),
            stakeGwei: _terms.appealStakeGwei,
            subject: subject
        });
        _appeals[appeal] = filed;

        _emit(
            4,
            abi.encodePacked(
                abi.encode(AppealFiled.selector, appeal, appellant, accused),
                abi.encode(subject, filed.stakeGwei, filed.dueAt, groundsHash, groundsURI)
            )
        );
        ledger.stake(bondOf(appellant), filed.stakeGwei);
        // In the last second it can still be ruled.
        ledger.freezeBond(bond, filed.dueAt + 1);
    }

    function _requireFiled(uint64 appeal) private view returns (Appeal memory filed) {
        filed = _appeals[appeal];
        require(AccountId.unwrap(filed.appellant) != 0, Court_UnknownAppeal(appeal));
    }
}
