// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";

/// @notice The trees of docs/protocol.md, "Merkle trees", built for nothing but clarity: every level is kept.
library PlainTrees {
    /// @notice The root of a tree whose neighbours are hashed as they stand; zero of none.
    function orderedRoot(bytes32[] memory leaves) internal pure returns (bytes32) {
        return _top(_levelsOf(leaves, false));
    }

    /// @notice The siblings on the way from one leaf to the root of such a tree.
    function orderedPath(bytes32[] memory leaves, uint256 place) internal pure returns (bytes32[] memory) {
        return _pathOf(_levelsOf(leaves, false), place);
    }

    /// @notice The same of a tree whose neighbours are hashed the smaller one first.
    function sortedRoot(bytes32[] memory leaves) internal pure returns (bytes32) {
        return _top(_levelsOf(leaves, true));
    }

    function sortedPath(bytes32[] memory leaves, uint256 place) internal pure returns (bytes32[] memory) {
        return _pathOf(_levelsOf(leaves, true), place);
    }

    function _levelsOf(bytes32[] memory leaves, bool isSorted) private pure returns (bytes32[][] memory levels) {
        uint256 heights = 1;
        for (uint256 size = leaves.length; size > 1; size = (size + 1) / 2) ++heights;
        levels = new bytes32[][](heights);
        levels[0] = leaves;
        for (uint256 height = 1; height < heights; ++height) {
            bytes32[] memory below = levels[height - 1];
            bytes32[] memory level = new bytes32[]((below.length + 1) / 2);
            for (uint256 i = 0; i < level.length; ++i) {
                if (2 * i + 1 == below.length) level[i] = below[2 * i];
                else if (isSorted) level[i] = Hashes.commutativeKeccak256(below[2 * i], below[2 * i + 1]);
                else level[i] = keccak256(abi.encode(below[2 * i], below[2 * i + 1]));
            }
            levels[height] = level;
        }
    }

    function _top(bytes32[][] memory levels) private pure returns (bytes32) {
        bytes32[] memory top = levels[levels.length - 1];
        return top.length == 0 ? bytes32(0) : top[0];
    }

    function _pathOf(bytes32[][] memory levels, uint256 place) private pure returns (bytes32[] memory path) {
        path = new bytes32[](levels.length - 1);
        uint256 length = 0;
        for (uint256 height = 0; height < levels.length - 1; ++height) {
            uint256 sibling = place ^ 1;
            if (sibling < levels[height].length) path[length++] = levels[height][sibling];
            place /= 2;
        }
        assembly ("memory-safe") {
            mstore(path, length)
        }
    }
}
