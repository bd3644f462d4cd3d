// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICommitments} from "../../contracts/interfaces/ICommitments.sol";
import {IUnitCourt, ItemShown, RowShown} from "../../contracts/interfaces/IUnitCourt.sol";
import {ModelId} from "../../contracts/types/Ids.sol";
import {Journals} from "./harness/Journals.sol";
import {RowCourt, RowModel} from "./harness/RowCourt.sol";
import {World} from "./harness/World.sol";

/// @notice Everything that can happen to units happens once, and every journal has taken in each of it.
contract JournalOfUnitsTest is RowCourt, Journals {
    function setUp() public override(RowCourt, World) {
        super.setUp();
    }

    function test_WhenAllOfItHappens_EveryJournalIsTheChainOfItsLogs() public {
        RowModel memory made = honest("journal");
        int256[] memory codes = made.drawn.given[0].codes;
        codes[0] = codes[0] == 7 ? int256(6) : int256(7);
        settle(made.drawn);
        watch();
        ModelId model = publish(made);
        demand(model, made);
        bytes memory call = abi.encodeCall(
            unitCourt.proveFalseUnit,
            (0, model, shownOf(made, 0), made.drawn.total, allRows(made, 0), none())
        );
        prove(address(unitCourt), call);
        unitCourt.setTerms(unitCourtTerms());
        expectReplayed();

        expectTold(address(unitCourt), ICommitments.ChallengeCommitted.selector);
        expectTold(address(unitCourt), IUnitCourt.UnitProvedFalse.selector);
        expectTold(address(unitCourt), IUnitCourt.UnitDemanded.selector);
        expectTold(address(unitCourt), IUnitCourt.UnitRowsShown.selector);
        expectTold(address(unitCourt), IUnitCourt.UnitAnswered.selector);
        expectTold(address(unitCourt), IUnitCourt.ItemDemanded.selector);
        expectTold(address(unitCourt), IUnitCourt.ItemAnswered.selector);
        expectTold(address(unitCourt), IUnitCourt.UnitCourtTermsSet.selector);
    }

    function demand(ModelId model, RowModel memory made) private {
        prove(address(unitCourt), abi.encodeCall(unitCourt.demandUnit, (0, model, 1)));
        bytes memory rows = allRows(made, 1);
        vm.prank(owner);
        unitCourt.showUnit(model, shownOf(made, 1), rows, none());
        // A row that the unit does not have is answered by the unit.
        uint32 index = uint32(made.rows[1].length);
        prove(address(unitCourt), abi.encodeCall(unitCourt.demandItem, (0, model, 1, index)));
        RowShown memory row;
        row.index = index;
        ItemShown memory item;
        vm.prank(owner);
        unitCourt.showItem(model, shownOf(made, 1), row, item);
    }
}
