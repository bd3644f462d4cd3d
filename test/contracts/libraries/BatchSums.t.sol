// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BatchSums} from "../../../contracts/libraries/BatchSums.sol";
import {PlainBatch, PlainRecord} from "../harness/PlainBatch.sol";
import {Test} from "../harness/Test.sol";

contract BatchSumsTest is Test {
    function testFuzz_GivenAnyRecord_ItIsTakenOutOfASum(
        bytes32 seed,
        uint16[4] memory fees,
        uint256 steps
    ) public view {
        uint256 dims = 64 * (1 + (steps % 16));
        PlainRecord[] memory records = drawn(seed, fees, dims / 8);
        bool[] memory gone = new bool[](4);
        bytes memory sum = PlainBatch.sumBytes(PlainBatch.sumOf(records, gone, dims));
        for (uint256 i = 0; i < 4; ++i) {
            uint256 which = (i + (uint256(seed) % 4)) % 4;
            sum = this.without(sum, records[which].sketch, records[which].units);
            gone[which] = true;
            vm.assertEq(sum, PlainBatch.sumBytes(PlainBatch.sumOf(records, gone, dims)));
        }
        vm.assertEq(sum, new bytes(1_024 * ((dims + 255) / 256)));
    }

    function testFuzz_GivenAnySums_TheyAddUpToTotalsInTheOrderOfDimensions(
        bytes32 seed,
        uint16[4] memory fees,
        uint256 steps
    ) public pure {
        uint256 dims = 64 * (1 + (steps % 16));
        bytes memory totals = BatchSums.begin(dims);
        uint256[] memory expected = new uint256[](dims);
        for (uint256 b = 0; b < 3; ++b) {
            PlainRecord[] memory records = drawn(keccak256(abi.encode(seed, b)), fees, dims / 8);
            uint256[] memory sum = PlainBatch.sumOf(records, new bool[](4), dims);
            BatchSums.add(totals, PlainBatch.sumBytes(sum));
            for (uint256 d = 0; d < dims; ++d) expected[d] += sum[d];
        }
        vm.assertEq(totals.length, 8 * dims);
        vm.assertEq(BatchSums.begin(0).length, 0);
        for (uint256 d = 0; d < dims; ++d) vm.assertEq(PlainBatch.numberAt(totals, 8 * d, 8), expected[d]);
    }

    function test_GivenTheLargestSums_NoTotalSpillsIntoTheNext() public pure {
        uint256[] memory sum = new uint256[](320);
        for (uint256 d = 0; d < 320; ++d) sum[d] = type(uint32).max;
        bytes memory data = PlainBatch.sumBytes(sum);
        bytes memory totals = BatchSums.begin(320);
        for (uint256 i = 0; i < 100; ++i) BatchSums.add(totals, data);
        for (uint256 d = 0; d < 320; ++d) {
            vm.assertEq(PlainBatch.numberAt(totals, 8 * d, 8), 100 * uint256(type(uint32).max));
        }
    }

    function without(bytes memory sum, bytes calldata sketch, uint256 weight) external pure returns (bytes memory) {
        return BatchSums.without(sum, sketch, weight);
    }

    function drawn(
        bytes32 seed,
        uint16[4] memory fees,
        uint256 sketchBytes
    ) private pure returns (PlainRecord[] memory records) {
        records = new PlainRecord[](4);
        for (uint256 i = 0; i < 4; ++i) {
            bytes memory sketch = new bytes(sketchBytes);
            for (uint256 b = 0; b < sketchBytes; ++b) {
                sketch[b] = keccak256(abi.encode(seed, i, b / 32))[b % 32];
            }
            records[i] = PlainRecord(0, fees[i], 0, sketch);
        }
    }
}
