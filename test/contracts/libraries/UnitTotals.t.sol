// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {UnitTotals} from "../../../contracts/libraries/UnitTotals.sol";
import {PlainUnits} from "../harness/PlainUnits.sol";
import {RandomCodes} from "../harness/RandomCodes.sol";
import {Test} from "../harness/Test.sol";

contract UnitTotalsTest is Test {
    using PlainUnits for int256[];

    function test_GivenNoSketches_TheTotalIsZeroWithItsBias() public pure {
        bytes memory total = UnitTotals.begin(128);
        UnitTotals.settle(total, 0);
        vm.assertEq(total, PlainUnits.totalBytes(new int256[](128)));
        for (uint256 d = 0; d < 128; ++d) vm.assertTrue(UnitTotals.valueAt(total, d) == 0);
        vm.assertEq(UnitTotals.begin(0).length, 0);
    }

    function testFuzz_GivenAnySketchesAndWeights_TheTotalIsThePlainSum(
        bytes32 seed,
        uint256 steps,
        uint16[7] memory weights
    ) public pure {
        uint256 dims = RandomCodes.dims(steps);
        int256[][] memory codes = new int256[][](weights.length);
        uint256[] memory wide = new uint256[](weights.length);
        bytes memory total = UnitTotals.begin(dims);
        uint256 weight = 0;
        for (uint256 i = 0; i < codes.length; ++i) {
            codes[i] = RandomCodes.codes(keccak256(abi.encode(seed, i)), dims);
            wide[i] = weights[i];
            weight += weights[i];
            UnitTotals.add(total, addressOf(codes[i].pack()), weights[i]);
        }
        UnitTotals.settle(total, weight);
        expectTotal(total, PlainUnits.weightedSum(wide, codes));
    }

    function test_GivenAThousandSketchesAtFullWeight_NoLaneSpillsIntoTheNext() public pure {
        int256[] memory codes = new int256[](64);
        for (uint256 d = 0; d < 64; ++d) codes[d] = d % 2 == 0 ? int256(7) : int256(-7);
        uint256 sketch = addressOf(codes.pack());
        bytes memory total = UnitTotals.begin(64);
        for (uint256 i = 0; i < 1_024; ++i) UnitTotals.add(total, sketch, 65_535);
        UnitTotals.settle(total, 1_024 * 65_535);
        for (uint256 d = 0; d < 64; ++d) codes[d] *= 1_024 * 65_535;
        expectTotal(total, codes);
    }

    function test_GivenTheGreatestSumOfWeights_NoLaneOverflowsBeforeItIsSettled() public pure {
        int256[] memory codes = new int256[](64);
        for (uint256 d = 0; d < 64; ++d) codes[d] = 7;
        bytes memory total = UnitTotals.begin(64);
        UnitTotals.add(total, addressOf(codes.pack()), UnitTotals.MAX_WEIGHT);
        for (uint256 i = 0; i < total.length; i += 4) {
            uint256 lane =
                (uint256(uint8(total[i])) << 24) |
                    (uint256(uint8(total[i + 1])) << 16) |
                    (uint256(uint8(total[i + 2])) << 8) |
                    uint8(total[i + 3]);
            vm.assertEq(lane, 15 * UnitTotals.MAX_WEIGHT);
        }
        vm.assertGe(UnitTotals.MAX_WEIGHT, 1_024 * 65_535, "what a model's units or a unit's rows weigh at most");
    }

    function expectTotal(bytes memory total, int256[] memory expected) private pure {
        vm.assertEq(total, PlainUnits.totalBytes(expected));
        for (uint256 d = 0; d < expected.length; ++d) {
            vm.assertTrue(UnitTotals.valueAt(total, d) == expected[d]);
        }
    }

    function addressOf(bytes memory packed) private pure returns (uint256 place) {
        assembly ("memory-safe") {
            place := add(packed, 0x20)
        }
    }
}
