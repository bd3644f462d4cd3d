// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Fault, ICourt} from "../interfaces/ICourt.sol";
import {ServingTerms} from "../interfaces/IModels.sol";
import {FastScoring, QueryLanes} from "../libraries/FastScoring.sol";
import {IndexEntries} from "../libraries/IndexEntries.sol";
import {RecordProofs} from "../libraries/RecordProofs.sol";
import {Scoring} from "../libraries/Scoring.sol";
import {AccountId, bondOf, ModelId} from "../types/Ids.sol";
import {IndexProof, RecordProof} from "../types/Records.sol";
import {Docket} from "./Docket.sol";

/// @title RecordFaults
/// @notice Faults of a record against its model's influence index: its operator's bond answers.
abstract contract RecordFaults is Docket {
    using FastScoring for QueryLanes;
    using IndexEntries for IndexProof;
    using IndexEntries for bytes;
    using RecordProofs for bytes;

    /// @inheritdoc ICourt
    function proveWrongWeights(bytes32, RecordProof calldata call, IndexProof calldata listed) external {
        AccountId challenger = _redeem();
        ServingTerms memory terms = _models.servingTerms(call.header.model);
        uint256 count = _open(call.header.model, listed, terms);
        uint256 rows = call.record.rowCountOf();
        require(count == rows, Court_EntriesDiffer(count, rows));

        uint64[] memory scores = _listedScores(call.record, listed.entries, terms.dims / 2);
        require(!_follows(call.record, scores), Court_WeightsRight(call.header.batch, call.index));
        _strikeRecord(call, bondOf(call.header.operator), challenger, Fault.WrongWeights);
    }

    /// @inheritdoc ICourt
    function proveOmittedRow(bytes32, RecordProof calldata call, IndexProof calldata shown, uint256 omitted) external {
        AccountId challenger = _redeem();
        ServingTerms memory terms = _models.servingTerms(call.header.model);
        uint256 count = _open(call.header.model, shown, terms);
        uint256 needed = call.record.rowCountOf() == terms.topK ? 2 : 1;
        require(omitted < count && count == needed, Court_EntriesDiffer(count, needed));
        _requireOmission(call.record, shown.entries, terms.dims / 2, omitted);
        _strikeRecord(call, bondOf(call.header.operator), challenger, Fault.OmittedRow);
    }

    /// @inheritdoc ICourt
    function proveWrongAccount(bytes32, RecordProof calldata call, IndexProof calldata listed) external {
        AccountId challenger = _redeem();
        ServingTerms memory terms = _models.servingTerms(call.header.model);
        _openOne(call.header.model, listed, terms);
        uint32 row = listed.entries.rowOf(terms.dims / 2, 0);
        AccountId account = _requireListed(call.record, row);
        AccountId contributor = datasets.contributionOf(listed.entries.contributionOf(terms.dims / 2, 0)).contributor;
        require(!(account == contributor), Court_AccountRight(row, contributor));
        _strikeRecord(call, bondOf(call.header.operator), challenger, Fault.WrongAccount);
    }

    /// @inheritdoc ICourt
    function proveAbsentRow(bytes32, RecordProof calldata call, uint32 row, IndexProof calldata neighbour) external {
        AccountId challenger = _redeem();
        ServingTerms memory terms = _models.servingTerms(call.header.model);
        _openOne(call.header.model, neighbour, terms);
        _requireListed(call.record, row);
        require(_passesOver(neighbour.entries, terms.dims / 2, 0, row), Court_RowPresent(row));
        _strikeRecord(call, bondOf(call.header.operator), challenger, Fault.AbsentRow);
    }

    function _open(
        ModelId model,
        IndexProof calldata proof,
        ServingTerms memory terms
    ) internal view returns (uint256 count) {
        return proof.open(_models.influenceRootOf(model), terms.dims / 2);
    }

    function _openOne(ModelId model, IndexProof calldata proof, ServingTerms memory terms) internal view {
        uint256 count = _open(model, proof, terms);
        require(count == 1, Court_EntriesDiffer(count, 1));
    }

    /// @dev Whether an entry's link says that a row has no entry.
    function _passesOver(
        bytes calldata entries,
        uint256 sketchBytes,
        uint256 entry,
        uint32 row
    ) internal pure returns (bool) {
        return IndexEntries.isAbsent(row, entries.rowOf(sketchBytes, entry), entries.nextOf(sketchBytes, entry));
    }

    /// @dev Of two entries, the other one is of a listed row that the omitted one comes before; a single one only has to count.
    function _requireOmission(
        bytes calldata record,
        bytes calldata entries,
        uint256 sketchBytes,
        uint256 omitted
    ) private pure {
        uint32 row = entries.rowOf(sketchBytes, omitted);
        (bool listed, ) = _find(record, row);
        require(!listed, Court_RowListed(row));
        uint64[] memory scores = _scoresOf(record, entries, sketchBytes);
        uint64 score = scores[omitted];
        uint64 listedScore = 0;
        uint32 listedRow = row;
        if (scores.length > 1) {
            listedRow = entries.rowOf(sketchBytes, 1 - omitted);
            _requireListed(record, listedRow);
            listedScore = scores[1 - omitted];
        }
        require(
            score != 0 && _precedes(score, row, listedScore, listedRow),
            Court_RowRightlyOmitted(row, score, listedScore)
        );
    }

    /// @dev The scores of the rows that a record lists, in its order, from as many entries in any order.
    function _listedScores(
        bytes calldata record,
        bytes calldata entries,
        uint256 sketchBytes
    ) private pure returns (uint64[] memory listed) {
        uint64[] memory scores = _scoresOf(record, entries, sketchBytes);
        listed = new uint64[](scores.length);
        for (uint256 i = 0; i < scores.length; ++i) {
            (uint32 row, , ) = record.rowAt(i);
            uint256 entry = 0;
            while (entry < scores.length && entries.rowOf(sketchBytes, entry) != row) ++entry;
            require(entry < scores.length, Court_RowNotShown(row));
            listed[i] = scores[entry];
        }
    }

    /// @dev The scores of entries for a record's query, in their order.
    function _scoresOf(
        bytes calldata record,
        bytes calldata entries,
        uint256 sketchBytes
    ) private pure returns (uint64[] memory scores) {
        QueryLanes query = FastScoring.lanesOf(record.sketchOf());
        scores = new uint64[](entries.length / (IndexEntries.HEAD_BYTES + sketchBytes));
        for (uint256 i = 0; i < scores.length; ++i) scores[i] = query.score(entries.sketchOf(sketchBytes, i));
    }

    /// @dev Whether rows with these scores would be listed in the record's order and with its weights.
    function _follows(bytes calldata record, uint64[] memory scores) private pure returns (bool) {
        uint32 previous;
        for (uint256 i = 0; i < scores.length; ++i) {
            (uint32 row, , ) = record.rowAt(i);
            if (scores[i] == 0) return false;
            if (i != 0 && !_precedes(scores[i - 1], previous, scores[i], row)) return false;
            previous = row;
        }
        uint16[] memory expected = Scoring.weights(scores);
        for (uint256 i = 0; i < scores.length; ++i) {
            (, , uint16 weight) = record.rowAt(i);
            if (weight != expected[i]) return false;
        }
        return true;
    }

    /// @dev The order of an attribution: score descending, row ascending.
    function _precedes(uint64 score, uint32 row, uint64 otherScore, uint32 otherRow) private pure returns (bool) {
        return score > otherScore || (score == otherScore && row < otherRow);
    }
}
