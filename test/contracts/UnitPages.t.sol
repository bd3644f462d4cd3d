// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {UnitPage} from "../../contracts/interfaces/IFineTunes.sol";
import {CodeData} from "../../contracts/libraries/CodeData.sol";
import {ModelId} from "../../contracts/types/Ids.sol";
import {PlainPlans} from "./harness/PlainPlans.sol";
import {Registrar, Registration} from "./harness/Registrar.sol";

/// @notice Which units a model's contributions make, on whatever pages they are registered, and what is worked out of them.
contract UnitPagesTest is Registrar {
    function test_GivenOneContribution_ItIsTheOnlyUnit() public {
        Registration memory drawn = expectUnitsOf(list(20), 64);
        vm.assertEq(drawn.units.length, 1);
        vm.assertFalse(drawn.units[0].isJoint);
    }

    function test_GivenSixteenKeptRows_AContributionIsPaidAlone_AndWithFifteenItShares() public {
        Registration memory drawn = expectUnitsOf(list(16, 15, 1, 16), 64);
        vm.assertEq(drawn.units.length, 3);
        vm.assertTrue(drawn.units[2].isJoint);
        vm.assertEq(drawn.units[2].members, 2);
        vm.assertEq(drawn.units[2].kept, 16);
    }

    function test_GivenFewRowsInAll_TheOnlyJointUnitMayHaveFewerThanSixteen() public {
        Registration memory drawn = expectUnitsOf(list(3, 0, 4, 0), 64);
        vm.assertEq(drawn.units.length, 1);
        vm.assertEq(drawn.units[0].kept, 7);
        vm.assertEq(drawn.units[0].members, 4);
    }

    function test_GivenNoKeptRowsAtAll_TheyShareAUnitOfNone() public {
        Registration memory drawn = drawKept("none", list(0, 0, 0, 0), 64);
        drawn.given[0].peak = 0;
        drawn.given[0].codes = new int256[](64);
        settle(drawn);
        expectRegistered(register(drawn), drawn);
        vm.assertEq(drawn.units[0].kept, 0);
    }

    function test_GivenMoreThan1024KeptRows_AContributionTakesAsFewUnitsAsHoldIt() public {
        uint32[4] memory kept = [uint32(1_024), 1_025, 2_048, 2_050];
        uint256[4] memory units = [uint256(1), 2, 2, 3];
        for (uint256 i = 0; i < kept.length; ++i) {
            uint32[] memory alone = repeated(kept[i], 1);
            vm.assertEq(PlainPlans.unitsOf(alone, 16).length, units[i]);
        }
        Registration memory drawn = expectUnitsOf(list(1_024, 1_025, 2_048, 2_050), 64);
        vm.assertEq(drawn.units.length, 8);
        vm.assertEq(drawn.units[1].kept, 512);
        vm.assertEq(drawn.units[2].kept, 513);
        vm.assertEq(drawn.units[5].kept, 683);
    }

    function test_GivenContributionsWithoutKeptRows_TheyBelongToTheUnitOfTheOneBefore() public {
        uint32[] memory kept = repeated(15, 74);
        (kept[0], kept[1], kept[36], kept[37], kept[71], kept[73]) = (0, 20, 0, 0, 30, 0);
        Registration memory drawn = expectUnitsOf(kept, 64);
        // 68 contributions of 15 rows, which is more than one joint unit holds.
        vm.assertEq(drawn.units.length, 4);
        vm.assertEq(drawn.units[1].kept, 34 * 15);
        vm.assertEq(drawn.units[1].members, 37);
        vm.assertEq(drawn.units[3].members, 35);
    }

    function test_GivenManyContributionsWithoutKeptRows_JointUnitsStayAsTheyWere() public {
        uint32[] memory kept = repeated(0, 300);
        for (uint256 c = 2; c < 300; c += 2) kept[c] = 15;
        Registration memory drawn = expectUnitsOf(kept, 64);
        vm.assertEq(drawn.units.length, 3);
    }

    function test_GivenMoreThan1024UnitsAtSixteen_TheMinimumRisesToTheLeastThatFits() public {
        uint32[] memory kept = repeated(20, 1_025);
        Registration memory drawn = drawKept("risen", kept, 64);
        vm.assertEq(drawn.tune.plan.minimumRows, 21);
        vm.assertEq(drawn.units.length, 21);
        expectRegistered(register(drawn), drawn);
    }

    function test_GivenUnitsThatFitWithOneLess_TheMinimumRisesByOne() public {
        uint32[] memory kept = repeated(17, 1_026);
        for (uint256 c = 0; c < 3; ++c) kept[7 * c] = 16;
        Registration memory drawn = drawKept("risen by one", kept, 64);
        vm.assertEq(drawn.tune.plan.minimumRows, 17);
        vm.assertEq(drawn.units.length, 1_024);
        expectRegistered(registerInPages(drawn, places(300, 600, 900)), drawn);
    }

    function test_GivenTheHighestMinimum_JointUnitsHaveSixteenRowsAtLeast() public {
        uint32[] memory kept = repeated(331, 1_025);
        Registration memory drawn = drawKept("highest", kept, 64);
        vm.assertEq(drawn.tune.plan.minimumRows, 332);
        for (uint256 u = 0; u < drawn.units.length; ++u) {
            vm.assertGe(drawn.units[u].kept, 16, "kept rows");
            vm.assertLe(drawn.units[u].kept, 1_024, "kept rows");
        }
        expectRegistered(registerInPages(drawn, places(400, 800)), drawn);
    }

    function test_GivenAsManyUnitsAsThereMayBe_TheyAreAllThere() public {
        Registration memory drawn = drawKept("most", repeated(16, 1_024), 64);
        vm.assertEq(drawn.units.length, 1_024);
        vm.assertEq(drawn.tune.plan.minimumRows, 16);
        expectRegistered(registerInPages(drawn, places(500, 1_000)), drawn);
    }

    function test_GivenTheLongestSketches_TheUnitsAreThePlainOnes() public {
        expectUnitsOf(list(16, 1_500, 3, 40), 1_024);
    }

    function test_GivenMoreThanAContractMayHold_ThePageReverts() public {
        // 512 units of 48 bytes.
        Registration memory drawn = drawKept("long page", repeated(16, 512), 64);
        UnitPage memory page = wholePage(drawn);
        vm.expectRevert(abi.encodeWithSelector(CodeData.CodeData_TooLong.selector, 24_576, 24_575));
        vm.prank(owner);
        fineTunes.registerFineTune(drawn.tune, page);
        expectRegistered(registerInPages(drawn, places(511)), drawn);
    }

    function test_GivenAnEqualSplit_UnitsHaveKeptRowsAndNothingElse() public {
        uint32[] memory items = new uint32[](6);
        (items[0], items[1], items[2], items[3], items[4], items[5]) = (1, 15, 16, 700, 1_025, 4_000);
        Registration memory drawn = draw("equal split", items, 0);
        vm.assertEq(drawn.units.length, 9);
        expectRegistered(register(drawn), drawn);
    }

    function testFuzz_GivenAnyContributions_TheirUnitsAreThePlainOnes(bytes32 seed, uint8 count) public {
        expectUnitsOf(drawnKept(seed, 1 + (count % 12)), uint16(dimsOf(seed)));
    }

    function testFuzz_GivenAnyPages_TheUnitsAreThoseOfOnePage(bytes32 seed, uint8 count) public {
        uint32[] memory kept = drawnKept(seed, 2 + (count % 12));
        uint16 dims = seed[1] == 0 ? uint16(dimsOf(seed)) : 64;
        Registration memory drawn = drawKept(seed, kept, dims);
        ModelId inPages = registerInPages(drawn, drawnCuts(seed, kept.length));
        expectRegistered(inPages, drawn);
    }

    function testFuzz_GivenAnEqualSplitOnAnyPages_TheUnitsAreThePlainOnes(bytes32 seed, uint8 count) public {
        uint32[] memory items = drawnKept(seed, 2 + (count % 12));
        for (uint256 c = 0; c < items.length; ++c) {
            if (items[c] == 0) items[c] = 7;
        }
        Registration memory drawn = draw(seed, items, 0);
        expectRegistered(registerInPages(drawn, drawnCuts(seed, items.length)), drawn);
    }

    function expectUnitsOf(uint32[] memory kept, uint16 dims) private returns (Registration memory drawn) {
        drawn = drawKept(keccak256(abi.encode(kept, dims)), kept, dims);
        expectRegistered(register(drawn), drawn);
    }

    /// @dev Many around the bounds, many with none.
    function drawnKept(bytes32 seed, uint256 count) private pure returns (uint32[] memory kept) {
        uint16[12] memory bounds = [0, 1, 2, 14, 15, 16, 17, 40, 1_023, 1_024, 1_025, 2_049];
        kept = new uint32[](count);
        for (uint256 c = 0; c < count; ++c) {
            uint256 word = uint256(keccak256(abi.encode(seed, "kept", c)));
            kept[c] = word % 3 == 0 ? uint32((word >> 8) % 60) : bounds[(word >> 8) % bounds.length];
        }
    }

    /// @dev Places before which a page ends, ascending; a page may hold one contribution.
    function drawnCuts(bytes32 seed, uint256 count) private pure returns (uint256[] memory cuts) {
        uint256 left = 1 + (uint256(seed) % 4);
        if (left > count - 1) left = count - 1;
        cuts = new uint256[](left);
        uint256 from = 0;
        for (uint256 i = 0; i < cuts.length; ++i) {
            // Each page behind has one at least.
            from += 1 + (uint256(keccak256(abi.encode(seed, "cut", i))) % (count - from - left));
            --left;
            cuts[i] = from;
        }
    }

    function dimsOf(bytes32 seed) private pure returns (uint256) {
        return 64 * (1 + (uint256(uint8(seed[0])) % 6));
    }

    function list(uint32 a) private pure returns (uint32[] memory kept) {
        kept = new uint32[](1);
        kept[0] = a;
    }

    function list(uint32 a, uint32 b, uint32 c, uint32 d) private pure returns (uint32[] memory kept) {
        kept = new uint32[](4);
        (kept[0], kept[1], kept[2], kept[3]) = (a, b, c, d);
    }

    function places(uint256 a) private pure returns (uint256[] memory cuts) {
        cuts = new uint256[](1);
        cuts[0] = a;
    }

    function places(uint256 a, uint256 b) private pure returns (uint256[] memory cuts) {
        cuts = new uint256[](2);
        (cuts[0], cuts[1]) = (a, b);
    }

    function places(uint256 a, uint256 b, uint256 c) private pure returns (uint256[] memory cuts) {
        cuts = new uint256[](3);
        (cuts[0], cuts[1], cuts[2]) = (a, b, c);
    }
}
