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
                let from := first
                let to := first
                for {} 1 {} {
                    let left := mload(from)
                    let right := mload(add(from, 0x20))
                    // The smaller of the two goes first.
                    let place := shl(5, gt(left, right))
                    mstore(place, left)
                    mstore(xor(place, 0x20), right)
                    mstore(to, keccak256(0x00, 0x40))
                    to := add(to, 0x20)
                    from := add(from, 0x40)
                    size := sub(size, 0x40)
                    if lt(size, 0x40) {
                        break
                    }
                }
                if size {
                    mstore(to, mload(from))
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
