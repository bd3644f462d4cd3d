// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @dev The lower byte of every two.
uint256 constant LOW_BYTES = 0x00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff;

/// @title Sketches
/// @notice What can be asked of a packed sketch of int4 codes that lies in memory (docs/protocol.md, "Sketches").
/// @dev For the length, four words are turned into four planes: one bit of all 256 codes each. Sizes of codes are then three
/// planes (a b c, from 4 to 1), and the bits of their squares five:
///
///     size      1   2   3   4   5   6   7       plane
///     1s        1       1       1       1       c
///     4s            1               1           b and not c
///     8s                1       1               c and one of a, b
///     16s                   1   1       1       a, but not 6
///     32s                           1   1       a and b
///
/// What is left is counting bits. The plain twin is test/contracts/harness/PlainUnits.sol.
library Sketches {
    uint256 private constant EIGHTS = 0x8888888888888888888888888888888888888888888888888888888888888888;
    uint256 private constant ONES = 0x1111111111111111111111111111111111111111111111111111111111111111;

    /// @notice Whether a sketch of `length` bytes, a multiple of 32, holds the nibble 0x8, which stands for no code.
    function holdsEight(uint256 sketch, uint256 length) internal pure returns (bool) {
        uint256 found;
        assembly ("memory-safe") {
            for {
                let end := add(sketch, length)
            } lt(sketch, end) {
                sketch := add(sketch, 0x20)
            } {
                // Without its highest bit only 0x8 is zero, and only a zero borrows when one is taken from it.
                let codes := mload(sketch)
                found := or(found, and(sub(xor(codes, EIGHTS), ONES), codes))
            }
        }
        return found & EIGHTS != 0;
    }

    /// @notice `Σ_d code_d²` of a sketch of `length` bytes, a multiple of 32, without the nibble 0x8.
    // solhint-disable-next-line function-max-lines
    function squaredLength(uint256 sketch, uint256 length) internal pure returns (uint256 square) {
        assembly ("memory-safe") {
            // 0x55…, 0x33… and 0x0f…. Not as literals: the compiler would write those out in full wherever they are
            // used.
            let all := not(shr(255, length))
            let ones := div(all, 3)
            let twos := div(all, 5)
            let fourBits := div(all, 17)

            for {
                let end := add(sketch, length)
            } lt(sketch, end) {
                sketch := add(sketch, 0x80)
            } {
                let left := sub(end, sketch)
                let c := mload(sketch)
                let b := mul(mload(add(sketch, 0x20)), gt(left, 0x20))
                let a := mul(mload(add(sketch, 0x40)), gt(left, 0x40))
                let sign := mul(mload(add(sketch, 0x60)), gt(left, 0x60))

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

                // Codes to sizes: of a negative one, every bit above its lowest one is turned.
                let anyLow := or(b, c)
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
                // As 2^16 leaves 1, a number leaves the sum of its digits in base 2^16, which stays below 2^14.
                square := add(square, mod(low, 0xffff))
            }
        }
    }
}
