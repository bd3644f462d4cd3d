// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Where in memory a vector of k wide integers lies, ready to be multiplied with many sketches:
///
///     number of limbs | 8 · Σ_d v_d (signed) | blocks | for every limb, the lowest first, and every block 32 words of lanes
///
/// A block has 256 dimensions. Its word `8v + s` holds, in lane `i` of 32 bits from the right, a limb of 20 bits of the
/// dimension `64v + 8i + 7 − s`; the highest limb is signed.
type WideVector is uint256;

/// @title WideProducts
/// @notice Dot products of sketches with sums of many sketches, eight dimensions a multiplication.
/// @dev A word of a packed sketch holds 64 codes, eight lanes of eight. Take one code of each lane as the digits of a number in
/// base 2^32, and the same dimensions' limbs, in the opposite order, as those of another: the topmost digit of their product is
/// the sum of the eight products that belong together. Codes are taken plus 8, so that none is negative; `8 · Σ v` is
/// subtracted at the end. A topmost digit sums 256 products: 15 · 2^20 · 256 < 2^32 of an unsigned limb, 15 · 2^19 · 256 < 2^31
/// of a signed one. The plain twin is test/contracts/harness/PlainUnits.sol.
library WideProducts {
    /// @dev The lowest nibble of each lane.
    uint256 private constant NIBBLES = 0x0000000f0000000f0000000f0000000f0000000f0000000f0000000f0000000f;
    uint256 private constant EIGHTS = 0x8888888888888888888888888888888888888888888888888888888888888888;
    uint256 private constant ONES = 0x0000000100000001000000010000000100000001000000010000000100000001;
    uint256 private constant LANES_64 = 0x00000000ffffffff00000000ffffffff00000000ffffffff00000000ffffffff;
    uint256 private constant LANES_128 = 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff;

    uint256 internal constant BLOCK = 256;
    /// @dev Bytes of one limb of one block.
    uint256 private constant LIMB_BYTES = 0x400;

    /// @notice Lays out `v_d = 2 · P_d − weight` for the totals `P` of a book, k integers of 64 bits, each at most `weight`.
    /// @param weight Below 2^38 two limbs suffice; below 2^58 three do.
    function ofTotals(bytes memory totals, uint256 weight) internal pure returns (WideVector vector) {
        uint256 limbs = weight < 1 << 38 ? 2 : 3;
        uint256 blocks = (totals.length + 8 * BLOCK - 1) / (8 * BLOCK);
        uint256 lanes;
        (vector, lanes) = _allocate(limbs, blocks);
        assembly ("memory-safe") {
            // Makes every value non-negative; the highest limb takes it out again.
            let bias := shl(sub(mul(20, limbs), 1), 1)
            let dims := shr(3, mload(totals))
            let values := add(totals, 0x20)
            let sum := 0
            for {
                let d := 0
            } lt(d, dims) {
                d := add(d, 1)
            } {
                let value := sub(shl(1, shr(192, mload(add(values, shl(3, d))))), weight)
                sum := add(sum, value)
                value := add(value, bias)
                // Word 8v + s of the dimension's block, lane i.
                let place := add(
                    lanes,
                    add(
                        mul(shr(8, d), LIMB_BYTES),
                        add(shl(8, and(shr(6, d), 3)), shl(5, sub(7, and(d, 7))))
                    )
                )
                let shift := shl(5, and(shr(3, d), 7))
                for {
                    let limb := limbs
                } gt(limb, 1) {
                    limb := sub(limb, 1)
                } {
                    mstore(place, or(mload(place), shl(shift, and(value, 0xfffff))))
                    value := shr(20, value)
                    place := add(place, mul(blocks, LIMB_BYTES))
                }
                // Signed, so it is added: what it borrows from the lanes above it is theirs to miss.
                mstore(place, add(mload(place), shl(shift, sub(value, 0x80000))))
            }
            mstore(add(vector, 0x20), shl(3, sum))
        }
    }

    /// @notice Lays out `T_d` of the biased total of a model's units (`UnitTotals`), k lanes of 32 bits.
    function ofUnitTotal(bytes memory total) internal pure returns (WideVector vector) {
        uint256 blocks = (total.length + LIMB_BYTES - 1) / LIMB_BYTES;
        uint256 lanes;
        (vector, lanes) = _allocate(2, blocks);
        assembly ("memory-safe") {
            let sum := 0
            let size := mload(total)
            for {
                let at := 0
            } lt(at, size) {
                at := add(at, 0x20)
            } {
                // Lanes in the opposite order: halves change places, then quarters, then eighths.
                let word := mload(add(add(total, 0x20), at))
                word := or(shl(128, word), shr(128, word))
                word := or(shl(64, and(word, LANES_128)), and(shr(64, word), LANES_128))
                word := or(shl(32, and(word, LANES_64)), and(shr(32, word), LANES_64))
                mstore(add(lanes, at), and(word, mul(ONES, 0xfffff)))
                mstore(
                    add(add(lanes, at), mul(blocks, LIMB_BYTES)),
                    sub(and(shr(20, word), mul(ONES, 0x3ff)), mul(ONES, 0x200))
                )
                sum := add(sum, add(and(word, LANES_64), and(shr(32, word), LANES_64)))
            }
            // Four sums of 64 bits, less the bias of each lane.
            sum := add(and(sum, LANES_128), and(shr(64, sum), LANES_128))
            sum := add(and(sum, 0xffffffffffffffffffffffffffffffff), shr(128, sum))
            mstore(add(vector, 0x20), shl(3, sub(sum, shl(29, shr(2, size)))))
        }
    }

    /// @notice `Σ_d v_d · code_d` of the packed sketch at a memory address. What lies behind a sketch shorter than its last block is
    /// multiplied by zero.
    // solhint-disable-next-line function-max-lines
    function dot(WideVector vector, uint256 sketch) internal pure returns (int256 product) {
        assembly ("memory-safe") {
            // The sum of a word's products of one limb.
            function products(codes, lanes) -> sum {
                sum := mul(and(codes, NIBBLES), mload(lanes))
                sum := add(mul(and(shr(4, codes), NIBBLES), mload(add(lanes, 0x20))), sum)
                sum := add(mul(and(shr(8, codes), NIBBLES), mload(add(lanes, 0x40))), sum)
                sum := add(mul(and(shr(12, codes), NIBBLES), mload(add(lanes, 0x60))), sum)
                sum := add(mul(and(shr(16, codes), NIBBLES), mload(add(lanes, 0x80))), sum)
                sum := add(mul(and(shr(20, codes), NIBBLES), mload(add(lanes, 0xa0))), sum)
                sum := add(mul(and(shr(24, codes), NIBBLES), mload(add(lanes, 0xc0))), sum)
                sum := add(mul(and(shr(28, codes), NIBBLES), mload(add(lanes, 0xe0))), sum)
            }

            let limbs := mload(vector)
            let lanes := add(vector, 0x60)
            let end := add(lanes, mul(mload(add(vector, 0x40)), LIMB_BYTES))
            let stride := sub(end, lanes)
            for {} lt(lanes, end) {
                lanes := add(lanes, LIMB_BYTES)
                sketch := add(sketch, 0x80)
            } {
                let a := xor(mload(sketch), EIGHTS)
                let b := xor(mload(add(sketch, 0x20)), EIGHTS)
                let c := xor(mload(add(sketch, 0x40)), EIGHTS)
                let d := xor(mload(add(sketch, 0x60)), EIGHTS)
                let lane := lanes
                let sum := products(a, lane)
                sum := add(products(b, add(lane, 0x100)), sum)
                sum := add(products(c, add(lane, 0x200)), sum)
                sum := add(products(d, add(lane, 0x300)), sum)
                product := add(product, shr(224, sum))
                lane := add(lane, stride)
                if gt(limbs, 2) {
                    sum := products(a, lane)
                    sum := add(products(b, add(lane, 0x100)), sum)
                    sum := add(products(c, add(lane, 0x200)), sum)
                    sum := add(products(d, add(lane, 0x300)), sum)
                    product := add(product, shl(20, shr(224, sum)))
                    lane := add(lane, stride)
                }
                sum := products(a, lane)
                sum := add(products(b, add(lane, 0x100)), sum)
                sum := add(products(c, add(lane, 0x200)), sum)
                sum := add(products(d, add(lane, 0x300)), sum)
                product := add(product, shl(mul(20, sub(limbs, 1)), sar(224, add(sum, shl(223, 1)))))
            }
            product := sub(product, mload(add(vector, 0x20)))
        }
    }

    /// @dev Zeroed memory: solidity clears what it allocates with `new`.
    function _allocate(uint256 limbs, uint256 blocks) private pure returns (WideVector vector, uint256 lanes) {
        bytes memory room = new bytes(0x60 + limbs * blocks * LIMB_BYTES);
        assembly ("memory-safe") {
            vector := add(room, 0x20)
            lanes := add(vector, 0x60)
            mstore(vector, limbs)
            mstore(add(vector, 0x40), blocks)
        }
    }
}
