// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Fault, ICourt} from "../interfaces/ICourt.sol";
import {ServingTerms} from "../interfaces/IModels.sol";
import {FastScoring} from "../libraries/FastScoring.sol";
import {IndexEntries} from "../libraries/IndexEntries.sol";
import {AccountId, ContributionId, ModelId, VersionId} from "../types/Ids.sol";
import {IndexProof, RecordProof} from "../types/Records.sol";
import {RecordFaults} from "./RecordFaults.sol";

/// @title IndexFaults
/// @notice Faults of an influence index itself: the model stops and its bond answers.
abstract contract IndexFaults is RecordFaults {
    using IndexEntries for bytes;

    /// @inheritdoc ICourt
    function proveForeignRow(bytes32, ModelId model, IndexProof calldata shown, RecordProof[] calldata calls) external {
        AccountId challenger = _redeem();
        ServingTerms memory terms = _models.servingTerms(model);
        _openOne(model, shown, terms);
        uint256 sketchBytes = terms.dims / 2;
        uint32 row = shown.entries.rowOf(sketchBytes, 0);
        require(
            row >= terms.rowCount ||
                FastScoring.holdsEight(shown.entries.sketchOf(sketchBytes, 0)) ||
                !_isIncluded(model, shown.entries.contributionOf(sketchBytes, 0)),
            Court_RowSound(row)
        );
        _strike(model, row, calls, challenger, Fault.ForeignRow);
    }

    /// @inheritdoc ICourt
    function proveConflictingRows(
        bytes32,
        ModelId model,
        IndexProof calldata shown,
        RecordProof[] calldata calls
    ) external {
        AccountId challenger = _redeem();
        ServingTerms memory terms = _models.servingTerms(model);
        uint256 count = _open(model, shown, terms);
        require(count == 2, Court_EntriesDiffer(count, 2));
        uint32 row = _falseRow(model, shown.entries, terms.dims / 2);
        _strike(model, row, calls, challenger, Fault.ConflictingRows);
    }

    /// @inheritdoc ICourt
    function voidStruckRow(ModelId model, uint32 row, RecordProof[] calldata calls) external {
        AccountId challenger = _accounts.requireAccountOf(msg.sender);
        require(isRowStruck(model, row), Court_RowNotStruck(model, row));
        _voidListing(model, row, calls, challenger, Fault.StruckRow);
    }

    function _strike(
        ModelId model,
        uint32 row,
        RecordProof[] calldata calls,
        AccountId challenger,
        Fault fault
    ) internal {
        _strikeRow(model, row, fault);
        // The records first, while the model's bond still has what they cost.
        _voidListing(model, row, calls, challenger, fault);
        _strikeIndex(model, challenger, fault);
    }

    /// @dev Which of two entries cannot stand beside the other. A copy that should not be there at all is the false one, whenever
    /// it was accepted.
    function _falseRow(ModelId model, bytes calldata entries, uint256 sketchBytes) private view returns (uint32) {
        (uint32 a, uint32 b) = (entries.rowOf(sketchBytes, 0), entries.rowOf(sketchBytes, 1));
        uint256 size = entries.length / 2;
        if (a == b && keccak256(entries[:size]) != keccak256(entries[size:])) return a;
        if (_passesOver(entries, sketchBytes, 0, b)) return b;
        if (_passesOver(entries, sketchBytes, 1, a)) return a;

        ContributionId ofA = entries.contributionOf(sketchBytes, 0);
        ContributionId ofB = entries.contributionOf(sketchBytes, 1);
        require(
            a != b && FastScoring.isDuplicate(entries.sketchOf(sketchBytes, 0), entries.sketchOf(sketchBytes, 1)),
            Court_NoConflict(a, b)
        );
        if (ContributionId.unwrap(ofA) == ContributionId.unwrap(ofB)) return a < b ? b : a;
        if (!_isIncluded(model, ofA)) return a;
        if (!_isIncluded(model, ofB)) return b;
        return datasets.contributionOf(ofA).acceptedAt < datasets.contributionOf(ofB).acceptedAt ? b : a;
    }

    function _isIncluded(ModelId model, ContributionId contribution) private view returns (bool) {
        VersionId[] memory versions = _models.versionsOf(model);
        for (uint256 i = 0; i < versions.length; ++i) {
            if (datasets.includes(versions[i], contribution)) return true;
        }
        return false;
    }
}
