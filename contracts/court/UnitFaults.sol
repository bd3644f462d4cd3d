// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDatasets} from "../interfaces/IDatasets.sol";
import {IUnitCourt, RowShown, RowsRead, UnitFault, UnitShown} from "../interfaces/IUnitCourt.sol";
import {RowTerms} from "../interfaces/IModels.sol";
import {PlainCodes} from "../libraries/PlainCodes.sol";
import {RowBytes} from "../libraries/RowBytes.sol";
import {Sketches} from "../libraries/Sketches.sol";
import {UnitTotals} from "../libraries/UnitTotals.sol";
import {AccountId, ContributionId, ModelId} from "../types/Ids.sol";
import {Units} from "./Units.sol";

/// @title UnitFaults
/// @notice What transactions prove against units: that they are not the sum of their rows, and near-copies kept or dropped wrongly.
abstract contract UnitFaults is Units {
    using RowBytes for bytes;

    uint256 private constant KEPT_PERCENT = 80;
    uint256 private constant DROPPED_PERCENT = 60;
    uint256 private constant WHOLE_PERCENT = 100;
    uint256 private constant TOP_SCALE = 65_535;

    /// @dev Rows that a challenger has shown so far, by their hash.
    mapping(bytes32 reading => bytes32) private _readings;

    /// @inheritdoc IUnitCourt
    function proveFalseUnit(
        bytes32,
        ModelId model,
        UnitShown calldata shown,
        bytes calldata total,
        bytes calldata rows,
        RowsRead calldata read
    ) external {
        AccountId challenger = _accounts.requireAccountOf(msg.sender);
        bytes32 key = keccak256(abi.encode(challenger, model, shown.unit));
        RowTerms memory terms_ = _requireUnit(model, shown);
        require(keccak256(total) == terms_.totalHash, UnitCourt_OtherTotal(keccak256(total), terms_.totalHash));
        RowsRead memory state = _resume(key, model, terms_.dims, read);

        _read(state, shown, terms_, total, rows);
        if (state.count < shown.rows) {
            _readings[key] = keccak256(abi.encode(state));
            return;
        }
        _requireRoot(state, shown);
        delete _readings[key];
        if (!state.isFalse && _isFalseSum(model, shown, state, terms_.maxPeak)) {
            (state.isFalse, state.fault) = (true, UnitFault.FalseSum);
        }
        require(state.isFalse, UnitCourt_UnitSound(model, shown.unit));
        _strike(model, shown.unit, challenger, state.fault);
    }

    /// @inheritdoc IUnitCourt
    function proveCopyKept(
        bytes32,
        ModelId model,
        UnitShown calldata unitA,
        RowShown calldata rowA,
        UnitShown calldata unitB,
        RowShown calldata rowB
    ) external {
        AccountId challenger = _redeemFor(model);
        uint256 dims = _requireRows(model, unitA, rowA, unitB, rowB);
        require(unitA.unit != unitB.unit || rowA.index != rowB.index, UnitCourt_SameRow(unitA.unit, rowA.index));
        require(rowA.row.multOf() != 0 && rowB.row.multOf() != 0, UnitCourt_RowsSound(0, 0));
        (bool isClose, uint256 squared, uint256 lengths) = _isClose(rowA.row, rowB.row, dims, KEPT_PERCENT);
        require(isClose, UnitCourt_RowsSound(squared, lengths));
        _strike(model, _later(unitA, unitB), challenger, UnitFault.CopyKept);
    }

    /// @inheritdoc IUnitCourt
    function proveNoCopy(
        bytes32,
        ModelId model,
        UnitShown calldata shown,
        RowShown calldata dropped,
        UnitShown calldata twinUnit,
        RowShown calldata twin
    ) external {
        AccountId challenger = _redeemFor(model);
        uint256 dims = _requireUnit(model, shown).dims;
        _requireRow(shown, dropped, dims);
        require(dropped.row.multOf() == 0, UnitCourt_RowsSound(0, 0));
        (uint16 namedUnit, uint32 namedIndex) = dropped.row.twinOf(dims);
        _requireUnit(model, twinUnit);
        require(
            namedUnit == twinUnit.unit && (namedIndex >= twinUnit.rows || namedIndex == twin.index),
            UnitCourt_OtherTwin(twinUnit.unit, twin.index, namedUnit, namedIndex)
        );
        if (namedIndex < twinUnit.rows) {
            _requireRow(twinUnit, twin, dims);
            if (twin.row.multOf() != 0) {
                (bool isClose, uint256 squared, uint256 lengths) = _isClose(
                    dropped.row,
                    twin.row,
                    dims,
                    DROPPED_PERCENT
                );
                require(!isClose, UnitCourt_RowsSound(squared, lengths));
            }
        }
        _strike(model, shown.unit, challenger, UnitFault.NoCopy);
    }

    function _redeemFor(ModelId model) internal returns (AccountId) {
        return _redeem(models.rowTermsOf(model).registeredIn);
    }

    /// @dev The first page is committed to, and the others go on from it.
    function _resume(
        bytes32 key,
        ModelId model,
        uint256 dims,
        RowsRead calldata read
    ) private returns (RowsRead memory) {
        if (read.count == 0) {
            _redeemFor(model);
            return _begin(dims);
        }
        bytes32 found = keccak256(abi.encode(read));
        require(found == _readings[key], UnitCourt_OtherReading(found, _readings[key]));
        return read;
    }

    function _requireRows(
        ModelId model,
        UnitShown calldata unitA,
        RowShown calldata rowA,
        UnitShown calldata unitB,
        RowShown calldata rowB
    ) private view returns (uint256 dims) {
        dims = _requireUnit(model, unitA).dims;
        _requireUnit(model, unitB);
        _requireRow(unitA, rowA, dims);
        _requireRow(unitB, rowB, dims);
    }

    /// @dev Whether rows do not make the sketch and the scale that were registered.
    function _isFalseSum(
        ModelId model,
        UnitShown calldata shown,
        RowsRead memory state,
        uint256 maxPeak
    ) private view returns (bool) {
        (, uint16 kept, uint16 scale, , bytes memory sketch) = models.unitOf(model, shown.unit);
        if (state.kept != kept) return true;
        UnitTotals.settle(state.sum, state.weight);
        uint256 dims = sketch.length * 2;
        uint256 codes;
        assembly ("memory-safe") {
            codes := add(sketch, 0x20)
        }
        uint256 peak = 0;
        for (uint256 d = 0; d < dims; ++d) {
            uint256 size = _abs(UnitTotals.valueAt(state.sum, d));
            if (size > peak) peak = size;
        }
        if (peak > maxPeak) return true;
        if (scale != (maxPeak == 0 ? 0 : (2 * TOP_SCALE * peak + maxPeak) / (2 * maxPeak))) return true;
        for (uint256 d = 0; d < dims; ++d) {
            int256 value = UnitTotals.valueAt(state.sum, d);
            uint256 size = peak == 0 ? 0 : (14 * _abs(value) + peak) / (2 * peak);
            int256 code = value < 0 ? -int256(size) : int256(size);
            if (code != PlainCodes.codeAt(codes, d)) return true;
        }
        return false;
    }

    /// @dev Which of two units is later: joint ones, then by acceptance, then by number.
    function _later(UnitShown calldata a, UnitShown calldata b) private view returns (uint16) {
        bool isJointA = ContributionId.unwrap(a.contribution) == 0;
        bool isJointB = ContributionId.unwrap(b.contribution) == 0;
        uint16 higher = a.unit > b.unit ? a.unit : b.unit;
        if (isJointA || isJointB)
            return
                isJointA && isJointB
                    ? higher
                    : isJointA
                        ? a.unit
                        : b.unit;
        IDatasets datasets = models.datasets();
        uint48 acceptedA = datasets.contributionOf(a.contribution).acceptedAt;
        uint48 acceptedB = datasets.contributionOf(b.contribution).acceptedAt;
        if (acceptedA == acceptedB) return higher;
        return acceptedA > acceptedB ? a.unit : b.unit;
    }

    /// @dev Whether two rows' cosine is at least `percent` hundredths.
    function _isClose(
        bytes calldata rowA,
        bytes calldata rowB,
        uint256 dims,
        uint256 percent
    ) private pure returns (bool isClose, uint256 squared, uint256 lengths) {
        (uint256 a, uint256 b) = (rowA.codesOf(dims), rowB.codesOf(dims));
        int256 product = PlainCodes.dot(a, b, dims);
        if (product > 0) squared = uint256(product * product) * WHOLE_PERCENT ** 2;
        lengths = Sketches.squaredLength(a, dims / 2) * Sketches.squaredLength(b, dims / 2) * percent ** 2;
        isClose = product > 0 && squared >= lengths;
    }

    function _abs(int256 value) private pure returns (uint256) {
        return uint256(value < 0 ? -value : value);
    }
}
