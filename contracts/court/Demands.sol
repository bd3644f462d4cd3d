// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {Demand, Fault, ICourt} from "../interfaces/ICourt.sol";
import {Contribution} from "../interfaces/IDatasets.sol";
import {IBonds} from "../interfaces/IBonds.sol";
import {ServingTerms} from "../interfaces/IModels.sol";
import {IndexEntries} from "../libraries/IndexEntries.sol";
import {AccountId, bondOf, ContributionId, ModelId} from "../types/Ids.sol";
import {IndexProof, RecordProof} from "../types/Records.sol";
import {IndexFaults} from "./IndexFaults.sol";
import {Terms} from "./Terms.sol";

/// @title Demands
/// @notice Rows that somebody asks to see, because the index is not to be had or an item may never have been contributed.
abstract contract Demands is IndexFaults, Terms {
    using IndexEntries for bytes;

    mapping(ModelId model => mapping(uint32 row => Demand)) private _demands;

    /// @inheritdoc ICourt
    function demandRow(bytes32, ModelId model, uint32 row) external {
        AccountId demander = _redeem();
        ServingTerms memory served = _models.servingTerms(model);
        require(served.topK != 0, Court_NoIndex(model));
        require(row < served.rowCount, Court_RowOutOfRange(row, served.rowCount));
        require(!_isStopped(model), IBonds.Ledger_ModelStopped(model));
        require(AccountId.unwrap(_demands[model][row].demander) == 0, Court_AlreadyDemanded(model, row));

        uint64 feeGwei = _terms.demandFeeGwei;
        uint40 dueAt = uint40(block.timestamp + _terms.demandSeconds);
        _demands[model][row] = Demand({demander: demander, dueAt: dueAt, feeGwei: feeGwei, isShown: false});

        _emit(4, abi.encode(RowDemanded.selector, model, row, demander, feeGwei, dueAt));
        ledger.stake(bondOf(demander), feeGwei);
        // As long again for somebody to close the demand.
        ledger.freezeBond(bondOf(model), dueAt + _terms.demandSeconds);
    }

    /// @inheritdoc ICourt
    function showRow(
        ModelId model,
        uint32 row,
        IndexProof calldata shown,
        bytes32 itemsRoot,
        bytes32[] calldata itemPath
    ) external {
        AccountId shownBy = _accounts.requireAccountOf(msg.sender);
        Demand storage demand = _requireOpen(model, row);
        require(block.timestamp <= demand.dueAt, Court_DemandOver(demand.dueAt, block.timestamp));
        _requireShown(model, row, shown, itemsRoot, itemPath);

        demand.isShown = true;

        _emit(4, abi.encodePacked(abi.encode(RowShown.selector, model, row, shownBy), abi.encode(shown.entries)));
        ledger.payStake(bondOf(demand.demander), demand.feeGwei, shownBy);
    }

    /// @inheritdoc ICourt
    function closeDemand(ModelId model, uint32 row, RecordProof[] calldata calls) external {
        Demand memory demand = _requireOpen(model, row);
        require(block.timestamp > demand.dueAt, Court_DemandOpen(demand.dueAt, block.timestamp));

        delete _demands[model][row];

        _emit(4, abi.encode(DemandClosed.selector, model, row, demand.demander));
        _strike(model, row, calls, demand.demander, Fault.WithheldRow);
        ledger.release(bondOf(demand.demander), demand.feeGwei);
    }

    /// @inheritdoc ICourt
    function demandOf(ModelId model, uint32 row) external view returns (Demand memory) {
        return _demands[model][row];
    }

    function _requireOpen(ModelId model, uint32 row) private view returns (Demand storage demand) {
        demand = _demands[model][row];
        require(AccountId.unwrap(demand.demander) != 0 && !demand.isShown, Court_NotDemanded(model, row));
    }

    function _requireShown(
        ModelId model,
        uint32 row,
        IndexProof calldata shown,
        bytes32 itemsRoot,
        bytes32[] calldata itemPath
    ) private view {
        ServingTerms memory terms = _models.servingTerms(model);
        _openOne(model, shown, terms);
        uint256 sketchBytes = terms.dims / 2;
        uint32 entryRow = shown.entries.rowOf(sketchBytes, 0);
        if (entryRow == row) _requireItem(shown.entries, sketchBytes, itemsRoot, itemPath);
        else require(_passesOver(shown.entries, sketchBytes, 0, row), Court_WrongRow(entryRow, row));
    }

    /// @dev A contribution is named by what it is, which shows the root that it committed to.
    function _requireItem(
        bytes calldata entries,
        uint256 sketchBytes,
        bytes32 itemsRoot,
        bytes32[] calldata itemPath
    ) private view {
        ContributionId contribution = entries.contributionOf(sketchBytes, 0);
        Contribution memory stored = datasets.contributionOf(contribution);
        ContributionId named = datasets.contributionId(stored.dataset, stored.contributor, itemsRoot, stored.itemCount);
        bytes32 leaf = IndexEntries.itemLeafOf(entries.itemHashOf(sketchBytes, 0));
        require(
            ContributionId.unwrap(named) == ContributionId.unwrap(contribution) &&
                MerkleProof.verifyCalldata(itemPath, itemsRoot, leaf),
            Court_ItemNotContributed(entries.rowOf(sketchBytes, 0))
        );
    }
}
