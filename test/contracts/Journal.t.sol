// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Journal} from "../../contracts/Journal.sol";
import {Test, Vm} from "./harness/Test.sol";

contract Writer is Journal {
    event One();
    event Two(uint256 indexed a, string text);
    event Three(uint256 indexed a, uint256 indexed b, uint256 c);
    event Four(uint256 indexed a, uint256 indexed b, uint256 indexed c);

    function one() external {
        _emit(1, abi.encode(One.selector));
    }

    function two(uint256 a, string calldata text) external {
        _emit(2, abi.encodePacked(Two.selector, a, abi.encode(text)));
    }

    function three(uint256 a, uint256 b, uint256 c) external {
        _emit(3, abi.encode(Three.selector, a, b, c));
    }

    function four(uint256 a, uint256 b, uint256 c) external {
        _emit(4, abi.encode(Four.selector, a, b, c));
    }

    function nextCount() external view returns (uint48) {
        return _nextCount();
    }
}

contract JournalTest is Test {
    Writer private writer;

    function setUp() public {
        writer = new Writer();
    }

    function test_GivenNoEvent_TheJournalIsEmpty() public view {
        (uint48 count, bytes26 head) = writer.journal();
        vm.assertEq(count, 0);
        vm.assertEq(bytes32(head), 0);
        vm.assertEq(writer.nextCount(), 1);
    }

    function test_WhenWritten_EveryNumberOfTopicsIsTheDeclaredEvent() public {
        vm.expectEmit(address(writer));
        emit Writer.One();
        writer.one();
        vm.expectEmit(address(writer));
        emit Writer.Two(7, "text");
        writer.two(7, "text");
        vm.expectEmit(address(writer));
        emit Writer.Three(7, 8, 9);
        writer.three(7, 8, 9);
        vm.expectEmit(address(writer));
        emit Writer.Four(7, 8, 9);
        writer.four(7, 8, 9);
    }

    function test_TheSlotIsTheOneOfItsNamespace() public {
        bytes32 slot = keccak256(abi.encode(uint256(keccak256("attribution.journal")) - 1)) & ~bytes32(uint256(0xff));
        writer.one();
        (uint48 count, bytes26 head) = writer.journal();
        vm.assertEq(vm.load(address(writer), slot), bytes32(head) | bytes32(uint256(count)));
    }

    function testFuzz_GivenAnyEvents_TheJournalIsTheChainOfTheirLogs(
        uint256[6] memory words,
        string memory text
    ) public {
        vm.recordLogs();
        writer.three(words[0], words[1], words[2]);
        writer.two(words[3], text);
        writer.one();
        writer.four(words[4], words[5], words[0]);

        bytes32 slot;
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            bytes32 eventHash = keccak256(abi.encodePacked(logs[i].topics, logs[i].data));
            slot = bytes32((uint256(keccak256(abi.encode(slot, eventHash))) >> 48) << 48) | bytes32(i + 1);
        }
        (uint48 count, bytes26 head) = writer.journal();
        vm.assertEq(count, 4);
        vm.assertEq(bytes32(head) | bytes32(uint256(count)), slot);
    }
}
