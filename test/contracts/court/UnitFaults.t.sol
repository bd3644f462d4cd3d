// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Bond, IBonds} from "../../../contracts/interfaces/IBonds.sol";
import {ICommitments} from "../../../contracts/interfaces/ICommitments.sol";
import {IModels} from "../../../contracts/interfaces/IModels.sol";
import {IUnitCourt, RowsRead, UnitFault, UnitShown} from "../../../contracts/interfaces/IUnitCourt.sol";
import {OrderedTree} from "../../../contracts/libraries/OrderedTree.sol";
import {AccountId, BondId, bondOf, ContributionId, ModelId} from "../../../contracts/types/Ids.sol";
import {PlainRow, PlainRows} from "../harness/PlainRows.sol";
import {PlainUnits} from "../harness/PlainUnits.sol";
import {RowCourt, RowModel} from "../harness/RowCourt.sol";

/// @notice Units that are not what their rows make.
contract UnitFaultsTest is RowCourt {
    using PlainRows for PlainRow[];
    using PlainUnits for int256[];

    uint256 private constant UNIT = 1;

    function testFuzz_GivenASoundModel_NoUnitIsProvedFalse_OnOnePageOrOnMany(bytes32 seed) public {
        RowModel memory made = honest(seed);
        ModelId model = publish(made);
        for (uint256 u = 0; u < made.rows.length; ++u) {
            uint256 cut = uint256(keccak256(abi.encode(seed, "cut", u))) % (made.rows[u].length + 1);
            RowsRead memory read = none();
            if (cut != 0 && cut != made.rows[u].length) {
                prove(address(unitCourt), pageCall(model, made, u, 0, cut, none()));
                read = readingOf(made.rows[u], cut);
            } else {
                cut = 0;
            }
            bytes memory last = pageCall(model, made, u, cut, made.rows[u].length, read);
            if (cut == 0) announce(address(unitCourt), challenger, last);
            failsAtOnce(address(unitCourt), challenger, last, isSound(model, u));
        }
        vm.assertEq(models.struckAt(model), 0);
    }

    function test_GivenAnotherCode_TheUnitIsFalse() public {
        uint256[3] memory dimensions = [uint256(0), 31, DIMS - 1];
        for (uint256 i = 0; i < dimensions.length; ++i) {
            RowModel memory made = honest("another code");
            int256[] memory codes = made.drawn.given[UNIT].codes;
            codes[dimensions[i]] += codes[dimensions[i]] == 7 ? int256(-1) : int256(1);
            settle(made.drawn);
            expectFalse(made, UNIT, UnitFault.FalseSum);
        }
    }

    function test_GivenAnotherScale_TheUnitIsFalse() public {
        RowModel memory made = honest("another scale");
        vm.assertTrue(made.drawn.given[UNIT].peak != made.drawn.tune.plan.maxPeak);
        made.drawn.given[UNIT].peak -= 1 + made.drawn.tune.plan.maxPeak / 65_535;
        settle(made.drawn);
        expectFalse(made, UNIT, UnitFault.FalseSum);
    }

    function test_GivenAPeakAboveTheGreatest_TheUnitIsFalse() public {
        RowModel memory made = honest("above the greatest");
        uint256 greatest = greatestOf(made);
        // Every unit claims no more than the second greatest has.
        made.drawn.given[greatest].peak = 0;
        settle(made.drawn);
        made.drawn.given[greatest].peak = made.drawn.tune.plan.maxPeak;
        settle(made.drawn);
        expectFalse(made, greatest, UnitFault.FalseSum);
    }

    function test_GivenAPeakWithTheSameScale_TheUnitIsSound() public {
        RowModel memory made = honest("same scale");
        uint256 most = made.drawn.tune.plan.maxPeak;
        uint32 peak = made.drawn.given[UNIT].peak;
        // What a scale leaves open, if it does.
        for (made.drawn.given[UNIT].peak -= 1; ; --made.drawn.given[UNIT].peak) {
            if (PlainUnits.scaleOf(made.drawn.given[UNIT].peak, most) != PlainUnits.scaleOf(peak, most)) break;
        }
        made.drawn.given[UNIT].peak += 1;
        settle(made.drawn);
        ModelId model = publish(made);
        fails(address(unitCourt), wholeCall(model, made, UNIT), isSound(model, UNIT));
    }

    function test_GivenZerosInTheirPlace_RowsThatMakeASketchAreFalse() public {
        RowModel memory made = honest("zeros");
        made.drawn.given[UNIT].codes = new int256[](DIMS);
        made.drawn.given[UNIT].peak = 0;
        settle(made.drawn);
        expectFalse(made, UNIT, UnitFault.FalseSum);
    }

    function test_GivenRowsThatMakeNothing_ASketchIsFalse_AndZerosAreSound() public {
        RowModel memory made = honest("nothing");
        for (uint256 r = 0; r < made.rows[UNIT].length; ++r) {
            made.rows[UNIT][r].codes = new int256[](DIMS);
            if (made.rows[UNIT][r].mult != 0) made.rows[UNIT][r].mult = 1;
        }
        publishable(made);
        vm.assertEq(made.drawn.given[UNIT].peak, 0);
        ModelId model = publish(made);
        fails(address(unitCourt), wholeCall(model, made, UNIT), isSound(model, UNIT));

        made.drawn.given[UNIT].peak = 1_000;
        made.drawn.given[UNIT].codes[5] = 7;
        settle(made.drawn);
        expectFalse(made, UNIT, UnitFault.FalseSum);
    }

    function test_GivenAModelAllOfWhoseRowsMakeNothing_NoUnitIsFalse() public {
        RowModel memory made = honest("nothing at all");
        for (uint256 u = 0; u < made.rows.length; ++u) {
            for (uint256 r = 0; r < made.rows[u].length; ++r) {
                made.rows[u][r].codes = new int256[](DIMS);
                if (made.rows[u][r].mult != 0) made.rows[u][r].mult = 1;
            }
        }
        publishable(made);
        vm.assertEq(made.drawn.tune.plan.maxPeak, 0);
        ModelId model = publish(made);
        for (uint256 u = 0; u < made.rows.length; ++u) {
            fails(address(unitCourt), wholeCall(model, made, u), isSound(model, u));
        }
    }

    function test_GivenOneKeptRowLess_TheUnitIsFalse() public {
        RowModel memory made = honest("one less");
        PlainRow memory row = made.rows[UNIT][firstKept(made, UNIT)];
        (row.mult, row.twinUnit, row.twinIndex) = (0, uint16(UNIT), uint32(firstKept(made, UNIT)));
        publishable(made);
        expectFalse(made, UNIT, UnitFault.FalseSum);
    }

    function test_GivenOneKeptRowMore_TheUnitIsFalse() public {
        RowModel memory made = honest("one more");
        uint256 u = unitWithDropped(made);
        made.rows[u][firstDropped(made, u)].mult = 1;
        publishable(made);
        expectFalse(made, u, UnitFault.FalseSum);
    }

    function test_GivenTheNibbleEightInARow_KeptOrDropped_TheUnitIsFalse() public {
        RowModel memory made = honest("nibble");
        uint256 u = unitWithDropped(made);
        int256[] memory codes = made.rows[u][firstKept(made, u)].codes;
        codes[63] = -8;
        publishable(made);
        expectFalse(made, u, UnitFault.Malformed);

        made = honest("nibble");
        made.rows[u][firstDropped(made, u)].codes[0] = -8;
        hashAll(made);
        expectFalse(made, u, UnitFault.Malformed);
    }

    function test_GivenADroppedRowThatNamesNoUnit_TheUnitIsFalse() public {
        RowModel memory made = honest("names nothing");
        uint256 u = unitWithDropped(made);
        made.rows[u][firstDropped(made, u)].twinUnit = uint16(made.rows.length);
        hashAll(made);
        expectFalse(made, u, UnitFault.Malformed);
    }

    function test_GivenARowAboveItsCapThatHelps_TheUnitIsFalse() public {
        RowModel memory made = honest("above its cap");
        PlainRow memory row = made.rows[UNIT][firstKept(made, UNIT)];
        row.codes = made.drawn.given[UNIT].codes;
        row.mult = uint16(PlainRows.capOf(row.codes) + 1);
        publishable(made);
        vm.assertTrue(row.codes.dot(PlainUnits.weightedSum(scalesOf(made.drawn), codesOf(made.drawn))) > 0);
        expectFalse(made, UNIT, UnitFault.AboveCap);

        // At the cap it is sound.
        row.mult -= 1;
        capAll(made);
        vm.assertEq(row.mult, PlainRows.capOf(row.codes));
        ModelId model = publish(made);
        fails(address(unitCourt), wholeCall(model, made, UNIT), isSound(model, UNIT));
    }

    function test_GivenARowAboveItsCapThatHarms_TheUnitIsSound() public {
        RowModel memory made = honest("harms");
        PlainRow memory row = made.rows[UNIT][firstKept(made, UNIT)];
        int256[] memory total = PlainUnits.weightedSum(scalesOf(made.drawn), codesOf(made.drawn));
        for (uint256 d = 0; d < DIMS; ++d) row.codes[d] = total[d] > 0 ? int256(-7) : int256(7);
        row.mult = uint16(2 * PlainRows.capOf(row.codes));
        capAll(made);
        vm.assertEq(row.mult, 2 * PlainRows.capOf(row.codes));
        ModelId model = publish(made);
        fails(address(unitCourt), wholeCall(model, made, UNIT), isSound(model, UNIT));
    }

    function test_GivenARowOfZeros_ItCountsOnce_AndMoreIsAboveItsCap() public {
        RowModel memory made = honest("row of zeros");
        PlainRow memory row = made.rows[UNIT][firstKept(made, UNIT)];
        (row.codes, row.mult) = (new int256[](DIMS), 1);
        capAll(made);
        ModelId model = publish(made);
        fails(address(unitCourt), wholeCall(model, made, UNIT), isSound(model, UNIT));
        row.mult = 2;
        publishable(made);
        expectFalse(made, UNIT, UnitFault.AboveCap);
    }

    function test_GivenSeveralPages_WhatWasWrongOnTheFirstIsProvedOnTheLast() public {
        RowModel memory made = honest("several pages");
        uint256 r = firstKept(made, UNIT);
        made.rows[UNIT][r].codes[2] = -8;
        publishable(made);
        ModelId model = publish(made);
        uint256 count = made.rows[UNIT].length;
        prove(address(unitCourt), pageCall(model, made, UNIT, 0, 10, none()));
        vm.assertEq(models.struckAt(model), 0);
        // A malformed row is not added up.
        RowsRead memory read = readingWithout(made, r, 10);
        (read.isFalse, read.fault) = (true, UnitFault.Malformed);
        make(address(unitCourt), challenger, pageCall(model, made, UNIT, 10, 11, read));
        read = readingWithout(made, r, 11);
        (read.isFalse, read.fault) = (true, UnitFault.Malformed);
        expectStrike(model, UNIT, UnitFault.Malformed, MODEL_BOND);
        make(address(unitCourt), challenger, pageCall(model, made, UNIT, 11, count, read));
        expectStruck(model);

        // What was read is used up.
        failsAtOnce(
            address(unitCourt),
            challenger,
            pageCall(model, made, UNIT, 11, count, read),
            otherReading(read, 0)
        );
    }

    function test_GivenAReadingThatIsNotOnes_ItReverts() public {
        RowModel memory made = honest("readings");
        ModelId model = publish(made);
        prove(address(unitCourt), pageCall(model, made, UNIT, 0, 10, none()));
        RowsRead memory read = readingOf(made.rows[UNIT], 10);
        bytes32 held = keccak256(abi.encode(read));
        RowsRead memory other = readingOf(made.rows[UNIT], 10);
        other.kept -= 1;
        uint256 end = made.rows[UNIT].length;
        failsAtOnce(
            address(unitCourt),
            challenger,
            pageCall(model, made, UNIT, 10, end, other),
            otherReading(other, held)
        );
        // Somebody else's, and another unit's.
        failsAtOnce(address(unitCourt), owner, pageCall(model, made, UNIT, 10, end, read), otherReading(read, 0));
        failsAtOnce(address(unitCourt), challenger, pageCall(model, made, 0, 10, 11, read), otherReading(read, 0));
        failsAtOnce(address(unitCourt), challenger, pageCall(model, made, UNIT, 10, end, read), isSound(model, UNIT));
    }

    function test_GivenThatAFirstPageIsShownAgain_ItBeginsAnew() public {
        RowModel memory made = honest("anew");
        ModelId model = publish(made);
        prove(address(unitCourt), pageCall(model, made, UNIT, 0, 10, none()));
        prove(address(unitCourt), pageCall(model, made, UNIT, 0, 4, none()));
        RowsRead memory ten = readingOf(made.rows[UNIT], 10);
        RowsRead memory four = readingOf(made.rows[UNIT], 4);
        failsAtOnce(
            address(unitCourt),
            challenger,
            pageCall(model, made, UNIT, 10, 12, ten),
            otherReading(ten, keccak256(abi.encode(four)))
        );
        make(address(unitCourt), challenger, pageCall(model, made, UNIT, 4, 12, four));
    }

    function test_GivenAUnitThatIsNotAsRegistered_ItReverts() public {
        RowModel memory made = honest("not as registered");
        ModelId model = publish(made);
        UnitShown memory shown = shownOf(made, UNIT);
        shown.kept -= 1;
        refusesUnit(model, made, shown);
        shown = shownOf(made, UNIT);
        shown.rows += 1;
        refusesUnit(model, made, shown);
        shown = shownOf(made, UNIT);
        shown.rowsRoot = keccak256("another root");
        refusesUnit(model, made, shown);
        shown = shownOf(made, UNIT);
        shown.contribution = ContributionId.wrap(0);
        refusesUnit(model, made, shown);
        shown = shownOf(made, UNIT);
        shown.path[1] = keccak256("another way");
        refusesUnit(model, made, shown);
        shown.unit = 0;
        refusesUnit(model, made, shown);
        shown.unit = 4;
        fails(
            address(unitCourt),
            falseUnitCall(model, made, shown),
            abi.encodeWithSelector(OrderedTree.OrderedTree_NoLeaf.selector, 4, 4)
        );
    }

    function test_GivenAnotherTotal_ItReverts() public {
        RowModel memory made = honest("another total");
        ModelId model = publish(made);
        bytes32 registered = keccak256(made.drawn.total);
        made.drawn.total[7] ^= 0x01;
        fails(
            address(unitCourt),
            wholeCall(model, made, UNIT),
            abi.encodeWithSelector(IUnitCourt.UnitCourt_OtherTotal.selector, keccak256(made.drawn.total), registered)
        );
    }

    function test_GivenOtherRows_ItReverts() public {
        RowModel memory made = honest("other rows");
        ModelId model = publish(made);
        bytes32 root = made.drawn.given[UNIT].rowsRoot;
        made.rows[UNIT][3].itemHash = keccak256("another item");
        fails(
            address(unitCourt),
            wholeCall(model, made, UNIT),
            abi.encodeWithSelector(IUnitCourt.UnitCourt_OtherRows.selector, made.rows[UNIT].rootOf(), root)
        );
    }

    function test_GivenMoreRowsThanThereAre_OrHalfOfOne_ItReverts() public {
        RowModel memory made = honest("more rows");
        ModelId model = publish(made);
        uint256 count = made.rows[UNIT].length;
        bytes memory rows = allRows(made, UNIT);
        fails(
            address(unitCourt),
            rowsCall(model, made, abi.encodePacked(rows, PlainRows.encode(made.rows[0][0]))),
            abi.encodeWithSelector(IUnitCourt.UnitCourt_TooManyRows.selector, count + 1, count)
        );
        bytes memory half = made.rows[UNIT].encodeAll(0, 2);
        fails(
            address(unitCourt),
            rowsCall(model, made, abi.encodePacked(half, uint256(1))),
            abi.encodeWithSelector(IUnitCourt.UnitCourt_RowMalformed.selector, UNIT, 2, 32)
        );
    }

    function test_GivenABaseModel_NothingIsProvedOfIt() public {
        RowModel memory made = honest("base");
        publish(made);
        fails(
            address(unitCourt),
            wholeCall(base, made, UNIT),
            abi.encodeWithSelector(IModels.Models_NotServable.selector, base)
        );
    }

    function test_GivenACommitmentOfTheBlockThatRegistersIt_ItReverts() public {
        RowModel memory made = honest("same block");
        made.drawn.given[UNIT].codes[0] = made.drawn.given[UNIT].codes[0] == 7 ? int256(6) : int256(7);
        settle(made.drawn);
        ModelId model = ModelId.wrap(models.modelCount() + 1);
        bytes memory call = wholeCall(model, made, UNIT);
        vm.prank(challenger);
        unitCourt.commit(commitmentOf(challenger, call));
        uint256 committedIn = block.number;
        vm.assertEq(ModelId.unwrap(publish(made)), ModelId.unwrap(model));
        vm.roll(committedIn + 2);
        failsAtOnce(
            address(unitCourt),
            challenger,
            call,
            abi.encodeWithSelector(ICommitments.Commitments_BeforeItsSubject.selector, committedIn, committedIn)
        );
    }

    function test_WhenStruck_TheWholeBondIsGone_AndASecondStrikeTakesNothing() public {
        RowModel memory made = honest("twice");
        for (uint256 u = 0; u < 2; ++u) {
            int256[] memory codes = made.drawn.given[u].codes;
            codes[0] = codes[0] == 7 ? int256(6) : int256(7);
        }
        settle(made.drawn);
        ModelId model = publish(made);
        proveFalse(model, made, 1, UnitFault.FalseSum, MODEL_BOND);
        expectStruck(model);
        vm.assertEq(earnedOf(challengerAccount), (MODEL_BOND * 3) / 10);
        vm.assertEq(bonds.unburntGwei(), MODEL_BOND - (MODEL_BOND * 3) / 10);
        uint40 struckAt = models.struckAt(model);

        pass(1 hours);
        (uint48 told, ) = models.journal();
        announce(address(unitCourt), challenger, wholeCall(model, made, 1));
        expectProof(model, 1, UnitFault.FalseSum, 0);
        make(address(unitCourt), challenger, wholeCall(model, made, 1));
        (uint48 toldAfter, ) = models.journal();
        vm.assertEq(toldAfter, told);
        proveFalse(model, made, 0, UnitFault.FalseSum, 0);
        vm.assertEq(models.struckAt(model), struckAt);
        vm.assertEq(earnedOf(challengerAccount), (MODEL_BOND * 3) / 10);
    }

    function expectFalse(RowModel memory made, uint256 u, UnitFault fault) private {
        ModelId model = publish(made);
        proveFalse(model, made, u, fault, MODEL_BOND);
        expectStruck(model);
    }

    function proveFalse(ModelId model, RowModel memory made, uint256 u, UnitFault fault, uint64 takenGwei) private {
        bytes memory call = wholeCall(model, made, u);
        announce(address(unitCourt), challenger, call);
        expectStrike(model, u, fault, takenGwei);
        make(address(unitCourt), challenger, call);
    }

    /// @dev What is told of the strike that follows.
    function expectStrike(ModelId model, uint256 u, UnitFault fault, uint64 takenGwei) private {
        vm.expectEmit(address(models));
        emit IModels.UnitStruck(ModelId.unwrap(model), uint16(u), clock.time());
        uint64 bountyGwei = (takenGwei * 3) / 10;
        vm.expectEmit(address(bonds));
        emit IBonds.BondSlashed(
            BondId.unwrap(bondOf(model)),
            AccountId.unwrap(challengerAccount),
            takenGwei,
            bountyGwei,
            0,
            0,
            0,
            0
        );
        expectProof(model, u, fault, takenGwei);
    }

    function expectProof(ModelId model, uint256 u, UnitFault fault, uint64 takenGwei) private {
        vm.expectEmit(address(unitCourt));
        emit IUnitCourt.UnitProvedFalse(
            ModelId.unwrap(model),
            uint16(u),
            AccountId.unwrap(challengerAccount),
            fault,
            takenGwei
        );
    }

    function expectStruck(ModelId model) private view {
        vm.assertEq(models.struckAt(model), clock.time());
        Bond memory bond = bonds.bondStateOf(bondOf(model));
        vm.assertEq(bond.balanceGwei, 0);
    }

    function pageCall(
        ModelId model,
        RowModel memory made,
        uint256 u,
        uint256 from,
        uint256 end,
        RowsRead memory read
    ) private pure returns (bytes memory) {
        bytes memory rows = made.rows[u].encodeAll(from, end);
        return abi.encodeCall(IUnitCourt.proveFalseUnit, (0, model, shownOf(made, u), made.drawn.total, rows, read));
    }

    function wholeCall(ModelId model, RowModel memory made, uint256 u) private pure returns (bytes memory) {
        return pageCall(model, made, u, 0, made.rows[u].length, none());
    }

    function rowsCall(ModelId model, RowModel memory made, bytes memory rows) private pure returns (bytes memory) {
        UnitShown memory shown = shownOf(made, UNIT);
        return abi.encodeCall(IUnitCourt.proveFalseUnit, (0, model, shown, made.drawn.total, rows, none()));
    }

    function falseUnitCall(
        ModelId model,
        RowModel memory made,
        UnitShown memory shown
    ) private pure returns (bytes memory) {
        bytes memory rows = allRows(made, UNIT);
        return abi.encodeCall(IUnitCourt.proveFalseUnit, (0, model, shown, made.drawn.total, rows, none()));
    }

    function refusesUnit(ModelId model, RowModel memory made, UnitShown memory shown) private {
        bytes memory call = falseUnitCall(model, made, shown);
        announce(address(unitCourt), challenger, call);
        (bool done, bytes memory reason) = send(address(unitCourt), challenger, call);
        vm.assertFalse(done);
        vm.assertEq(
            bytes32(reason),
            bytes32(IUnitCourt.UnitCourt_NotTheUnit.selector) | ((bytes32(reason) << 32) >> 32)
        );
        vm.assertEq(
            reason,
            abi.encodeWithSelector(
                IUnitCourt.UnitCourt_NotTheUnit.selector,
                model,
                shown.unit,
                foundRoot(shown),
                indexRootOf(made.drawn)
            )
        );
    }

    /// @dev Where a path of two siblings leads, of four units.
    function foundRoot(UnitShown memory shown) private pure returns (bytes32 root) {
        root = keccak256(abi.encodePacked(shown.rowsRoot, shown.rows, shown.kept, shown.contribution));
        for (uint256 i = 0; i < 2; ++i) {
            bool isRight = (shown.unit >> i) & 1 != 0;
            root = isRight ? keccak256(abi.encode(shown.path[i], root)) : keccak256(abi.encode(root, shown.path[i]));
        }
    }

    /// @dev What rows come to of which one was not added up.
    function readingWithout(
        RowModel memory made,
        uint256 r,
        uint256 count
    ) private pure returns (RowsRead memory read) {
        uint16 mult = made.rows[UNIT][r].mult;
        bytes32[] memory roots = readingOf(made.rows[UNIT], count).roots;
        made.rows[UNIT][r].mult = 0;
        read = readingOf(made.rows[UNIT], count);
        read.roots = roots;
        made.rows[UNIT][r].mult = mult;
    }

    function isSound(ModelId model, uint256 u) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IUnitCourt.UnitCourt_UnitSound.selector, model, u);
    }

    function otherReading(RowsRead memory read, bytes32 expected) private pure returns (bytes memory) {
        return
            abi.encodeWithSelector(IUnitCourt.UnitCourt_OtherReading.selector, keccak256(abi.encode(read)), expected);
    }

    function greatestOf(RowModel memory made) private pure returns (uint256 u) {
        while (made.drawn.given[u].peak != made.drawn.tune.plan.maxPeak) ++u;
    }

    function firstKept(RowModel memory made, uint256 u) private pure returns (uint256 r) {
        while (made.rows[u][r].mult == 0) ++r;
    }

    function firstDropped(RowModel memory made, uint256 u) private pure returns (uint256 r) {
        while (made.rows[u][r].mult != 0) ++r;
    }

    function unitWithDropped(RowModel memory made) private pure returns (uint256 u) {
        while (made.rows[u].keptOf() == made.rows[u].length) ++u;
    }
}
