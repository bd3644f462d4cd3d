// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {Split} from "../interfaces/IBonds.sol";
import {IDatasets} from "../interfaces/IDatasets.sol";
import {
    ItemShown,
    IUnitCourt,
    RowShown,
    RowsRead,
    UnitCourtTerms,
    UnitDemand,
    UnitFault,
    UnitShown
} from "../interfaces/IUnitCourt.sol";
import {IModels, RowTerms} from "../interfaces/IModels.sol";
import {RowBytes} from "../libraries/RowBytes.sol";
import {AccountId, bondOf, ContributionId, ModelId, VersionId} from "../types/Ids.sol";
import {UnitFaults} from "./UnitFaults.sol";

/// @title UnitDemands
/// @notice Rows that somebody asks to see, because the row index is not to be had or an item may never have been contributed. A Merkle root does
/// not show what is missing, so the owner shows what is there.
abstract contract UnitDemands is UnitFaults {
    using RowBytes for bytes;

    /// @dev Stands for all rows of a unit.
    uint32 private constant ALL_ROWS = type(uint32).max;
    uint16 private constant SHOWN_BPS = 9_000;

    UnitCourtTerms internal _terms;

    mapping(ModelId model => mapping(uint256 place => UnitDemand)) private _demands;
    mapping(bytes32 showing => bytes32) private _showings;

    /// @inheritdoc IUnitCourt
    function demandUnit(bytes32, ModelId model, uint16 unit) external {
        AccountId demander = _redeemFor(model);
        (uint64 stakeGwei, uint40 dueAt) = _demand(model, unit, ALL_ROWS, demander);
        _emit(4, abi.encode(UnitDemanded.selector, model, unit, demander, stakeGwei, dueAt));
    }

    /// @inheritdoc IUnitCourt
    function showUnit(ModelId model, UnitShown calldata shown, bytes calldata rows, RowsRead calldata read) external {
        AccountId shownBy = _accounts.requireAccountOf(msg.sender);
        UnitDemand storage demand = _requireOpen(model, shown.unit, ALL_ROWS);
        RowTerms memory terms_ = _requireUnit(model, shown);
        bytes32 key = keccak256(abi.encode(shownBy, model, shown.unit));
        RowsRead memory state = _begin(0);
        if (read.count != 0) {
            bytes32 found = keccak256(abi.encode(read));
            require(found == _showings[key], UnitCourt_OtherReading(found, _showings[key]));
            state = read;
        }
        uint256 from = state.count;
        _read(state, shown, terms_, "", rows);
        _emit(
            3,
            abi.encodePacked(abi.encode(UnitRowsShown.selector, model, shown.unit), abi.encode(uint32(from), rows))
        );
        if (state.count < shown.rows) {
            _showings[key] = keccak256(abi.encode(state));
            return;
        }
        _requireRoot(state, shown);
        delete _showings[key];
        _emit(4, abi.encode(UnitAnswered.selector, model, shown.unit, shownBy));
        _answer(demand, shownBy);
    }

    /// @inheritdoc IUnitCourt
    function demandItem(bytes32, ModelId model, uint16 unit, uint32 index) external {
        _requireRowNumber(unit, index);
        AccountId demander = _redeemFor(model);
        (uint64 stakeGwei, uint40 dueAt) = _demand(model, unit, index, demander);
        _emit(4, abi.encode(ItemDemanded.selector, model, unit, demander, index, stakeGwei, dueAt));
    }

    /// @inheritdoc IUnitCourt
    function showItem(
        ModelId model,
        UnitShown calldata shown,
        RowShown calldata row,
        ItemShown calldata item
    ) external {
        AccountId shownBy = _accounts.requireAccountOf(msg.sender);
        _requireRowNumber(shown.unit, row.index);
        UnitDemand storage demand = _requireOpen(model, shown.unit, row.index);
        uint256 dims = _requireUnit(model, shown).dims;
        ContributionId contribution = ContributionId.wrap(0);
        bytes32 itemHash = 0;
        // An index that the unit does not have is answered by the unit alone.
        if (row.index < shown.rows) {
            _requireRow(shown, row, dims);
            contribution = _contributionOf(model, shown, row.index, item);
            itemHash = row.row.itemHashOf();
            require(
                MerkleProof.verifyCalldata(item.path, item.itemsRoot, keccak256(abi.encodePacked(itemHash))),
                UnitCourt_NotContributed(shown.unit, row.index)
            );
        }
        bytes memory topics = abi.encode(ItemAnswered.selector, model, shown.unit, shownBy);
        _emit(4, abi.encodePacked(topics, abi.encode(row.index, contribution, itemHash)));
        _answer(demand, shownBy);
    }

    /// @inheritdoc IUnitCourt
    function closeUnitDemand(ModelId model, uint16 unit, uint32 index) external {
        UnitDemand storage demand = _demands[model][_placeOf(unit, index)];
        AccountId demander = demand.demander;
        require(AccountId.unwrap(demander) != 0 && !demand.isAnswered, UnitCourt_NotDemanded(model, unit, index));
        uint40 now_ = _clock.time();
        require(now_ >= demand.dueAt, UnitCourt_DemandOpen(demand.dueAt, now_));

        demand.isAnswered = true;

        bonds.release(bondOf(demander), demand.stakeGwei);
        _strike(model, unit, demander, UnitFault.Withheld);
    }

    /// @inheritdoc IUnitCourt
    function demandOf(ModelId model, uint16 unit, uint32 index) external view returns (UnitDemand memory) {
        return _demands[model][_placeOf(unit, index)];
    }

    function _demand(
        ModelId model,
        uint16 unit,
        uint32 index,
        AccountId demander
    ) private returns (uint64 stakeGwei, uint40 dueAt) {
        RowTerms memory rows = models.rowTermsOf(model);
        // Without a row index there is nothing that could be shown.
        require(rows.dims != 0, UnitCourt_NoRowIndex(model));
        require(unit < rows.unitCount, IModels.Models_UnknownUnit(model, unit, rows.unitCount));
        UnitDemand storage demand = _demands[model][_placeOf(unit, index)];
        require(AccountId.unwrap(demand.demander) == 0, UnitCourt_AlreadyDemanded(model, unit, index));
        (stakeGwei, dueAt) = (_terms.demandFeeGwei, _clock.time() + _terms.demandSeconds);
        (demand.demander, demand.dueAt, demand.stakeGwei) = (demander, dueAt, stakeGwei);
        bonds.stake(bondOf(demander), stakeGwei);
    }

    /// @dev Nine tenths of the stake go to who answered.
    function _answer(UnitDemand storage demand, AccountId shownBy) private {
        demand.isAnswered = true;
        bonds.slash(
            bondOf(demand.demander),
            demand.stakeGwei,
            demand.stakeGwei,
            Split({to: shownBy, toBps: SHOWN_BPS, model: ModelId.wrap(0), operator: AccountId.wrap(0), givenBps: 0})
        );
    }

    function _requireOpen(ModelId model, uint16 unit, uint32 index) private view returns (UnitDemand storage demand) {
        demand = _demands[model][_placeOf(unit, index)];
        require(
            AccountId.unwrap(demand.demander) != 0 && !demand.isAnswered,
            UnitCourt_NotDemanded(model, unit, index)
        );
        uint40 now_ = _clock.time();
        require(now_ < demand.dueAt, UnitCourt_DemandOver(demand.dueAt, now_));
    }

    /// @dev The contribution that an item is shown in: the unit's own, or one of a joint unit's member's.
    function _contributionOf(
        ModelId model,
        UnitShown calldata shown,
        uint256 index,
        ItemShown calldata item
    ) private view returns (ContributionId contribution) {
        IDatasets datasets = models.datasets();
        bool isJoint = ContributionId.unwrap(shown.contribution) == 0;
        AccountId contributor;
        if (isJoint) (contributor, , ) = models.memberOf(model, shown.unit, item.member);
        else contributor = datasets.contributionOf(shown.contribution).contributor;
        contribution = datasets.contributionId(item.dataset, contributor, item.itemsRoot, item.itemCount);
        bool isOfUnit = ContributionId.unwrap(contribution) == ContributionId.unwrap(shown.contribution);
        if (isJoint) isOfUnit = _isIncluded(datasets, model, contribution);
        require(isOfUnit, UnitCourt_NotContributed(shown.unit, index));
    }

    function _isIncluded(IDatasets datasets, ModelId model, ContributionId contribution) private view returns (bool) {
        VersionId[] memory versions = models.versionsOf(model);
        for (uint256 i = 0; i < versions.length; ++i) {
            if (datasets.includes(versions[i], contribution)) return true;
        }
        return false;
    }

    /// @dev What stands for all rows is no row's number, lest a row that is not there answer for all.
    function _requireRowNumber(uint16 unit, uint32 index) private pure {
        require(index != ALL_ROWS, UnitCourt_NoSuchRow(unit, index));
    }

    function _placeOf(uint16 unit, uint32 index) private pure returns (uint256) {
        return (uint256(unit) << 32) | index;
    }
}
