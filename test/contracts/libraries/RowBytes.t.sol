// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RowBytes} from "../../../contracts/libraries/RowBytes.sol";
import {Test} from "../harness/Test.sol";

contract RowBytesHarness {
    using RowBytes for bytes;

    function lengthAt(bytes calldata rows, uint256 offset, uint256 dims) external pure returns (uint256) {
        return rows.lengthAt(offset, dims);
    }

    function headOf(bytes calldata row) external pure returns (bytes32 itemHash, uint16 mult) {
        return (row.itemHashOf(), row.multOf());
    }

    function twinOf(bytes calldata row, uint256 dims) external pure returns (uint16 unit, uint32 index) {
        return row.twinOf(dims);
    }

    /// @dev The codes, and what is kept free behind them.
    function codesOf(bytes calldata row, uint256 dims) external pure returns (bytes memory codes, uint256 room) {
        uint256 sketch = row.codesOf(dims);
        assembly ("memory-safe") {
            room := sub(mload(0x40), add(sketch, shr(1, dims)))
        }
        codes = new bytes(dims / 2);
        assembly ("memory-safe") {
            mcopy(add(codes, 0x20), sketch, shr(1, dims))
        }
    }
}

contract RowBytesTest is Test {
    RowBytesHarness private harness;

    function setUp() public {
        harness = new RowBytesHarness();
    }

    function testFuzz_GivenAnyRow_EachFieldIsReadFromItsPlace(
        bytes32 itemHash,
        uint16 mult,
        uint16 unit,
        uint32 index,
        uint256 steps,
        bytes32 seed
    ) public view {
        uint256 dims = 64 * bound(steps, 1, 16);
        bytes memory codes = codesOf(dims, seed);
        bytes memory row = abi.encodePacked(itemHash, mult, codes, unit, index);
        (bytes32 foundHash, uint16 foundMult) = harness.headOf(row);
        vm.assertEq(foundHash, itemHash);
        vm.assertEq(foundMult, mult);
        (bytes memory foundCodes, uint256 room) = harness.codesOf(row, dims);
        vm.assertEq(foundCodes, codes);
        vm.assertEq(room, 0x80);
        (uint16 foundUnit, uint32 foundIndex) = harness.twinOf(row, dims);
        vm.assertEq(foundUnit, unit);
        vm.assertEq(foundIndex, index);
    }

    function testFuzz_GivenRowsOneAfterTheOther_EachLengthIsThatOfItsKind(
        uint16[5] memory mults,
        uint256 steps
    ) public view {
        uint256 dims = 64 * bound(steps, 1, 16);
        bytes memory rows;
        uint256[] memory lengths = new uint256[](mults.length);
        for (uint256 i = 0; i < mults.length; ++i) {
            if (i % 2 == 0) mults[i] = 0;
            bytes memory row = abi.encodePacked(bytes32(i), mults[i], new bytes(dims / 2));
            if (mults[i] == 0) row = abi.encodePacked(row, uint16(1), uint32(2));
            lengths[i] = row.length;
            rows = abi.encodePacked(rows, row);
        }
        uint256 offset = 0;
        for (uint256 i = 0; i < mults.length; ++i) {
            vm.assertEq(harness.lengthAt(rows, offset, dims), lengths[i]);
            offset += lengths[i];
        }
        vm.assertEq(offset, rows.length);
        vm.assertEq(harness.lengthAt(rows, offset, dims), 0);
    }

    function test_GivenBytesThatEndTooEarly_ThereIsNoRow() public view {
        bytes memory kept = abi.encodePacked(bytes32("item"), uint16(1), new bytes(32));
        bytes memory dropped = abi.encodePacked(bytes32("item"), uint16(0), new bytes(32), uint16(0), uint32(0));
        vm.assertEq(harness.lengthAt(kept, 0, 64), 66);
        vm.assertEq(harness.lengthAt(dropped, 0, 64), 72);
        for (uint256 length = 0; length < 72; ++length) {
            if (length < 66) vm.assertEq(harness.lengthAt(first(kept, length), 0, 64), 0);
            vm.assertEq(harness.lengthAt(first(dropped, length), 0, 64), 0);
        }
        vm.assertEq(harness.lengthAt(kept, 1, 64), 0);
    }

    function first(bytes memory data, uint256 length) private pure returns (bytes memory shorter) {
        shorter = new bytes(length);
        for (uint256 i = 0; i < length; ++i) shorter[i] = data[i];
    }

    function codesOf(uint256 dims, bytes32 seed) private pure returns (bytes memory codes) {
        codes = new bytes(dims / 2);
        for (uint256 i = 0; i < codes.length; ++i) codes[i] = keccak256(abi.encode(seed, i))[0];
    }
}
