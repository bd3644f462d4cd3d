// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";

/// @notice The trees of docs/protocol.md, "Merkle trees", built for nothing but clarity: every level is kept.
library PlainTree {
    struct Walk {
        bytes32[][] levels;
        bool[][] shown;
        bytes32[] siblings;
        uint256 siblingCount;
        bytes steps;
    }

    function rootOf(bytes32[] memory leaves) internal pure returns (bytes32) {
        bytes32[][] memory levels = levelsOf(leaves);
        return levels[levels.length - 1][0];
    }

    /// @notice The siblings on the way from one leaf to the root.
    function pathOf(bytes32[] memory leaves, uint256 place) internal pure returns (bytes32[] memory path) {
        bytes32[][] memory levels = levelsOf(leaves);
        path = new bytes32[](levels.length - 1);
        uint256 length = 0;
        for (uint256 height = 0; height < levels.length - 1; ++height) {
            uint256 sibling = place ^ 1;
            if (sibling < levels[height].length) path[length++] = levels[height][sibling];
            place /= 2;
        }
        return first(path, length);
    }

    /// @notice What shows several leaves at once, named by their places in ascending order.
    function multiproofOf(
        bytes32[] memory leaves,
        uint256[] memory places
    ) internal pure returns (bytes32[] memory siblings, bytes memory steps) {
        Walk memory walk;
        walk.levels = levelsOf(leaves);
        walk.shown = new bool[][](walk.levels.length);
        for (uint256 height = 0; height < walk.levels.length; ++height) {
            walk.shown[height] = new bool[](walk.levels[height].length);
            for (uint256 i = 0; i < places.length; ++i) walk.shown[height][places[i] >> height] = true;
        }
        walk.siblings = new bytes32[](places.length * walk.levels.length);
        descend(walk, walk.levels.length - 1, 0);
        return (first(walk.siblings, walk.siblingCount), walk.steps);
    }

    function descend(Walk memory walk, uint256 height, uint256 place) private pure {
        if (height == 0) {
            walk.steps = abi.encodePacked(walk.steps, hex"80");
            return;
        }
        (uint256 left, uint256 right) = (2 * place, 2 * place + 1);
        bool[] memory shown = walk.shown[height - 1];
        if (right >= shown.length) {
            descend(walk, height - 1, left);
        } else if (shown[left] && shown[right]) {
            descend(walk, height - 1, left);
            descend(walk, height - 1, right);
            walk.steps = abi.encodePacked(walk.steps, hex"81");
        } else {
            descend(walk, height - 1, shown[left] ? left : right);
            walk.siblings[walk.siblingCount++] = walk.levels[height - 1][shown[left] ? right : left];
            walk.steps = abi.encodePacked(walk.steps, hex"01");
        }
    }

    function levelsOf(bytes32[] memory leaves) private pure returns (bytes32[][] memory levels) {
        uint256 heights = 1;
        for (uint256 size = leaves.length; size > 1; size = (size + 1) / 2) ++heights;
        levels = new bytes32[][](heights);
        levels[0] = leaves;
        for (uint256 height = 1; height < heights; ++height) {
            bytes32[] memory below = levels[height - 1];
            bytes32[] memory level = new bytes32[]((below.length + 1) / 2);
            for (uint256 i = 0; i < level.length; ++i) {
                bool isOdd = 2 * i + 1 == below.length;
                level[i] = isOdd ? below[2 * i] : Hashes.commutativeKeccak256(below[2 * i], below[2 * i + 1]);
            }
            levels[height] = level;
        }
    }

    function first(bytes32[] memory nodes, uint256 length) private pure returns (bytes32[] memory shorter) {
        shorter = new bytes32[](length);
        for (uint256 i = 0; i < length; ++i) shorter[i] = nodes[i];
    }
}
