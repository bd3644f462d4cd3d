// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice The roots of the perfect subtrees over the leaves so far, the largest first: as many as `count` has binary ones.
/// @param count How many leaves there are.
/// @param roots Their subtrees' roots; places behind the last are not used.
struct Frontier {
    uint256 count;
    bytes32[] roots;
}

/// @title OrderedTree
/// @notice Merkle trees in which neighbours are hashed as they stand, `keccak256(left ‖ right)`, and an odd last node moves up
/// (docs/protocol.md, "Merkle trees"), so that a path shows the leaf's place.
library OrderedTree {
    /// @dev Subtrees that a frontier can hold: trees have fewer than 2^32 leaves.
    uint256 private constant MAX_ROOTS = 32;

    /// @notice A path that is too short or too long for its leaf's place.
    error OrderedTree_PathLength(uint256 length, uint256 expected);
    /// @notice There is no such leaf.
    error OrderedTree_NoLeaf(uint256 index, uint256 count);

    /// @notice The root over `leaves`, whose memory is used up on the way; zero of none.
    function consume(bytes32[] memory leaves) internal pure returns (bytes32 root) {
        assembly ("memory-safe") {
            let first := add(leaves, 0x20)
            let count := mload(leaves)
            for {} gt(count, 1) {} {
                let from := first
                let to := first
                for {
                    let end := add(first, shl(6, shr(1, count)))
                } lt(from, end) {
                    from := add(from, 0x40)
                } {
                    mstore(to, keccak256(from, 0x40))
                    to := add(to, 0x20)
                }
                if and(count, 1) {
                    mstore(to, mload(from))
                }
                count := shr(1, add(count, 1))
            }
            if count {
                root := mload(first)
            }
        }
    }

    /// @notice The roots that a path makes of a leaf, and of another one in its place.
    /// @param count How many leaves the tree has.
    function climb(
        bytes32 leaf,
        bytes32 replacement,
        uint256 index,
        uint256 count,
        bytes32[] calldata path
    ) internal pure returns (bytes32 root, bytes32 replaced) {
        require(index < count, OrderedTree_NoLeaf(index, count));
        (root, replaced) = (leaf, replacement);
        uint256 used = 0;
        for (uint256 width = count; width > 1; width = (width + 1) >> 1) {
            bool isRight = index & 1 != 0;
            if (isRight || index + 1 < width) {
                require(used < path.length, OrderedTree_PathLength(path.length, used + 1));
                bytes32 sibling = path[used];
                ++used;
                (root, replaced) = isRight
                    ? (_hash(sibling, root), _hash(sibling, replaced))
                    : (_hash(root, sibling), _hash(replaced, sibling));
            }
            index >>= 1;
        }
        require(used == path.length, OrderedTree_PathLength(path.length, used));
    }

    /// @notice The root that a path makes of a leaf.
    function rootOf(
        bytes32 leaf,
        uint256 index,
        uint256 count,
        bytes32[] calldata path
    ) internal pure returns (bytes32 root) {
        (root, ) = climb(leaf, leaf, index, count, path);
    }

    /// @notice Begins a tree whose leaves come one after the other.
    function begin() internal pure returns (Frontier memory frontier) {
        frontier.roots = new bytes32[](MAX_ROOTS);
    }

    /// @notice Adds the next leaf.
    function push(Frontier memory frontier, bytes32 leaf) internal pure {
        uint256 count = frontier.count;
        uint256 place = _ones(count);
        for (uint256 left = count; left & 1 != 0; left >>= 1) leaf = _hash(frontier.roots[--place], leaf);
        frontier.roots[place] = leaf;
        frontier.count = count + 1;
    }

    /// @notice The root over all leaves so far; zero of none.
    function rootOf(Frontier memory frontier) internal pure returns (bytes32 root) {
        uint256 place = _ones(frontier.count);
        if (place == 0) return 0;
        root = frontier.roots[--place];
        while (place != 0) root = _hash(frontier.roots[--place], root);
    }

    function _hash(bytes32 left, bytes32 right) private pure returns (bytes32 node) {
        assembly ("memory-safe") {
            mstore(0x00, left)
            mstore(0x20, right)
            node := keccak256(0x00, 0x40)
        }
    }

    function _ones(uint256 number) private pure returns (uint256 count) {
        for (; number != 0; number &= number - 1) ++count;
    }
}
