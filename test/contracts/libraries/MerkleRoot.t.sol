// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {MerkleRoot} from "../../../contracts/libraries/MerkleRoot.sol";
import {Test} from "../harness/Test.sol";

contract MerkleRootTest is Test {
    function test_GivenNoLeaves_TheRootIsZero() public pure {
        vm.assertEq(MerkleRoot.consume(new bytes32[](0)), 0);
    }

    function test_GivenOneLeaf_ItIsTheRoot() public pure {
        bytes32[] memory leaves = new bytes32[](1);
        leaves[0] = keccak256("leaf");
        vm.assertEq(MerkleRoot.consume(leaves), keccak256("leaf"));
    }

    /// @dev The proof is built level by level in the plainest way, and OpenZeppelin checks it against the root.
    function testFuzz_GivenAnyLeaves_OpenZeppelinProvesEachAgainstTheRoot(
        bytes32 seed,
        uint8 size,
        uint8 which
    ) public pure {
        uint256 count = 1 + (size % 40);
        bytes32[] memory level = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) level[i] = keccak256(abi.encode(seed, i));
        uint256 place = which % count;
        bytes32 leaf = level[place];
        bytes32[] memory proof = new bytes32[](8);
        uint256 length;
        bytes32[] memory leaves = copy(level);

        while (level.length > 1) {
            uint256 sibling = place ^ 1;
            if (sibling < level.length) proof[length++] = level[sibling];
            bytes32[] memory above = new bytes32[]((level.length + 1) / 2);
            for (uint256 i = 0; i < above.length; ++i) {
                above[i] = 2 * i + 1 < level.length ? pair(level[2 * i], level[2 * i + 1]) : level[2 * i];
            }
            level = above;
            place /= 2;
        }
        assembly ("memory-safe") {
            mstore(proof, length)
        }
        bytes32 root = MerkleRoot.consume(leaves);
        vm.assertEq(root, level[0]);
        vm.assertTrue(MerkleProof.verify(proof, root, leaf));
    }

    function pair(bytes32 a, bytes32 b) private pure returns (bytes32) {
        return a < b ? keccak256(abi.encode(a, b)) : keccak256(abi.encode(b, a));
    }

    function copy(bytes32[] memory from) private pure returns (bytes32[] memory to) {
        to = new bytes32[](from.length);
        for (uint256 i = 0; i < from.length; ++i) to[i] = from[i];
    }
}
