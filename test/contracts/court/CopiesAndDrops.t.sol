// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IUnitCourt, RowShown, UnitFault, UnitShown} from "../../../contracts/interfaces/IUnitCourt.sol";
import {OrderedTree} from "../../../contracts/libraries/OrderedTree.sol";
import {AccountId, ModelId} from "../../../contracts/types/Ids.sol";
import {PlainRow, PlainRows} from "../harness/PlainRows.sol";
import {PlainUnits} from "../harness/PlainUnits.sol";
import {RowCourt, RowModel} from "../harness/RowCourt.sol";
import {Trained} from "../harness/Registrar.sol";

/// @notice Near-copies that were kept, and rows that were dropped as near-copies and are none.
contract CopiesAndDropsTest is RowCourt {
    using PlainRows for PlainRow[];
    using PlainUnits for int256[];

    /// @dev Where a row stands.
    struct Place {
        uint256 unit;
        uint256 row;
    }

    /// @dev Rows are shown in pairs at random, in a model without faults: no proof goes through.
    function testFuzz_GivenASoundModel_NoPairOfRowsStrikesIt(bytes32 seed) public {
        RowModel memory made = honest(seed);
        ModelId model = publish(made);
        for (uint256 i = 0; i < 6; ++i) {
            Place memory a = placeIn(made, uint256(keccak256(abi.encode(seed, "a", i))));
            Place memory b = placeIn(made, uint256(keccak256(abi.encode(seed, "b", i))));
            refuses(copyCall(model, made, a, b));
            refuses(dropCall(model, made, a, b));
            // What was committed to and refused can be committed to again.
            vm.warp(block.timestamp + 1 hours);
        }
        for (uint256 u = 0; u < made.rows.length; ++u) {
            for (uint256 r = 0; r < made.rows[u].length; ++r) {
                if (made.rows[u][r].mult != 0) continue;
                Place memory twin = Place(made.rows[u][r].twinUnit, made.rows[u][r].twinIndex);
                Place memory dropped = Place(u, r);
                (uint256 squared, uint256 lengths) = closeness(made, dropped, twin, 60);
                fails(address(unitCourt), dropCall(model, made, dropped, twin), isSound(squared, lengths));
                fails(address(unitCourt), copyCall(model, made, dropped, twin), isSound(0, 0));
            }
        }
        vm.assertEq(models.struckAt(model), 0);
    }

    /// @dev At exactly 0.80 rows are near-copies: (5, 0) and (4, 3).
    function test_GivenACosineOfFourFifths_TheCopyIsStruck_AndBelowItIsNot() public {
        RowModel memory made = honest("four fifths");
        (Place memory a, Place memory b) = twoKept(made, 0, 1);
        setCodes(made, a, 5, 0, 0);
        setCodes(made, b, 4, 3, 0);
        ModelId model = publishAnew(made);
        uint256 later = laterOf(made, 0, 1);
        expectProof(copyCall(model, made, a, b), model, later, UnitFault.CopyKept);

        // (5, 0, 0) and (4, 3, 1): a little less.
        setCodes(made, b, 4, 3, 1);
        model = publishAnew(made);
        fails(address(unitCourt), copyCall(model, made, a, b), isSound(20 * 20 * 10_000, 25 * 26 * 6_400));
        // The opposite of each other.
        setCodes(made, b, -5, 0, 0);
        model = publishAnew(made);
        fails(address(unitCourt), copyCall(model, made, a, b), isSound(0, 25 * 25 * 6_400));
    }

    function test_GivenUnitsOfTheirOwn_TheOneAcceptedLaterIsStruck_WhicheverIsShownFirst() public {
        RowModel memory made = honest("later");
        for (uint256 u = 0; u < 3; ++u) {
            uint256 v = (u + 1) % 3;
            (Place memory a, Place memory b) = twoKept(made, u, v);
            setCodes(made, a, 7, int256(u) + 1, 0);
            setCodes(made, b, 7, int256(u) + 1, 0);
            ModelId model = publishAnew(made);
            expectProof(copyCall(model, made, a, b), model, laterOf(made, u, v), UnitFault.CopyKept);
            model = publishAnew(made);
            expectProof(copyCall(model, made, b, a), model, laterOf(made, u, v), UnitFault.CopyKept);
            made = honest("later");
        }
    }

    function test_GivenAJointUnit_ItIsTheLaterOne() public {
        RowModel memory made = honest("joint");
        vm.assertTrue(made.drawn.units[3].isJoint);
        for (uint256 u = 0; u < 3; ++u) {
            (Place memory a, Place memory b) = twoKept(made, u, 3);
            setCodes(made, a, 7, 1, 0);
            setCodes(made, b, 7, 1, 0);
            ModelId model = publishAnew(made);
            expectProof(copyCall(model, made, a, b), model, 3, UnitFault.CopyKept);
            model = publishAnew(made);
            expectProof(copyCall(model, made, b, a), model, 3, UnitFault.CopyKept);
        }
    }

    function test_GivenTwoRowsOfOneUnit_ItIsStruck() public {
        RowModel memory made = honest("one unit");
        for (uint256 u = 2; u < 4; ++u) {
            Place memory a = keptAfter(made, u, 0);
            Place memory b = keptAfter(made, u, a.row + 1);
            setCodes(made, a, 7, 1, 0);
            setCodes(made, b, 7, 1, 0);
            ModelId model = publishAnew(made);
            expectProof(copyCall(model, made, a, b), model, u, UnitFault.CopyKept);
        }
    }

    function test_GivenARowShownTwice_ItReverts() public {
        RowModel memory made = honest("twice");
        Place memory a = keptAfter(made, 1, 0);
        fails(
            address(unitCourt),
            copyCall(publish(made), made, a, a),
            abi.encodeWithSelector(IUnitCourt.UnitCourt_SameRow.selector, 1, a.row)
        );
    }

    function test_GivenADroppedRow_ItIsNoCopyThatWasKept() public {
        RowModel memory made = honest("dropped");
        Place memory dropped = firstDropped(made);
        Place memory twin = twinOf(made, dropped);
        ModelId model = publish(made);
        fails(address(unitCourt), copyCall(model, made, dropped, twin), isSound(0, 0));
        fails(address(unitCourt), copyCall(model, made, twin, dropped), isSound(0, 0));
    }

    /// @dev At exactly 0.60 a dropped row was dropped rightly: (5, 0) and (3, 4).
    function test_GivenACosineOfThreeFifths_TheDropIsSound_AndBelowItIsNone() public {
        RowModel memory made = honest("three fifths");
        Place memory dropped = firstDropped(made);
        Place memory twin = twinOf(made, dropped);
        setCodes(made, twin, 5, 0, 0);
        setCodes(made, dropped, 3, 4, 0);
        ModelId model = publishAnew(made);
        fails(address(unitCourt), dropCall(model, made, dropped, twin), isSound(15 * 15 * 10_000, 25 * 25 * 3_600));
        setCodes(made, dropped, 3, 4, 1);
        model = publishAnew(made);
        expectProof(dropCall(model, made, dropped, twin), model, dropped.unit, UnitFault.NoCopy);
        // The opposite of it, and zeros.
        setCodes(made, dropped, -5, 0, 0);
        model = publishAnew(made);
        expectProof(dropCall(model, made, dropped, twin), model, dropped.unit, UnitFault.NoCopy);
        setCodes(made, dropped, 0, 0, 0);
        model = publishAnew(made);
        expectProof(dropCall(model, made, dropped, twin), model, dropped.unit, UnitFault.NoCopy);
    }

    function test_GivenARowDroppedAsACopyOfADroppedOne_OrOfItself_ItIsNoCopy() public {
        RowModel memory made = honest("of a dropped one");
        Place memory dropped = firstDropped(made);
        name(made, dropped, dropped);
        ModelId model = publishAnew(made);
        expectProof(dropCall(model, made, dropped, dropped), model, dropped.unit, UnitFault.NoCopy);

        Place memory other = nextDropped(made, Place(dropped.unit, dropped.row + 1));
        name(made, dropped, other);
        model = publishAnew(made);
        expectProof(dropCall(model, made, dropped, other), model, dropped.unit, UnitFault.NoCopy);
    }

    function test_GivenARowThatNamesARowBeyondTheLast_ItIsNoCopy_WhateverIsShownBeside() public {
        RowModel memory made = honest("beyond the last");
        Place memory dropped = firstDropped(made);
        name(made, dropped, Place(2, made.rows[2].length));
        ModelId model = publishAnew(made);
        bytes memory call = abi.encodeCall(
            unitCourt.proveNoCopy,
            (0, model, shown(made, dropped), rowAt(made, dropped), shownOf(made, 2), emptyRow(7))
        );
        expectProof(call, model, dropped.unit, UnitFault.NoCopy);
    }

    function test_GivenAnotherRowThanTheOneNamed_ItReverts() public {
        RowModel memory made = honest("another twin");
        Place memory dropped = firstDropped(made);
        Place memory twin = twinOf(made, dropped);
        ModelId model = publish(made);
        Place memory beside = Place(twin.unit, (twin.row + 1) % made.rows[twin.unit].length);
        fails(address(unitCourt), dropCall(model, made, dropped, beside), otherTwin(beside, twin));
        Place memory elsewhere = Place((twin.unit + 1) % 4, twin.row % 15);
        fails(address(unitCourt), dropCall(model, made, dropped, elsewhere), otherTwin(elsewhere, twin));
    }

    function test_GivenAKeptRow_ItIsNoDrop() public {
        RowModel memory made = honest("kept");
        (Place memory a, Place memory b) = twoKept(made, 0, 1);
        fails(address(unitCourt), dropCall(publish(made), made, a, b), isSound(0, 0));
    }

    function test_GivenARowThatIsNotTheUnits_ItReverts() public {
        RowModel memory made = honest("not the units");
        (Place memory a, Place memory b) = twoKept(made, 0, 1);
        ModelId model = publish(made);
        RowShown memory other = rowAt(made, b);
        other.row[0] ^= 0x01;
        bytes memory call = abi.encodeCall(
            unitCourt.proveCopyKept,
            (0, model, shown(made, a), rowAt(made, a), shown(made, b), other)
        );
        made.rows[b.unit][b.row].itemHash ^= bytes32(uint256(1) << 248);
        bytes32 found = made.rows[b.unit].rootOf();
        fails(
            address(unitCourt),
            call,
            abi.encodeWithSelector(
                IUnitCourt.UnitCourt_NotARow.selector,
                b.unit,
                b.row,
                found,
                made.drawn.given[b.unit].rowsRoot
            )
        );
    }

    function test_GivenARowTooShortOrTooLong_ItReverts() public {
        RowModel memory made = honest("too long");
        (Place memory a, Place memory b) = twoKept(made, 0, 1);
        ModelId model = publish(made);
        RowShown memory other = rowAt(made, a);
        other.row = abi.encodePacked(other.row, uint8(0));
        refusesMalformed(model, made, b, other);
        other.row = hex"00";
        refusesMalformed(model, made, b, other);
    }

    function test_GivenARowBeyondTheLast_OrAPathOfAnotherLength_ItReverts() public {
        RowModel memory made = honest("beyond");
        (Place memory a, Place memory b) = twoKept(made, 0, 1);
        ModelId model = publish(made);
        RowShown memory other = rowAt(made, a);
        other.index = uint32(made.rows[0].length);
        refusesRow(
            model,
            made,
            b,
            other,
            abi.encodeWithSelector(OrderedTree.OrderedTree_NoLeaf.selector, other.index, other.index)
        );
        other = rowAt(made, a);
        uint256 length = other.path.length;
        other.path = new bytes32[](length + 1);
        refusesRow(
            model,
            made,
            b,
            other,
            abi.encodeWithSelector(OrderedTree.OrderedTree_PathLength.selector, length + 1, length)
        );
        other.path = new bytes32[](0);
        refusesRow(model, made, b, other, abi.encodeWithSelector(OrderedTree.OrderedTree_PathLength.selector, 0, 1));
    }

    function expectProof(bytes memory call, ModelId model, uint256 u, UnitFault fault) private {
        announce(address(unitCourt), challenger, call);
        vm.expectEmit(address(unitCourt));
        emit IUnitCourt.UnitProvedFalse(
            ModelId.unwrap(model),
            uint16(u),
            AccountId.unwrap(challengerAccount),
            fault,
            MODEL_BOND
        );
        make(address(unitCourt), challenger, call);
        vm.assertEq(models.struckAt(model), clock.time());
    }

    function refuses(bytes memory call) private {
        announce(address(unitCourt), challenger, call);
        (bool done, ) = send(address(unitCourt), challenger, call);
        vm.assertFalse(done);
    }

    function refusesMalformed(ModelId model, RowModel memory made, Place memory b, RowShown memory other) private {
        refusesRow(
            model,
            made,
            b,
            other,
            abi.encodeWithSelector(IUnitCourt.UnitCourt_RowMalformed.selector, 0, other.index, other.row.length)
        );
    }

    /// @dev A row of unit 0 that is none, beside one that is.
    function refusesRow(
        ModelId model,
        RowModel memory made,
        Place memory b,
        RowShown memory other,
        bytes memory refusal
    ) private {
        bytes memory call = abi.encodeCall(
            unitCourt.proveCopyKept,
            (0, model, shownOf(made, 0), other, shown(made, b), rowAt(made, b))
        );
        fails(address(unitCourt), call, refusal);
    }

    function copyCall(
        ModelId model,
        RowModel memory made,
        Place memory a,
        Place memory b
    ) private pure returns (bytes memory) {
        return
            abi.encodeCall(
                IUnitCourt.proveCopyKept,
                (0, model, shown(made, a), rowAt(made, a), shown(made, b), rowAt(made, b))
            );
    }

    function dropCall(
        ModelId model,
        RowModel memory made,
        Place memory dropped,
        Place memory twin
    ) private pure returns (bytes memory) {
        return
            abi.encodeCall(
                IUnitCourt.proveNoCopy,
                (0, model, shown(made, dropped), rowAt(made, dropped), shown(made, twin), rowAt(made, twin))
            );
    }

    function publishAnew(RowModel memory made) private returns (ModelId) {
        publishable(made);
        return publish(made);
    }

    function shown(RowModel memory made, Place memory place) private pure returns (UnitShown memory) {
        return shownOf(made, place.unit);
    }

    function rowAt(RowModel memory made, Place memory place) private pure returns (RowShown memory) {
        return rowOf(made, place.unit, place.row);
    }

    function emptyRow(uint32 index) private pure returns (RowShown memory) {
        return RowShown({index: index, row: "", path: new bytes32[](0)});
    }

    function setCodes(RowModel memory made, Place memory place, int256 a, int256 b, int256 c) private pure {
        int256[] memory codes = new int256[](DIMS);
        (codes[0], codes[17], codes[63]) = (a, b, c);
        made.rows[place.unit][place.row].codes = codes;
    }

    function name(RowModel memory made, Place memory dropped, Place memory twin) private pure {
        PlainRow memory row = made.rows[dropped.unit][dropped.row];
        (row.twinUnit, row.twinIndex) = (uint16(twin.unit), uint32(twin.row));
    }

    function placeIn(RowModel memory made, uint256 word) private pure returns (Place memory place) {
        place.unit = word % made.rows.length;
        place.row = (word >> 16) % made.rows[place.unit].length;
    }

    function twoKept(RowModel memory made, uint256 u, uint256 v) private pure returns (Place memory a, Place memory b) {
        return (keptAfter(made, u, 0), keptAfter(made, v, 2));
    }

    function keptAfter(RowModel memory made, uint256 u, uint256 r) private pure returns (Place memory) {
        while (made.rows[u][r].mult == 0) ++r;
        return Place(u, r);
    }

    function firstDropped(RowModel memory made) private pure returns (Place memory) {
        return nextDropped(made, Place(0, 0));
    }

    /// @dev From a place on.
    function nextDropped(RowModel memory made, Place memory place) private pure returns (Place memory) {
        for (; place.unit < made.rows.length; (place.unit, place.row) = (place.unit + 1, 0)) {
            for (; place.row < made.rows[place.unit].length; ++place.row) {
                if (made.rows[place.unit][place.row].mult == 0) return place;
            }
        }
        revert("no dropped row is left");
    }

    function twinOf(RowModel memory made, Place memory dropped) private pure returns (Place memory) {
        PlainRow memory row = made.rows[dropped.unit][dropped.row];
        return Place(row.twinUnit, row.twinIndex);
    }

    /// @dev Of two units of their own, the one whose contribution was accepted later.
    function laterOf(RowModel memory made, uint256 u, uint256 v) private view returns (uint256) {
        Trained memory a = made.drawn.trained[made.drawn.units[u].first];
        Trained memory b = made.drawn.trained[made.drawn.units[v].first];
        return datasets.contributionOf(a.id).acceptedAt > datasets.contributionOf(b.id).acceptedAt ? u : v;
    }

    function closeness(
        RowModel memory made,
        Place memory a,
        Place memory b,
        uint256 percent
    ) private pure returns (uint256 squared, uint256 lengths) {
        int256[] memory x = made.rows[a.unit][a.row].codes;
        int256[] memory y = made.rows[b.unit][b.row].codes;
        int256 product = x.dot(y);
        squared = product > 0 ? uint256(product * product) * 10_000 : 0;
        lengths = uint256(x.dot(x)) * uint256(y.dot(y)) * percent * percent;
    }

    function isSound(uint256 squared, uint256 lengths) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IUnitCourt.UnitCourt_RowsSound.selector, squared, lengths);
    }

    function otherTwin(Place memory shown_, Place memory named) private pure returns (bytes memory) {
        return
            abi.encodeWithSelector(
                IUnitCourt.UnitCourt_OtherTwin.selector,
                shown_.unit,
                shown_.row,
                named.unit,
                named.row
            );
    }
}
