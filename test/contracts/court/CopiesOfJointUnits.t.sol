// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IUnitCourt, UnitFault} from "../../../contracts/interfaces/IUnitCourt.sol";
import {AccountId, ModelId} from "../../../contracts/types/Ids.sol";
import {PlainRow} from "../harness/PlainRows.sol";
import {RandomCodes} from "../harness/RandomCodes.sol";
import {RowCourt, RowModel} from "../harness/RowCourt.sol";

/// @notice So many small contributions that they fill two joint units.
contract CopiesOfJointUnitsTest is RowCourt {
    function test_GivenTwoJointUnits_TheOneOfTheHigherNumberIsStruck_WhicheverIsShownFirst() public {
        vm.prank(curator);
        dataset = datasets.register(datasetTerms());
        RowModel memory made;
        made.drawn = draw("two joint units", repeated(15, 70), DIMS);
        vm.assertEq(made.drawn.units.length, 2);
        made.rows = new PlainRow[][](2);
        for (uint256 u = 0; u < 2; ++u) {
            made.rows[u] = new PlainRow[](made.drawn.given[u].rows);
            for (uint256 r = 0; r < made.rows[u].length; ++r) {
                made.rows[u][r] = PlainRow(keccak256(abi.encode(u, r)), 1, RandomCodes.codes("same", DIMS), 0, 0);
            }
        }
        hashAll(made);
        expectProof(made, 0, 1);
        expectProof(made, 1, 0);
    }

    function expectProof(RowModel memory made, uint256 u, uint256 v) private {
        ModelId model = publish(made);
        bytes memory call = abi.encodeCall(
            unitCourt.proveCopyKept,
            (0, model, shownOf(made, u), rowOf(made, u, 5), shownOf(made, v), rowOf(made, v, 9))
        );
        announce(address(unitCourt), challenger, call);
        vm.expectEmit(address(unitCourt));
        emit IUnitCourt.UnitProvedFalse(
            ModelId.unwrap(model),
            1,
            AccountId.unwrap(challengerAccount),
            UnitFault.CopyKept,
            MODEL_BOND
        );
        make(address(unitCourt), challenger, call);
    }
}
