// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title UnitTotals
/// @notice Sums of weighted sketches, `Σ weight · code`, eight dimensions a multiplication: of a model's units by their scales, and of
/// a unit's rows by their multipliers.
/// @dev k lanes of 32 bits; word `8v + s` of each 256 dimensions holds in lane `i` from the left the dimension
/// `64v + 8i + 7 − s`, which is where the codes of a packed sketch lie. While summing, codes count plus 8: with weights that sum to
/// less than 2^32 / 15 no lane overflows. `settle` takes the eights out and adds a bias of 2^29 instead, so that lanes stay
/// non-negative; a bias that does not depend on the weights.
library UnitTotals {
    uint256 private constant NIBBLES = 0x0000000f0000000f0000000f0000000f0000000f0000000f0000000f0000000f;
    uint256 private constant EIGHTS = 0x8888888888888888888888888888888888888888888888888888888888888888;
    uint256 private constant ONES = 0x0000000100000001000000010000000100000001000000010000000100000001;

    /// @dev What every lane of a settled total is too much by.
    uint256 internal constant BIAS = 1 << 29;
    /// @dev The greatest sum of weights.
    uint256 internal constant MAX_WEIGHT = type(uint32).max / 15;

    /// @notice A total of no sketches with `dims` codes.
    function begin(uint256 dims) internal pure returns (bytes memory total) {
        return new bytes(dims * 4);
    }

    /// @notice Adds `weight · (code + 8)` of the packed sketch at a memory address.
    function add(bytes memory total, uint256 sketch, uint256 weight) internal pure {
        assembly ("memory-safe") {
            let lane := add(total, 0x20)
            for {
                let end := add(lane, mload(total))
            } lt(lane, end) {
                lane := add(lane, 0x100)
                sketch := add(sketch, 0x20)
            } {
                let codes := xor(mload(sketch), EIGHTS)
                mstore(lane, add(mload(lane), mul(and(codes, NIBBLES), weight)))
                let next := add(lane, 0x20)
                mstore(next, add(mload(next), mul(and(shr(4, codes), NIBBLES), weight)))
                next := add(lane, 0x40)
                mstore(next, add(mload(next), mul(and(shr(8, codes), NIBBLES), weight)))
                next := add(lane, 0x60)
                mstore(next, add(mload(next), mul(and(shr(12, codes), NIBBLES), weight)))
                next := add(lane, 0x80)
                mstore(next, add(mload(next), mul(and(shr(16, codes), NIBBLES), weight)))
                next := add(lane, 0xa0)
                mstore(next, add(mload(next), mul(and(shr(20, codes), NIBBLES), weight)))
                next := add(lane, 0xc0)
                mstore(next, add(mload(next), mul(and(shr(24, codes), NIBBLES), weight)))
                next := add(lane, 0xe0)
                mstore(next, add(mload(next), mul(and(shr(28, codes), NIBBLES), weight)))
            }
        }
    }

    /// @notice Turns what was added into `Σ weight · code + BIAS`, where `weight` is the sum of all weights.
    function settle(bytes memory total, uint256 weight) internal pure {
        assembly ("memory-safe") {
            let lane := add(total, 0x20)
            // Lane by lane non-negative before and after, so lanes do not borrow from each other in the end.
            let change := mul(ONES, shl(3, weight))
            for {
                let end := add(lane, mload(total))
            } lt(lane, end) {
                lane := add(lane, 0x20)
            } {
                mstore(lane, sub(add(mload(lane), mul(ONES, BIAS)), change))
            }
        }
    }

    /// @notice The lane of dimension `d` of a settled total, its bias taken out.
    function valueAt(bytes memory total, uint256 d) internal pure returns (int256 value) {
        assembly ("memory-safe") {
            let word := add(shl(8, shr(6, d)), shl(5, sub(7, and(d, 7))))
            let lane := shl(2, and(shr(3, d), 7))
            value := sub(shr(224, mload(add(add(total, 0x20), add(word, lane)))), BIAS)
        }
    }
}
