// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Scoring} from "./Scoring.sol";
import {SquaredLength} from "./SquaredLength.sol";

/// @notice Where in memory a query lies, ready to be multiplied with many rows:
///
///     length of its sketch | 8 · Σ_d q_d (signed) | four words of lanes for every 64 codes
type QueryLanes is uint256;

/// @dev The code 8, or the sign of a code, in each of 64.
uint256 constant EIGHTS = 0x8888888888888888888888888888888888888888888888888888888888888888;
/// @dev The number 1 in each lane.
uint256 constant LANE_ONES = 0x0001000100010001000100010001000100010001000100010001000100010001;
/// @dev The lower of every two quarters, eighths and sixteenths of a word.
uint256 constant QUARTERS = 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff;
uint256 constant EIGHTHS = 0x00000000ffffffff00000000ffffffff00000000ffffffff00000000ffffffff;
uint256 constant SIXTEENTHS = 0x0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff;
/// @dev Half of what the topmost lane counts in: rounds away what the lanes below it borrow.
uint256 constant HALF_TOP_LANE = 0x0000800000000000000000000000000000000000000000000000000000000000;

/// @title FastScoring
/// @notice What `Scoring` says, for a hundredth of its gas.
/// @dev A word holds 64 codes: 16 lanes of 16 bits, four codes each. Take one code of each lane as the digits of a number
/// in base 2^16, the query's in the opposite order: then the topmost digit of the product of two such numbers is the sum
/// of the sixteen products of codes that belong together, and no other product reaches it. So four multiplications give
/// the dot product of 64 codes.
///
/// The row's digits are its codes plus 8, so that none is negative, and the query's are its codes: `Σ q·(r + 8)` is too
/// much by `8 · Σ q`, whatever the row. The sums of 256 codes lie within 8 · 15 · 256 < 2^15, so they may share one
/// topmost digit. All of this holds for the nibble 0x8 too, which counts as -8. `Scoring` is the plain twin.
library FastScoring {
    /// @notice A sketch has a multiple of 64 codes.
    error Scoring_LengthUneven(uint256 length);

    /// @notice Lays a query out in fresh memory.
    function lanesOf(bytes calldata query) internal pure returns (QueryLanes lanes) {
        require(query.length % 32 == 0, Scoring_LengthUneven(query.length));
        assembly ("memory-safe") {
            // The lowest code of each lane, and 8 in each. Not as literals: the compiler would write those out in full
            // wherever they are used.
            let lowest := div(not(shr(255, query.length)), 0x1111)
            let eights := shl(3, div(lowest, 15))
            lanes := mload(0x40)
            mstore(lanes, query.length)
            let lane := add(lanes, 0x40)
            let total := 0
            let end := add(query.offset, query.length)
            for {
                let position := query.offset
            } lt(position, end) {
                position := add(position, 0x20)
            } {
                let codes := xor(calldataload(position), EIGHTS)
                // Lanes in the opposite order: halves change places, then quarters, eighths, sixteenths.
                codes := or(shl(128, codes), shr(128, codes))
                codes := or(shl(64, and(codes, QUARTERS)), and(shr(64, codes), QUARTERS))
                codes := or(shl(32, and(codes, EIGHTHS)), and(shr(32, codes), EIGHTHS))
                codes := or(shl(16, and(codes, SIXTEENTHS)), and(shr(16, codes), SIXTEENTHS))
                let digits := sub(and(codes, lowest), eights)
                mstore(lane, digits)
                total := add(total, digits)
                digits := sub(and(shr(4, codes), lowest), eights)
                mstore(add(lane, 0x20), digits)
                total := add(total, digits)
                digits := sub(and(shr(8, codes), lowest), eights)
                mstore(add(lane, 0x40), digits)
                total := add(total, digits)
                digits := sub(and(shr(12, codes), lowest), eights)
                mstore(add(lane, 0x60), digits)
                total := add(total, digits)
                lane := add(lane, 0x80)
            }
            // The topmost digit of a product with ones is the sum of digits.
            mstore(add(lanes, 0x20), mul(8, sar(240, add(mul(total, LANE_ONES), HALF_TOP_LANE))))

            // Rows are read 256 codes at a time: what a shorter one would read behind itself counts nothing.
            calldatacopy(lane, calldatasize(), 0x180)
            mstore(0x40, add(lane, 0x180))
        }
    }

    /// @notice `Σ_d q_d · r_d`.
    function dot(QueryLanes lanes, bytes calldata row) internal pure returns (int256 product) {
        uint256 length;
        assembly ("memory-safe") {
            length := mload(lanes)
        }
        require(row.length == length, Scoring.Scoring_LengthsDiffer(length, row.length));
        assembly ("memory-safe") {
            // The lowest code of each lane, and EIGHTS: not as literals, as above.
            let lowest := div(not(shr(255, length)), 0x1111)
            let signs := shl(3, div(not(shr(255, length)), 15))
            let lane := add(lanes, 0x40)
            let end := add(row.offset, length)
            for {
                let position := row.offset
            } lt(position, end) {
                position := add(position, 0x80)
                lane := add(lane, 0x200)
            } {
                let codes := xor(calldataload(position), signs)
                let sum := mul(and(codes, lowest), mload(lane))
                sum := add(mul(and(shr(4, codes), lowest), mload(add(lane, 0x20))), sum)
                sum := add(mul(and(shr(8, codes), lowest), mload(add(lane, 0x40))), sum)
                sum := add(mul(and(shr(12, codes), lowest), mload(add(lane, 0x60))), sum)
                codes := xor(calldataload(add(position, 0x20)), signs)
                sum := add(mul(and(codes, lowest), mload(add(lane, 0x80))), sum)
                sum := add(mul(and(shr(4, codes), lowest), mload(add(lane, 0xa0))), sum)
                sum := add(mul(and(shr(8, codes), lowest), mload(add(lane, 0xc0))), sum)
                sum := add(mul(and(shr(12, codes), lowest), mload(add(lane, 0xe0))), sum)
                codes := xor(calldataload(add(position, 0x40)), signs)
                sum := add(mul(and(codes, lowest), mload(add(lane, 0x100))), sum)
                sum := add(mul(and(shr(4, codes), lowest), mload(add(lane, 0x120))), sum)
                sum := add(mul(and(shr(8, codes), lowest), mload(add(lane, 0x140))), sum)
                sum := add(mul(and(shr(12, codes), lowest), mload(add(lane, 0x160))), sum)
                codes := xor(calldataload(add(position, 0x60)), signs)
                sum := add(mul(and(codes, lowest), mload(add(lane, 0x180))), sum)
                sum := add(mul(and(shr(4, codes), lowest), mload(add(lane, 0x1a0))), sum)
                sum := add(mul(and(shr(8, codes), lowest), mload(add(lane, 0x1c0))), sum)
                sum := add(mul(and(shr(12, codes), lowest), mload(add(lane, 0x1e0))), sum)
                product := add(product, sar(240, add(sum, HALF_TOP_LANE)))
            }
            product := sub(product, mload(add(lanes, 0x20)))
        }
    }

    /// @notice `Σ_d a_d · b_d`.
    function dot(bytes calldata a, bytes calldata b) internal pure returns (int256) {
        return dot(lanesOf(a), b);
    }

    /// @notice `isqrt((Σ_d r_d²) << 32)`: the length of a sketch with 16 fractional bits, rounded down.
    function fixedNorm(bytes calldata row) internal pure returns (uint256 root) {
        require(row.length % 32 == 0, Scoring_LengthUneven(row.length));
        uint256 square = SquaredLength.measure(row) << 32;
        if (square == 0) return 0;
        assembly ("memory-safe") {
            // Newton's steps from a power of two within a factor √2; below 2^50, four of them leave an error below one.
            root := shl(shr(1, sub(256, clz(square))), 1)
            root := shr(1, add(root, div(square, root)))
            root := shr(1, add(root, div(square, root)))
            root := shr(1, add(root, div(square, root)))
            root := shr(1, add(root, div(square, root)))
            root := sub(root, gt(root, div(square, root)))
        }
    }

    /// @notice `(dot << 32) / norm` where both are positive, rounded down; zero otherwise.
    function score(QueryLanes query, bytes calldata row) internal pure returns (uint64) {
        int256 product = dot(query, row);
        if (product <= 0) return 0;
        // A row that is all zero has no positive product.
        unchecked {
            return uint64((uint256(product) << 32) / fixedNorm(row));
        }
    }

    /// @notice The same, of a query that is scored once.
    function score(bytes calldata query, bytes calldata row) internal pure returns (uint64) {
        return score(lanesOf(query), row);
    }

    /// @notice Whether two rows' sketches are close enough that only the first accepted is credited.
    function isDuplicate(bytes calldata a, bytes calldata b) internal pure returns (bool) {
        int256 product = dot(a, b);
        if (product <= 0) return false;
        uint256 squared = uint256(product) * uint256(product);
        uint256 lengths = SquaredLength.measure(a) * SquaredLength.measure(b);
        return squared * Scoring.TAU_DENOMINATOR ** 2 >= Scoring.TAU ** 2 * lengths;
    }

    /// @notice Whether a sketch holds the nibble 0x8, which stands for no code.
    function holdsEight(bytes calldata sketch) internal pure returns (bool) {
        require(sketch.length % 32 == 0, Scoring_LengthUneven(sketch.length));
        uint256 found;
        assembly ("memory-safe") {
            let end := add(sketch.offset, sketch.length)
            for {
                let position := sketch.offset
            } lt(position, end) {
                position := add(position, 0x20)
            } {
                // Without its highest bit only 0x8 is zero, and only a zero borrows when one is taken from it.
                let codes := calldataload(position)
                let borrowed := sub(
                    xor(codes, EIGHTS),
                    0x1111111111111111111111111111111111111111111111111111111111111111
                )
                found := or(found, and(borrowed, codes))
            }
        }
        return found & EIGHTS != 0;
    }
}
