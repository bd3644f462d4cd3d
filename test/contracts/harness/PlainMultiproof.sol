// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {Multiproof} from "../../../contracts/libraries/Multiproof.sol";

/// @notice The multiproofs of docs/protocol.md written for nothing but clarity.
library PlainMultiproof {
    function rootOf(
        bytes32[] memory leaves,
        bytes32[] calldata siblings,
        bytes calldata steps
    ) internal pure returns (bytes32) {
        bytes32[] memory nodes = new bytes32[](leaves.length);
        uint256 count = 0;
        uint256 leaf = 0;
        uint256 sibling = 0;
        for (uint256 i = 0; i < steps.length; ++i) {
            uint256 step = uint8(steps[i]);
            if (step == 0x80) {
                require(leaf < leaves.length, Multiproof.Multiproof_StepFails(i));
                nodes[count++] = leaves[leaf++];
            } else if (step == 0x81) {
                require(count >= 2, Multiproof.Multiproof_StepFails(i));
                --count;
                nodes[count - 1] = Hashes.commutativeKeccak256(nodes[count - 1], nodes[count]);
            } else {
                require(step < 0x80, Multiproof.Multiproof_StepFails(i));
                require(count > 0 && step <= siblings.length - sibling, Multiproof.Multiproof_StepFails(i));
                for (uint256 j = 0; j < step; ++j) {
                    nodes[count - 1] = Hashes.commutativeKeccak256(nodes[count - 1], siblings[sibling++]);
                }
            }
        }
        bool finished = count == 1 && leaf == leaves.length && sibling == siblings.length;
        require(finished, Multiproof.Multiproof_Unfinished(count, leaves.length - leaf, siblings.length - sibling));
        return nodes[0];
    }
}
