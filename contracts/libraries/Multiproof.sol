// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Multiproof
/// @notice Finds the root of a Merkle tree from several of its leaves and the fewest other nodes (docs/protocol.md, "Merkle
/// proofs"). A short program says how, one byte a step, over a stack of nodes:
///
///     0x80          puts the next leaf on top
///     0x81          replaces the two topmost by the hash of their pair
///     n < 0x80      hashes the topmost with each of the next n siblings in turn
///
/// @dev Whatever program leads from leaves to a root, each of them is a node below that root: whoever gives the program
/// chooses only in which order they are shown. So a leaf's preimage must not be 64 bytes long.
/// The plain twin is test/contracts/harness/PlainMultiproof.sol.
library Multiproof {
    /// @notice That step is none, or lacks the nodes that it needs.
    error Multiproof_StepFails(uint256 step);
    /// @notice The program ended with this many nodes instead of one, or did not use every leaf and sibling.
    error Multiproof_Unfinished(uint256 nodes, uint256 leavesLeft, uint256 siblingsLeft);

    /// @notice The root that `steps` make of `leaves`, whose memory is used up on the way, and `siblings`.
    // solhint-disable-next-line function-max-lines
    function rootOf(
        bytes32[] memory leaves,
        bytes32[] calldata siblings,
        bytes calldata steps
    ) internal pure returns (bytes32 root) {
        uint256 length = steps.length;
        uint256 nodes;
        uint256 leavesLeft = leaves.length;
        // From here on, `siblings` and `steps` are what is left of them.
        assembly ("memory-safe") {
            // Hashes two nodes, the smaller first.
            function hashPair(a, b) -> node {
                let place := shl(5, gt(a, b))
                mstore(place, a)
                mstore(xor(place, 0x20), b)
                node := keccak256(0x00, 0x40)
            }

            // Where the topmost node lies: there are never more nodes than leaves taken, so they lie where those were.
            let top := leaves
            let leaf := add(leaves, 0x20)
            for {} steps.length {
                steps.offset := add(steps.offset, 1)
                steps.length := sub(steps.length, 1)
            } {
                let step := byte(0, calldataload(steps.offset))
                switch step
                case 0x80 {
                    if iszero(leavesLeft) {
                        break
                    }
                    top := add(top, 0x20)
                    mstore(top, mload(leaf))
                    leaf := add(leaf, 0x20)
                    leavesLeft := sub(leavesLeft, 1)
                }
                case 0x81 {
                    if lt(top, add(leaves, 0x40)) {
                        break
                    }
                    top := sub(top, 0x20)
                    mstore(top, hashPair(mload(top), mload(add(top, 0x20))))
                }
                default {
                    if or(gt(step, 0x81), or(gt(step, siblings.length), eq(top, leaves))) {
                        break
                    }
                    siblings.length := sub(siblings.length, step)
                    let node := mload(top)
                    for {} step {} {
                        node := hashPair(node, calldataload(siblings.offset))
                        siblings.offset := add(siblings.offset, 0x20)
                        step := sub(step, 1)
                    }
                    mstore(top, node)
                }
            }
            nodes := shr(5, sub(top, leaves))
            root := mload(top)
        }
        require(steps.length == 0, Multiproof_StepFails(length - steps.length));
        require(
            nodes == 1 && leavesLeft == 0 && siblings.length == 0,
            Multiproof_Unfinished(nodes, leavesLeft, siblings.length)
        );
    }
}
