// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IJournal} from "../../../contracts/interfaces/IJournal.sol";
import {Vm} from "./Test.sol";

/// @notice A journal replayed from its logs (`IJournal`).
library JournalChain {
    bytes32 internal constant SLOT = 0xb21b1461a96a2279bdc64a85fad3b17a581835a5d1519df9679aff1dec5b8300;

    function slotOf(IJournal writer) internal view returns (bytes32) {
        (uint48 count, bytes26 head) = writer.journal();
        return bytes32(head) | bytes32(uint256(count));
    }

    function next(bytes32 slot, Vm.Log memory log) internal pure returns (bytes32) {
        bytes32 moved = keccak256(abi.encode(slot, keccak256(abi.encodePacked(log.topics, log.data))));
        return bytes32(((uint256(moved) >> 48) << 48) | (uint48(uint256(slot)) + 1));
    }
}
