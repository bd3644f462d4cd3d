// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title BatchSums
/// @notice Sums of a batch's query sketches as their bytes hold them (docs/protocol.md, "Records and batches"), and a book's totals, `k`
/// integers of 64 bits in the order of dimensions.
library BatchSums {
    uint256 private constant BLOCK_BYTES = 0x400;
    /// @dev The lowest bit of each lane of 32 bits.
    uint256 private constant LANE_BITS = 0x0000000100000001000000010000000100000001000000010000000100000001;

    /// @notice A sum without a sketch that is in it.
    function without(bytes memory sum, bytes calldata sketch, uint256 weight) internal pure returns (bytes memory) {
        uint256 blocks = sum.length / BLOCK_BYTES;
        for (uint256 i = 0; i < blocks; ++i) {
            uint256 left = sketch.length - 32 * i;
            uint256 bits = uint256(bytes32(left < 32 ? sketch[32 * i:] : sketch[32 * i:32 * i + 32]));
            assembly ("memory-safe") {
                // The word 31 - t holds in lane i from the right the bits 32i + t.
                let place := add(add(sum, 0x20), mul(i, BLOCK_BYTES))
                for {
                    let t := 32
                } t {} {
                    t := sub(t, 1)
                    mstore(place, sub(mload(place), mul(and(shr(t, bits), LANE_BITS), weight)))
                    place := add(place, 0x20)
                }
            }
        }
        return sum;
    }

    /// @notice Totals of no batches.
    function begin(uint256 dims) internal pure returns (bytes memory totals) {
        return new bytes(dims * 8);
    }

    /// @notice Adds a batch's sum to a book's totals.
    function add(bytes memory totals, bytes memory sum) internal pure {
        uint256 dims = totals.length / 8;
        assembly ("memory-safe") {
            // Four dimensions, one word of totals, at a time: lane i of the words j to j + 3, where the first is 32i + j.
            for {
                let d := 0
            } lt(d, dims) {
                d := add(d, 4)
            } {
                let word := add(add(sum, 0x20), add(mul(shr(8, d), BLOCK_BYTES), shl(5, and(d, 31))))
                let shift := sub(224, and(d, 0xe0))
                let four := shl(192, and(shr(shift, mload(word)), 0xffffffff))
                four := or(four, shl(128, and(shr(shift, mload(add(word, 0x20))), 0xffffffff)))
                four := or(four, shl(64, and(shr(shift, mload(add(word, 0x40))), 0xffffffff)))
                four := or(four, and(shr(shift, mload(add(word, 0x60))), 0xffffffff))
                let place := add(add(totals, 0x20), shl(3, d))
                mstore(place, add(mload(place), four))
            }
        }
    }
}
