// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @dev The lower byte of every two.
uint256 constant LOW_BYTES = 0x00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff;

/// @title SquaredLength
/// @notice `Σ_d r_d²` of a sketch, 256 codes at a time.
/// @dev Four words are turned into four planes: one bit of all 256 codes each. Sizes of codes are then three planes
/// (a b c, from 4 to 1), and the bits of their squares five:
///
///     size      1   2   3   4   5   6   7       plane
///     1s        1       1       1       1       c
///     4s            1               1           b and not c
///     8s                1       1               c and one of a, b
///     16s                   1   1       1       a, but not 6
///     32s                           1   1       a and b
///
/// What is left is counting bits. The nibble 0x8 counts as -8. The plain twin is `Scoring.dot(row, row)`.
library SquaredLength {
    /// @notice `Σ_d r_d²`; the length of `row` is a multiple of 32.
    // solhint-disable-next-line function-max-lines
    function measure(bytes calldata row) internal pure returns (uint256 square) {
        assembly ("memory-safe") {
            // 0x55…, 0x33… and 0x0f…. Not as literals: the compiler would write those out in full wherever they are
            // used.
            let all := not(shr(255, row.length))
            let ones := div(all, 3)
            let twos := div(all, 5)
            let fourBits := div(all, 17)

            // In fresh memory, with zeros up to the next 256 codes.
            let position := mload(0x40)
            let end := add(position, row.length)
            calldatacopy(end, calldatasize(), 0x60)
            calldatacopy(position, row.offset, row.length)
            for {} lt(position, end) {
                position := add(position, 0x80)
            } {
                let c := mload(position)
                let b := mload(add(position, 0x20))
                let a := mload(add(position, 0x40))
                let sign := mload(add(position, 0x60))

                // Words to planes: odd bits of one word change places with even bits of the next, then pairs of bits.
                let moved := and(xor(shr(1, c), b), ones)
                b := xor(b, moved)
                c := xor(c, shl(1, moved))
                moved := and(xor(shr(1, a), sign), ones)
                sign := xor(sign, moved)
                a := xor(a, shl(1, moved))
                moved := and(xor(shr(2, c), a), twos)
                a := xor(a, moved)
                c := xor(c, shl(2, moved))
                moved := and(xor(shr(2, b), sign), twos)
                sign := xor(sign, moved)
                b := xor(b, shl(2, moved))

                // Codes to sizes: of a negative one, every bit above its lowest one is turned. What has only a sign is -8.
                let anyLow := or(b, c)
                let eights := and(sign, not(or(a, anyLow)))
                a := xor(a, and(sign, anyLow))
                b := xor(b, and(sign, c))

                // Sizes to squares, as above.
                let fours := and(b, not(c))
                let sixteens := and(a, not(fours))
                let thirtyTwos := and(a, b)
                b := and(c, xor(a, b))

                // Set bits are counted by two, then by four, where planes whose bits weigh twice as much join.
                c := sub(c, and(shr(1, c), ones))
                fours := sub(fours, and(shr(1, fours), ones))
                b := sub(b, and(shr(1, b), ones))
                sixteens := sub(sixteens, and(shr(1, sixteens), ones))
                thirtyTwos := sub(thirtyTwos, and(shr(1, thirtyTwos), ones))
                c := add(and(c, twos), and(shr(2, c), twos))
                fours := add(and(fours, twos), and(shr(2, fours), twos))
                fours := add(fours, shl(1, add(and(b, twos), and(shr(2, b), twos))))
                sixteens := add(and(sixteens, twos), and(shr(2, sixteens), twos))
                sixteens := add(sixteens, shl(1, add(and(thirtyTwos, twos), and(shr(2, thirtyTwos), twos))))

                // By eight, then by sixteen.
                let low := add(and(fours, fourBits), and(shr(4, fours), fourBits))
                low := add(shl(2, low), add(and(c, fourBits), and(shr(4, c), fourBits)))
                low := add(and(low, LOW_BYTES), and(shr(8, low), LOW_BYTES))
                let high := add(and(sixteens, fourBits), and(shr(4, sixteens), fourBits))
                high := add(and(high, LOW_BYTES), and(shr(8, high), LOW_BYTES))
                low := add(low, shl(4, high))
                // One by one: they are none in any index that is honest.
                for {} eights {} {
                    square := add(square, 64)
                    eights := and(eights, sub(eights, 1))
                }
                // As 2^16 leaves 1, a number leaves the sum of its digits in base 2^16, which stays below 2^14.
                square := add(square, mod(low, 0xffff))
            }
        }
    }
}
