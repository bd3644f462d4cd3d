// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IModels, SettlementTerms, WeighedUnit} from "../../contracts/interfaces/IModels.sol";
import {AccountId, ModelId} from "../../contracts/types/Ids.sol";
import {Registrar, Registration} from "./harness/Registrar.sol";
import {PlainUnits} from "./harness/PlainUnits.sol";

/// @notice What a book's units weigh, and what a strike changes about it.
contract ModelsStrikesTest is Registrar {
    using PlainUnits for int256[];

    uint40 private constant NEVER = type(uint40).max;

    function testFuzz_GivenAnyBook_UnitsWeighWhatThePlainTwinSays(
        bytes32 seed,
        uint8 steps,
        uint8 bits,
        uint8 from,
        uint8 count
    ) public {
        Registration memory drawn = drawnFive(seed, 64 * (1 + uint16(steps % 5)));
        ModelId model = register(drawn);
        uint256 weight = uint256(keccak256(abi.encode(seed, "weight"))) % (uint256(1) << bound(bits, 1, 58));
        (int256[] memory query, bytes memory totals) = drawnBook(seed, drawn.tune.index.dims, weight);
        from = uint8(from % (drawn.units.length + 1));
        count = uint8(count % (drawn.units.length + 1 - from));
        WeighedUnit[] memory weighed = models.weigh(model, from, count, NEVER, totals, weight);
        vm.assertEq(weighed.length, count);
        WeighedUnit[] memory expected = plainWeights(drawn, query);
        for (uint256 i = 0; i < count; ++i) expectWord(weighed[i], expected[from + i]);
    }

    function test_GivenUnitsOnSeveralPages_TheyAreWeighedAcrossThem() public {
        Registration memory drawn = drawnFive("pages", 320);
        uint256[] memory cuts = new uint256[](3);
        (cuts[0], cuts[1], cuts[2]) = (1, 2, 4);
        ModelId model = registerInPages(drawn, cuts);
        (int256[] memory query, bytes memory totals) = drawnBook("pages", 320, 1e12);
        WeighedUnit[] memory expected = plainWeights(drawn, query);
        for (uint256 from = 0; from < expected.length; ++from) {
            for (uint256 count = 0; count <= expected.length - from; ++count) {
                WeighedUnit[] memory weighed = models.weigh(model, from, count, NEVER, totals, 1e12);
                for (uint256 i = 0; i < count; ++i) expectWord(weighed[i], expected[from + i]);
            }
        }
    }

    function test_GivenNoTotalsOrNoFees_NothingIsMoved() public {
        Registration memory drawn = drawnFive("nothing", 64);
        ModelId model = register(drawn);
        (, bytes memory totals) = drawnBook("nothing", 64, 0);
        WeighedUnit[] memory expected = plainWeights(drawn, new int256[](64));
        uint256 count = expected.length;
        vm.assertEq(abi.encode(models.weigh(model, 0, count, NEVER, "", 5)), abi.encode(expected));
        vm.assertEq(abi.encode(models.weigh(model, 0, count, NEVER, totals, 0)), abi.encode(expected));
    }

    function test_GivenUnitsBeyondTheLast_ItReverts() public {
        ModelId model = register(drawnFive("beyond", 64));
        vm.expectRevert(abi.encodeWithSelector(IModels.Models_UnknownUnit.selector, model, 4, 4));
        models.weigh(model, 2, 3, NEVER, "", 0);
        vm.expectRevert(abi.encodeWithSelector(IModels.Models_UnknownUnit.selector, model, 4, 4));
        models.weigh(model, 5, 0, NEVER, "", 0);
    }

    function test_WhenAUnitIsStruck_TheModelRecordsNothingMore() public {
        ModelId model = register(drawnFive("struck", 64));
        AccountId operator = openAccount("operator");
        vm.prank(owner);
        models.setOperator(model, operator, true);
        pass(ACTIVATION);
        models.recordingTerms(model, operator);

        uint40 struckAt = clock.time();
        vm.expectEmit(address(models));
        emit IModels.UnitStruck(ModelId.unwrap(model), 2, struckAt);
        strike(model, 2);
        vm.assertEq(models.struckAt(model), struckAt);
        vm.expectRevert(abi.encodeWithSelector(IModels.Models_Struck.selector, model, struckAt));
        models.recordingTerms(model, operator);
    }

    function test_GivenAStruckUnit_WhenStruckAgain_ItIsPassedOver() public {
        ModelId model = register(drawnFive("twice", 64));
        strike(model, 1);
        uint40 struckAt = models.struckAt(model);
        (uint48 count, ) = models.journal();
        pass(1 days);
        vm.prank(address(court));
        models.strike(model, 1);
        (uint48 after_, ) = models.journal();
        vm.assertEq(after_, count);
        vm.assertEq(models.struckAt(model), struckAt);

        // Another unit later is told with its own time, while the model stays struck since the first.
        vm.expectEmit(address(models));
        emit IModels.UnitStruck(ModelId.unwrap(model), 0, clock.time());
        vm.prank(address(court));
        models.strike(model, 0);
        vm.assertEq(models.struckAt(model), struckAt);
    }

    function test_GivenAnyoneButTheCourts_OrAUnitThatIsNotThere_NothingIsStruck() public {
        ModelId model = register(drawnFive("nobody", 64));
        address[3] memory others = [owner, address(this), address(fineTunes)];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IModels.Models_NotAppointed.selector, others[i]));
            vm.prank(others[i]);
            models.strike(model, 0);
        }
        vm.expectRevert(abi.encodeWithSelector(IModels.Models_UnknownUnit.selector, model, 4, 4));
        strike(model, 4);
        vm.assertEq(models.struckAt(model), 0);
    }

    function test_GivenABookWhoseWindowIsOpenAtTheStrike_TheUnitCountsNothingInIt() public {
        Registration memory drawn = drawnFive("open window", 64);
        ModelId model = register(drawn);
        SettlementTerms memory before = models.settlementTerms(model, NEVER);
        (int256[] memory query, bytes memory totals) = drawnBook("open window", 64, 1e9);
        WeighedUnit[] memory expected = plainWeights(drawn, query);
        strike(model, 1);
        uint40 struckAt = models.struckAt(model);

        // Closed before: the window ended at that moment, or earlier.
        vm.assertEq(abi.encode(models.settlementTerms(model, struckAt)), abi.encode(before));
        vm.assertEq(abi.encode(models.weigh(model, 0, 4, struckAt, totals, 1e9)), abi.encode(expected));

        (, uint16 kept, , uint64 fixedWeight, ) = models.unitOf(model, 1);
        before.keptRows -= kept;
        before.fixedTotal -= fixedWeight;
        vm.assertEq(abi.encode(models.settlementTerms(model, struckAt + 1)), abi.encode(before));
        expected[1] = WeighedUnit.wrap(uint32(WeighedUnit.unwrap(expected[1])));
        vm.assertEq(abi.encode(models.weigh(model, 0, 4, struckAt + 1, totals, 1e9)), abi.encode(expected));
        vm.assertEq(
            WeighedUnit.unwrap(models.weigh(model, 1, 1, struckAt + 1, totals, 1e9)[0]),
            WeighedUnit.unwrap(expected[1])
        );
        vm.assertEq(
            WeighedUnit.unwrap(models.weigh(model, 2, 2, struckAt + 1, totals, 1e9)[0]),
            WeighedUnit.unwrap(expected[2])
        );
    }

    function test_GivenEachUnitStruckAtAnotherTime_EachBookHasLostThoseStruckInItsWindow() public {
        Registration memory drawn = drawnFive("one by one", 64);
        ModelId model = register(drawn);
        uint40 start = clock.time();
        for (uint16 unit = 0; unit < 4; ++unit) {
            vm.warp(block.timestamp + 1 hours);
            strike(model, unit);
        }
        for (uint40 hours_ = 0; hours_ <= 5; ++hours_) {
            SettlementTerms memory terms = models.settlementTerms(model, start + hours_ * 1 hours);
            uint256 kept = 0;
            uint256 fixedTotal = 0;
            for (uint16 unit = 0; unit < 4; ++unit) {
                if (unit + 1 < hours_) continue;
                (, uint16 unitKept, , uint64 fixedWeight, ) = models.unitOf(model, unit);
                kept += unitKept;
                fixedTotal += fixedWeight;
            }
            vm.assertEq(terms.keptRows, kept);
            vm.assertEq(terms.fixedTotal, fixedTotal);
            vm.assertEq(terms.floorNorm, normOf(drawn));
        }
    }

    function drawnFive(bytes32 seed, uint16 dims) private returns (Registration memory) {
        uint32[] memory kept = new uint32[](5);
        (kept[0], kept[1], kept[2], kept[3], kept[4]) = (16, 9, 30, 4, 20);
        return drawKept(seed, kept, dims);
    }

    function drawnBook(
        bytes32 seed,
        uint256 dims,
        uint256 weight
    ) private pure returns (int256[] memory query, bytes memory totals) {
        query = new int256[](dims);
        totals = new bytes(8 * dims);
        for (uint256 d = 0; d < dims; ++d) {
            uint256 total = uint256(keccak256(abi.encode(seed, "total", d))) % (weight + 1);
            query[d] = 2 * int256(total) - int256(weight);
            assembly ("memory-safe") {
                let place := add(add(totals, 0x20), shl(3, d))
                mstore(place, or(shl(192, total), shr(64, shl(64, mload(place)))))
            }
        }
    }

    function plainWeights(
        Registration memory drawn,
        int256[] memory query
    ) private pure returns (WeighedUnit[] memory words) {
        words = new WeighedUnit[](drawn.units.length);
        uint256[] memory scales = scalesOf(drawn);
        (, uint256[] memory fixedWeights) = fixedWeightsOf(drawn);
        for (uint256 u = 0; u < words.length; ++u) {
            int256 product = drawn.given[u].codes.dot(query);
            uint256 net = product > 0 ? uint256(product) * scales[u] : 0;
            bool isJoint = drawn.units[u].isJoint;
            uint256 payee = isJoint ? 0 : AccountId.unwrap(drawn.trained[drawn.units[u].first].contributor);
            words[u] = WeighedUnit.wrap((net << 112) + (fixedWeights[u] << 48) + (drawn.units[u].kept << 32) + payee);
        }
    }

    function expectWord(WeighedUnit found, WeighedUnit expected) private pure {
        vm.assertEq(WeighedUnit.unwrap(found), WeighedUnit.unwrap(expected));
    }

    function strike(ModelId model, uint16 unit) private {
        vm.prank(address(unitCourt));
        models.strike(model, unit);
    }
}
