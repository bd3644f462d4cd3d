// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title MerkleRoot
/// @notice The tree of docs/protocol.md, "Merkle trees": neighbours hashed as a sorted pair, an odd last node moves up.
/// OpenZeppelin's `MerkleProof.verify` checks its proofs.
library MerkleRoot {
    /// @notice The root over `leaves`, whose memory is used up on the way.
    function consume(bytes32[] memory leaves) internal pure returns (bytes32 root) {
        assembly ("memory-safe") {
            let first := add(leaves, 0x20)
            let size := shl(5, mload(leaves))
            for {} gt(size, 0x20) {} {
                let end := add(first, size)
                let to := first
                for {
                    let from := first
                } lt(from, end) {
                    from := add(from, 0x40)
                } {
                    let left := mload(from)
                    switch lt(add(from, 0x20), end)
                    case 0 {
                        mstore(to, left)
                    }
                    default {
                        let right := mload(add(from, 0x20))
                        let swap := gt(left, right)
                        mstore(shl(5, swap), left)
                        mstore(shl(5, iszero(swap)), right)
                        mstore(to, keccak256(0x00, 0x40))
                    }
                    to := add(to, 0x20)
                }
                size := sub(to, first)
            }
            if size {
                root := mload(first)
            }
        }
    }
}
