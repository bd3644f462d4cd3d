// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RecordReader} from "../../../contracts/libraries/RecordReader.sol";
import {PlainBatch, PlainRecord} from "../harness/PlainBatch.sol";
import {Test} from "../harness/Test.sol";

/// @notice Reads a batch as `recordBatch` does: memory first, then everything else.
contract Reader {
    function sumOf(bytes calldata records, uint256 size) external pure returns (bytes memory) {
        RecordReader.reserve();
        uint256 start = _copied(records);
        return RecordReader.sumSketches(start, start + records.length, size);
    }

    function read(
        bytes calldata records,
        uint256 size,
        bytes32[] calldata channels
    ) external pure returns (uint256 units, bool isWell, uint256[] memory owed, bytes32[] memory leaves) {
        RecordReader.reserve();
        uint256 start = _copied(records);
        uint256[] memory table = new uint256[](2 * channels.length);
        for (uint256 i = 0; i < channels.length; ++i) table[2 * i] = uint256(channels[i]);
        leaves = new bytes32[](records.length / size);
        uint256 entries;
        assembly ("memory-safe") {
            entries := add(table, 0x20)
        }
        (units, isWell) = RecordReader.read(start, start + records.length, size, entries, channels.length, leaves);
        owed = new uint256[](channels.length);
        for (uint256 i = 0; i < channels.length; ++i) owed[i] = table[2 * i + 1];
    }

    function reserveLate(uint256 words) external pure {
        new uint256[](words);
        RecordReader.reserve();
    }

    /// @dev What follows the last record must not count, so it is all ones.
    function _copied(bytes calldata records) private pure returns (uint256 start) {
        bytes memory copy = abi.encodePacked(records, bytes32(type(uint256).max), new bytes(256));
        assembly ("memory-safe") {
            start := add(copy, 0x20)
        }
    }
}

contract RecordReaderTest is Test {
    Reader private reader = new Reader();

    function testFuzz_GivenAnyRecords_TheSumIsThePlainOne(
        bytes32 seed,
        uint16[13] memory fees,
        uint256 steps
    ) public view {
        uint256 dims = 64 * (1 + (steps % 16));
        PlainRecord[] memory records = drawn(seed, fees, dims / 8, 3);
        bytes memory sum = reader.sumOf(PlainBatch.encode(records), 35 + dims / 8);
        vm.assertEq(sum, PlainBatch.sumBytes(PlainBatch.sumOf(records, new bool[](records.length), dims)));
    }

    function testFuzz_GivenAnyRecords_LeavesAndChargesAreThePlainOnes(
        bytes32 seed,
        uint16[13] memory fees,
        uint256 steps
    ) public view {
        uint256 sketchBytes = 8 * (steps % 17);
        PlainRecord[] memory records = drawn(seed, fees, sketchBytes, 3);
        bytes32[] memory channels = named();
        (uint256 units, bool isWell, uint256[] memory owed, bytes32[] memory leaves) = reader.read(
            PlainBatch.encode(records),
            35 + sketchBytes,
            channels
        );
        vm.assertTrue(isWell);
        bool[] memory gone = new bool[](records.length);
        vm.assertEq(units, PlainBatch.unitsOf(records, gone));
        vm.assertEq(abi.encode(leaves), abi.encode(PlainBatch.leavesOf(channels, records, gone)));
        uint256[3] memory due;
        for (uint256 i = 0; i < records.length; ++i) due[records[i].channel] += records[i].units;
        for (uint256 i = 0; i < 3; ++i) vm.assertEq(owed[i], due[i]);
    }

    function testFuzz_GivenOneWrongRecord_NotAllIsWell(uint256 seed, uint256 which, bool isFee) public view {
        uint16[13] memory fees;
        PlainRecord[] memory records = drawn(bytes32(seed), fees, 8, 3);
        if (isFee) records[which % 13].units = 0;
        else records[which % 13].channel = 3 + (seed % 253);
        (, bool isWell, , ) = reader.read(PlainBatch.encode(records), 43, named());
        vm.assertFalse(isWell);
    }

    /// @dev Lanes are emptied before they overflow: of two records together, of one alone, and at every sum around 2^16.
    function test_GivenWeightsAroundALanesEnd_TheSumIsExact() public view {
        uint16[6] memory firsts = [1, 2, 32_767, 32_768, 65_534, 65_535];
        for (uint256 i = 0; i < 6; ++i) {
            for (uint256 j = 0; j < 6; ++j) {
                uint16[13] memory fees;
                for (uint256 r = 0; r < 13; ++r) fees[r] = r % 3 == 0 ? firsts[i] : firsts[j];
                PlainRecord[] memory records = drawn(bytes32(i), fees, 8, 1);
                for (uint256 r = 0; r < 13; ++r) records[r].sketch = hex"ffffffffffffffff";
                bytes memory sum = reader.sumOf(PlainBatch.encode(records), 43);
                vm.assertEq(sum, PlainBatch.sumBytes(PlainBatch.sumOf(records, new bool[](13), 64)));
            }
        }
    }

    function test_GivenNoRecords_ThereIsNothing() public view {
        vm.assertEq(reader.sumOf("", 43), new bytes(1_024));
        (uint256 units, bool isWell, , bytes32[] memory leaves) = reader.read("", 43, named());
        vm.assertEq(units, 0);
        vm.assertTrue(isWell);
        vm.assertEq(leaves.length, 0);
    }

    /// @dev The lanes lie at fixed addresses, so what was allocated before would be overwritten.
    function test_GivenMemoryInUse_ReservingFails() public view {
        reader.reserveLate(100);
        (bool done, ) = address(reader).staticcall{gas: 100_000}(abi.encodeCall(reader.reserveLate, (124)));
        vm.assertFalse(done);
    }

    function drawn(
        bytes32 seed,
        uint16[13] memory fees,
        uint256 sketchBytes,
        uint256 channels
    ) private pure returns (PlainRecord[] memory records) {
        records = new PlainRecord[](13);
        for (uint256 i = 0; i < 13; ++i) {
            bytes memory sketch = new bytes(sketchBytes);
            for (uint256 b = 0; b < sketchBytes; ++b) {
                sketch[b] = keccak256(abi.encode(seed, i, b / 32))[b % 32];
            }
            bytes32 own = keccak256(abi.encode(seed, i));
            records[i] = PlainRecord(uint256(own) % channels, fees[i] == 0 ? 1 : fees[i], own, sketch);
        }
    }

    function named() private pure returns (bytes32[] memory channels) {
        channels = new bytes32[](3);
        for (uint256 i = 0; i < 3; ++i) channels[i] = keccak256(abi.encode("channel", i));
    }
}
