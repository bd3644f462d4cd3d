// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IBonds, Split} from "../interfaces/IBonds.sol";
import {IClock} from "../interfaces/IClock.sol";
import {IModels, RowTerms} from "../interfaces/IModels.sol";
import {IUnitCourt, RowShown, RowsRead, UnitFault, UnitShown} from "../interfaces/IUnitCourt.sol";
import {Frontier, OrderedTree} from "../libraries/OrderedTree.sol";
import {RowBytes} from "../libraries/RowBytes.sol";
import {Sketches} from "../libraries/Sketches.sol";
import {UnitTotals} from "../libraries/UnitTotals.sol";
import {PlainCodes} from "../libraries/PlainCodes.sol";
import {AccountId, bondOf, ModelId} from "../types/Ids.sol";
import {Commitments} from "./Commitments.sol";

/// @title Units
/// @notice Shows units and rows to stand in a model's row index, reads rows in pages, and strikes.
abstract contract Units is IUnitCourt, Commitments {
    using RowBytes for bytes;

    uint16 internal constant WHOLE_BPS = 10_000;
    uint32 private constant MAX_ROWS = 1_024;

    /// @inheritdoc IUnitCourt
    IModels public immutable models;

    /// @inheritdoc IUnitCourt
    IBonds public immutable bonds;
    IClock internal immutable _clock;

    constructor(IModels models_, IBonds bonds_) Commitments(models_.accounts()) {
        models = models_;
        bonds = bonds_;
        _clock = models_.clock();
    }

    /// @dev Strikes a unit, and its model's bond if that is not gone yet.
    function _strike(ModelId model, uint16 unit, AccountId challenger, UnitFault fault) internal {
        models.strike(model, unit);
        uint64 takenGwei = bonds.slash(
            bondOf(model),
            type(uint64).max,
            0,
            Split({
                to: challenger,
                toBps: bonds.rule().bountyBps,
                model: ModelId.wrap(0),
                operator: AccountId.wrap(0),
                givenBps: 0
            })
        );
        _emit(4, abi.encode(UnitProvedFalse.selector, model, unit, challenger, fault, takenGwei));
    }

    function _requireUnit(ModelId model, UnitShown calldata shown) internal view returns (RowTerms memory) {
        RowTerms memory terms_ = models.rowTermsOf(model);
        bytes32 leaf = keccak256(abi.encodePacked(shown.rowsRoot, shown.rows, shown.kept, shown.contribution));
        bytes32 found = OrderedTree.rootOf(leaf, shown.unit, terms_.unitCount, shown.path);
        require(found == terms_.indexRoot, UnitCourt_NotTheUnit(model, shown.unit, found, terms_.indexRoot));
        return terms_;
    }

    function _requireRow(UnitShown calldata shown, RowShown calldata row, uint256 dims) internal pure {
        require(
            RowBytes.lengthAt(row.row, 0, dims) == row.row.length,
            UnitCourt_RowMalformed(shown.unit, row.index, row.row.length)
        );
        bytes32 found = OrderedTree.rootOf(keccak256(row.row), row.index, shown.rows, row.path);
        require(found == shown.rowsRoot, UnitCourt_NotARow(shown.unit, row.index, found, shown.rowsRoot));
    }

    /// @dev Reads on where the rows before ended.
    /// @param total The sum of the model's units, for the caps of rows; empty where nothing but their tree is asked.
    function _read(
        RowsRead memory read,
        UnitShown calldata shown,
        RowTerms memory terms_,
        bytes memory total,
        bytes calldata rows
    ) internal pure {
        Frontier memory frontier = Frontier({count: read.count, roots: read.roots});
        for (uint256 offset = 0; offset < rows.length;) {
            uint256 length = RowBytes.lengthAt(rows, offset, terms_.dims);
            require(length != 0, UnitCourt_RowMalformed(shown.unit, frontier.count, rows.length - offset));
            require(frontier.count < shown.rows, UnitCourt_TooManyRows(frontier.count + 1, shown.rows));
            bytes calldata row = rows[offset:offset + length];
            OrderedTree.push(frontier, keccak256(row));
            if (total.length != 0) _add(read, row, terms_, total);
            offset += length;
        }
        (read.count, read.roots) = (frontier.count, frontier.roots);
    }

    function _requireRoot(RowsRead memory read, UnitShown calldata shown) internal pure {
        bytes32 found = OrderedTree.rootOf(Frontier({count: read.count, roots: read.roots}));
        require(found == shown.rowsRoot, UnitCourt_OtherRows(found, shown.rowsRoot));
    }

    function _begin(uint256 dims) internal pure returns (RowsRead memory read) {
        read.roots = OrderedTree.begin().roots;
        read.sum = UnitTotals.begin(dims);
    }

    /// @dev The multiplier of a row whose help is 1, as the pipeline rounds it.
    function _capOf(uint256 sketch, uint256 dims) private pure returns (uint256) {
        uint256 norm = Math.sqrt(Sketches.squaredLength(sketch, dims / 2) << 32);
        return norm == 0 ? 1 : ((1 << 29) + norm) / (2 * norm);
    }

    /// @dev Adds a row to the sum, and notes what is wrong with it.
    function _add(RowsRead memory read, bytes calldata row, RowTerms memory terms_, bytes memory total) private pure {
        uint256 dims = terms_.dims;
        uint256 mult = row.multOf();
        uint256 sketch = row.codesOf(dims);
        if (Sketches.holdsEight(sketch, dims / 2)) return _note(read, UnitFault.Malformed);
        if (mult == 0) {
            (uint16 unit, ) = row.twinOf(dims);
            if (unit >= terms_.unitCount) _note(read, UnitFault.Malformed);
            return;
        }
        // More than any unit has: its sum is false, and is not added up further, lest it overflow.
        if (read.kept == MAX_ROWS) return _note(read, UnitFault.FalseSum);
        ++read.kept;
        read.weight += uint32(mult);
        UnitTotals.add(read.sum, sketch, mult);
        // A row above its cap may only harm.
        if (mult > _capOf(sketch, dims) && PlainCodes.dotWith(total, sketch, dims) >= 0)
            _note(read, UnitFault.AboveCap);
    }

    function _note(RowsRead memory read, UnitFault fault) private pure {
        if (read.isFalse) return;
        (read.isFalse, read.fault) = (true, fault);
    }
}
