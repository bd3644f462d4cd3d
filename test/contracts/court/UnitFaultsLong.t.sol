// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IUnitCourt, RowsRead, UnitFault} from "../../../contracts/interfaces/IUnitCourt.sol";
import {AccountId, ModelId} from "../../../contracts/types/Ids.sol";
import {PlainRow, PlainRows} from "../harness/PlainRows.sol";
import {RandomCodes} from "../harness/RandomCodes.sol";
import {RowCourt, RowModel} from "../harness/RowCourt.sol";
import {Trained} from "../harness/Registrar.sol";

/// @notice Units of very many rows.
contract UnitFaultsLongTest is RowCourt {
    using PlainRows for PlainRow[];

    uint32 private constant ITEMS = 1_030;

    function test_GivenAsManyKeptRowsAsAUnitMayHave_TheUnitIsSound() public {
        (RowModel memory made, ModelId model) = published(1_024, 1_024);
        showAllButLast(model, made);
        bytes memory last = lastPage(model, made);
        failsAtOnce(
            address(unitCourt),
            challenger,
            last,
            abi.encodeWithSelector(IUnitCourt.UnitCourt_UnitSound.selector, model, 0)
        );
    }

    function test_GivenMoreKeptRowsThanAUnitMayHave_TheUnitIsFalse() public {
        (RowModel memory made, ModelId model) = published(1_020, ITEMS);
        showAllButLast(model, made);
        vm.expectEmit(address(unitCourt));
        emit IUnitCourt.UnitProvedFalse(
            ModelId.unwrap(model),
            0,
            AccountId.unwrap(challengerAccount),
            UnitFault.FalseSum,
            MODEL_BOND
        );
        make(address(unitCourt), challenger, lastPage(model, made));
    }

    /// @dev A contribution that keeps so many rows by what is registered, and so many in truth. The others are copies.
    function published(uint32 registered, uint256 kept) private returns (RowModel memory made, ModelId model) {
        vm.prank(curator);
        dataset = datasets.register(datasetTerms());
        Trained[] memory one = new Trained[](1);
        one[0] = contributeList(9, ITEMS, registered);
        made.drawn = draw("long", only(freeze(dataset)), one, DIMS);
        made.rows = new PlainRow[][](1);
        made.rows[0] = new PlainRow[](ITEMS);
        for (uint256 r = 0; r < ITEMS; ++r) {
            PlainRow memory row = made.rows[0][r];
            row.itemHash = itemHash(9, r);
            row.codes = r < kept ? RandomCodes.codes(bytes32(4 * r + 2), DIMS) : made.rows[0][7].codes;
            if (r < kept) row.mult = uint16(PlainRows.capOf(row.codes));
            else (row.twinUnit, row.twinIndex) = (0, 7);
        }
        publishable(made);
        model = publish(made);
    }

    function showAllButLast(ModelId model, RowModel memory made) private {
        RowsRead memory read = none();
        bytes memory rows = made.rows[0].encodeAll(0, ITEMS - 1);
        prove(
            address(unitCourt),
            abi.encodeCall(unitCourt.proveFalseUnit, (0, model, shownOf(made, 0), made.drawn.total, rows, read))
        );
    }

    function lastPage(ModelId model, RowModel memory made) private pure returns (bytes memory) {
        RowsRead memory read = readingOf(made.rows[0], ITEMS - 1);
        if (made.rows[0].keptOf() > 1_024) {
            // What comes after 1,024 is not added up.
            RowsRead memory full = readingOf(made.rows[0], 1_024);
            (full.count, full.roots) = (read.count, read.roots);
            (full.isFalse, full.fault) = (true, UnitFault.FalseSum);
            read = full;
        }
        bytes memory rows = made.rows[0].encodeAll(ITEMS - 1, ITEMS);
        return abi.encodeCall(IUnitCourt.proveFalseUnit, (0, model, shownOf(made, 0), made.drawn.total, rows, read));
    }
}
