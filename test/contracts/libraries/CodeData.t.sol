// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CodeData} from "../../../contracts/libraries/CodeData.sol";
import {Test} from "../harness/Test.sol";

contract CodeDataHarness {
    function write(bytes memory data) external returns (address pointer, bytes memory kept) {
        pointer = CodeData.write(data);
        kept = data;
    }

    function read(address pointer, uint256 padding) external view returns (bytes memory data, uint256 room) {
        data = CodeData.read(pointer, padding);
        room = _roomBehind(data);
    }

    function readPart(
        address pointer,
        uint256 offset,
        uint256 length,
        uint256 padding
    ) external view returns (bytes memory data, uint256 room) {
        data = CodeData.read(pointer, offset, length, padding);
        room = _roomBehind(data);
    }

    /// @dev Bytes of the last allocation behind its data.
    function _roomBehind(bytes memory data) private pure returns (uint256 room) {
        assembly ("memory-safe") {
            room := sub(mload(0x40), add(add(data, 0x20), mload(data)))
        }
    }
}

contract CodeDataTest is Test {
    CodeDataHarness private harness;

    function setUp() public {
        harness = new CodeDataHarness();
    }

    function testFuzz_GivenAnyBytes_WhatIsWrittenIsReadAgainWholeAndInParts(
        bytes memory data,
        uint256 from,
        uint256 length,
        uint8 padding
    ) public {
        (address pointer, bytes memory kept) = harness.write(data);
        vm.assertEq(kept, data);
        vm.assertEq(pointer.code, abi.encodePacked(hex"00", data));
        (bytes memory whole, uint256 room) = harness.read(pointer, padding);
        vm.assertEq(whole, data);
        vm.assertGe(room, padding, "room behind all bytes");

        from = bound(from, 0, data.length);
        length = bound(length, 0, data.length - from);
        bytes memory expected = new bytes(length);
        for (uint256 i = 0; i < length; ++i) expected[i] = data[from + i];
        bytes memory part;
        (part, room) = harness.readPart(pointer, from, length, padding);
        vm.assertEq(part, expected);
        vm.assertGe(room, padding, "room behind a part");
    }

    function test_GivenNothing_ItIsStillWritten() public {
        (address pointer, ) = harness.write("");
        vm.assertEq(pointer.code, hex"00");
        (bytes memory data, ) = harness.read(pointer, 0);
        vm.assertEq(data.length, 0);
    }

    function test_WhenCalled_TheCodeDoesNothing() public {
        (address pointer, ) = harness.write(hex"fe");
        (bool done, bytes memory answer) = pointer.call(hex"12345678");
        vm.assertTrue(done);
        vm.assertEq(answer.length, 0);
    }

    function test_GivenAsManyBytesAsAContractMayHave_TheyAreWritten_AndNotOneMore() public {
        bytes memory data = new bytes(24_575);
        data[24_574] = 0x7f;
        (address pointer, ) = harness.write(data);
        vm.assertEq(pointer.code.length, 24_576);
        vm.assertEq(uint8(pointer.code[24_575]), 0x7f);
        vm.expectRevert(abi.encodeWithSelector(CodeData.CodeData_TooLong.selector, 24_576, 24_575));
        harness.write(new bytes(24_576));
    }

    function test_GivenTooLittleGas_ItRevertsInsteadOfKeepingNothing() public {
        bytes memory data = new bytes(10_000);
        vm.expectRevert(abi.encodeWithSelector(CodeData.CodeData_NotWritten.selector, 10_000));
        harness.write{gas: 500_000}(data);
    }
}
