// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BondRule} from "../interfaces/IBonds.sol";
import {Appeal, CourtTerms, ICourt} from "../interfaces/ICourt.sol";
import {AccountId, BondId, bondOf, ModelId, modelOf, operatorOf} from "../types/Ids.sol";
import {RecordProof} from "../types/Records.sol";
import {Receipts} from "./Receipts.sol";

/// @title Appeals
/// @notice What no chain can decide, such as whether a sketch was taken from the request that was answered: two bonds, a deadline and an
/// arbiter.
abstract contract Appeals is Receipts {
    uint64 public constant APPEAL_FEES = 20;
    uint64 private constant BURNT_PART = 4;

    /// @inheritdoc ICourt
    uint64 public appealCount;

    mapping(uint64 appeal => Appeal) private _appeals;

    /// @inheritdoc ICourt
    function appealRecord(
        RecordProof calldata call,
        bytes calldata sum,
        bytes32 groundsHash,
        string calldata groundsURI
    ) external returns (uint64 appeal) {
        Appeal memory filed;
        filed.feeGwei = ledger.setAside(call, sum);
        (filed.accused, filed.model) = (operatorOf(call.header.book), modelOf(call.header.book));
        filed.payer = call.record.payer;
        appeal = _file(filed, bondOf(filed.accused), _costOf(filed.feeGwei), filed.feeGwei * APPEAL_FEES);
        bytes memory topics = abi.encode(RecordAppealed.selector, appeal, call.header.batch, filed.appellant);
        _emit(4, abi.encodePacked(topics, _told(filed, call.index, groundsHash, groundsURI)));
    }

    /// @inheritdoc ICourt
    function appealUnit(
        ModelId model,
        uint16 unit,
        bytes32 groundsHash,
        string calldata groundsURI
    ) external returns (uint64 appeal) {
        // Reverts where there is no such unit.
        _models.unitOf(model, unit);
        Appeal memory filed;
        (filed.accused, filed.model) = (_models.ownerOf(model), model);
        (filed.isUnit, filed.unit) = (true, unit);
        appeal = _file(filed, bondOf(model), _bonds.rule().minimumGwei, 0);

        _emit(
            4,
            abi.encodePacked(
                abi.encode(UnitAppealed.selector, appeal, model, filed.appellant),
                abi.encode(unit, filed.stakeGwei, filed.heldGwei, filed.dueAt, groundsHash, groundsURI)
            )
        );
    }

    /// @inheritdoc ICourt
    function lapse(uint64 appeal) external {
        Appeal memory filed = _requireFiled(appeal);
        uint40 now_ = _now();
        require(now_ >= filed.dueAt, Court_AppealOpen(filed.dueAt, now_));

        delete _appeals[appeal];

        _emit(2, abi.encode(AppealLapsed.selector, appeal));
        _release(_bondOf(filed), filed.heldGwei);
        uint64 burntGwei = filed.stakeGwei / BURNT_PART;
        BondId appellants = bondOf(filed.appellant);
        _release(appellants, filed.stakeGwei - burntGwei);
        _bonds.slash(appellants, burntGwei, burntGwei, _toChallenger(filed.appellant, 0));
        _returnFee(filed, false);
    }

    /// @inheritdoc ICourt
    function appealOf(uint64 appeal) external view returns (Appeal memory) {
        return _appeals[appeal];
    }

    function _rule(uint64 appeal, bool upheld, bytes32 reasonsHash, string calldata reasonsURI) internal {
        Appeal memory filed = _requireFiled(appeal);
        uint40 now_ = _now();
        require(now_ < filed.dueAt, Court_AppealOver(filed.dueAt, now_));
        require(
            !(_isCallers(filed.appellant) || _isCallers(filed.accused) || _isCallers(filed.payer)),
            Court_Partial(appeal, msg.sender)
        );

        delete _appeals[appeal];

        _emit(
            2,
            abi.encodePacked(abi.encode(AppealRuled.selector, appeal), abi.encode(upheld, reasonsHash, reasonsURI))
        );
        if (upheld) _uphold(filed);
        else _deny(filed);
        _returnFee(filed, upheld);
    }

    function _uphold(Appeal memory filed) private {
        uint16 bountyBps = _bonds.rule().bountyBps;
        _release(bondOf(filed.appellant), filed.stakeGwei);
        uint64 takenGwei = filed.heldGwei;
        if (filed.isUnit) {
            _models.strike(filed.model, filed.unit);
            takenGwei = type(uint64).max;
        }
        _bonds.slash(_bondOf(filed), takenGwei, filed.heldGwei, _toChallenger(filed.appellant, bountyBps));
    }

    function _deny(Appeal memory filed) private {
        _release(_bondOf(filed), filed.heldGwei);
        _bonds.slash(
            bondOf(filed.appellant),
            filed.stakeGwei,
            filed.stakeGwei,
            _toChallenger(filed.accused, WHOLE_BPS / 2)
        );
    }

    /// @dev What an appeal about a record costs its operator.
    function _costOf(uint64 feeGwei) private view returns (uint64) {
        BondRule memory rule_ = _bonds.rule();
        return uint64((uint256(feeGwei) * rule_.ratioBps) / WHOLE_BPS) + rule_.perRecordGwei;
    }

    function _told(
        Appeal memory filed,
        uint256 index,
        bytes32 groundsHash,
        string calldata groundsURI
    ) private pure returns (bytes memory) {
        return
            abi.encode(
                uint32(index),
                filed.stakeGwei,
                filed.heldGwei,
                filed.feeGwei,
                filed.dueAt,
                groundsHash,
                groundsURI
            );
    }

    /// @dev The accused bond is held for what the ruling may cost, from what is leaving too.
    function _file(
        Appeal memory filed,
        BondId accused,
        uint64 costGwei,
        uint64 leastStakeGwei
    ) private returns (uint64 appeal) {
        CourtTerms memory terms_ = _terms;
        filed.appellant = _accounts.requireAccountOf(msg.sender);
        filed.dueAt = _now() + terms_.rulingSeconds;
        filed.stakeGwei = terms_.appealStakeGwei < leastStakeGwei ? leastStakeGwei : terms_.appealStakeGwei;
        _bonds.stake(bondOf(filed.appellant), filed.stakeGwei);
        filed.heldGwei = _bonds.hold(accused, costGwei);
        appeal = ++appealCount;
        _appeals[appeal] = filed;
    }

    function _returnFee(Appeal memory filed, bool toPayer) private {
        if (filed.feeGwei != 0) ledger.returnFee(filed.model, filed.accused, filed.payer, filed.feeGwei, toPayer);
    }

    /// @dev Whether an account is paid to the caller, whichever of its accounts it acts as.
    function _isCallers(AccountId account) private view returns (bool) {
        return AccountId.unwrap(account) != 0 && _accounts.payoutOf(account) == msg.sender;
    }

    function _bondOf(Appeal memory filed) private pure returns (BondId) {
        return filed.isUnit ? bondOf(filed.model) : bondOf(filed.accused);
    }

    function _requireFiled(uint64 appeal) private view returns (Appeal memory filed) {
        filed = _appeals[appeal];
        require(AccountId.unwrap(filed.appellant) != 0, Court_UnknownAppeal(appeal));
    }
}
