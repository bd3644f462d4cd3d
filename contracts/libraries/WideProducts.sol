// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice A vector of k wide integers, ready to be multiplied with many sketches. Its lanes lie where `WideProducts` puts them.
/// @param sum `Σ_d v_d`.
/// @param blocks How many times 256 dimensions it has.
/// @param limbs How many limbs of 20 bits its integers have: 2 or 3.
/// @param lanes Memory address of the lanes: for every block, and every limb of it, the lowest first, 32 words.
struct WideVector {
    int256 sum;
    uint256 blocks;
    uint256 limbs;
    uint256 lanes;
}

/// @title WideProducts
/// @notice Dot products of sketches with sums of many sketches, eight dimensions a multiplication.
/// @dev A word of a packed sketch holds 64 codes, eight lanes of eight. Take one code of each lane as the digits of a number in
/// base 2^32, and the same dimensions' limbs, in the opposite order, as those of another: the topmost digit of their product is
/// the sum of the eight products that belong together. So word `8v + s` of a block holds, in lane `i` from the right, a limb of
/// the dimension `64v + 8i + 7 − s`. Codes are taken plus 8, so that none is negative; `8 · Σ v` is subtracted at the end. A
/// topmost digit sums 256 products: 15 · 2^20 · 256 < 2^32 of an unsigned limb, 15 · 2^19 · 256 < 2^31 of the highest, which is
/// signed.
///
/// The block that is multiplied lies at a fixed address, which saves 400 gas a sketch: all sketches are taken through one block
/// after the other. The plain twin is test/contracts/harness/PlainUnits.sol.
library WideProducts {
    /// @dev The lowest nibble of each lane.
    uint256 private constant NIBBLES = 0x0000000f0000000f0000000f0000000f0000000f0000000f0000000f0000000f;
    uint256 private constant EIGHTS = 0x8888888888888888888888888888888888888888888888888888888888888888;
    uint256 private constant ONES = 0x0000000100000001000000010000000100000001000000010000000100000001;
    uint256 private constant LANES_64 = 0x00000000ffffffff00000000ffffffff00000000ffffffff00000000ffffffff;
    uint256 private constant LANES_128 = 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff;

    /// @dev Bytes of one limb of one block.
    uint256 private constant LIMB_BYTES = 0x400;
    uint256 private constant MAX_TWO_LIMBS = 1 << 38;

    /// @dev Where the block that is multiplied lies: three limbs. Solidity has used less memory when `reserve` is called.
    uint256 private constant BLOCK = 0x1000;
    uint256 private constant BLOCK_END = 0x1c00;

    /// @notice Sets memory aside. To be called before anything large is allocated.
    function reserve() internal pure {
        assembly ("memory-safe") {
            if gt(mload(0x40), BLOCK) {
                invalid()
            }
            mstore(0x40, BLOCK_END)
        }
    }

    /// @notice Lays out `v_d = 2 · P_d − weight` for the totals `P` of a book, k integers of 64 bits, each at most `weight`.
    /// @param weight Below 2^58.
    function ofTotals(bytes memory totals, uint256 weight) internal pure returns (WideVector memory vector) {
        _allocate(vector, weight < MAX_TWO_LIMBS ? 2 : 3, totals.length / 8);
        uint256 lanes = vector.lanes;
        uint256 limbs = vector.limbs;
        int256 sum = 0;
        assembly ("memory-safe") {
            // Makes every value non-negative; the highest limb takes it out again.
            let bias := shl(sub(mul(20, limbs), 1), 1)
            let dims := shr(3, mload(totals))
            let values := add(totals, 0x20)
            for {
                let d := 0
            } lt(d, dims) {
                d := add(d, 1)
            } {
                let value := sub(shl(1, shr(192, mload(add(values, shl(3, d))))), weight)
                sum := add(sum, value)
                value := add(value, bias)
                // Word 8v + s of the dimension's block, lane i.
                let place := add(shl(8, and(shr(6, d), 3)), shl(5, sub(7, and(d, 7))))
                place := add(add(lanes, mul(mul(shr(8, d), limbs), LIMB_BYTES)), place)
                let shift := shl(5, and(shr(3, d), 7))
                for {
                    let limb := limbs
                } gt(limb, 1) {
                    limb := sub(limb, 1)
                } {
                    mstore(place, or(mload(place), shl(shift, and(value, 0xfffff))))
                    value := shr(20, value)
                    place := add(place, LIMB_BYTES)
                }
                // Signed, so it is added: what it borrows from the lane above is what the sum of digits asks for.
                mstore(place, add(mload(place), shl(shift, sub(value, 0x80000))))
            }
        }
        vector.sum = sum;
    }

    /// @notice Lays out `T_d` of the settled total of a model's units (`UnitTotals`), k lanes of 32 bits.
    function ofUnitTotal(bytes memory total) internal pure returns (WideVector memory vector) {
        _allocate(vector, 2, total.length / 4);
        uint256 lanes = vector.lanes;
        int256 sum = 0;
        assembly ("memory-safe") {
            let size := mload(total)
            for {
                let offset := 0
            } lt(offset, size) {
                offset := add(offset, 0x20)
            } {
                // Lanes in the opposite order: halves change places, then quarters, then eighths.
                let word := mload(add(add(total, 0x20), offset))
                word := or(shl(128, word), shr(128, word))
                word := or(shl(64, and(word, LANES_128)), and(shr(64, word), LANES_128))
                word := or(shl(32, and(word, LANES_64)), and(shr(32, word), LANES_64))
                // Two limbs a block: the lower one, then the higher, from which the bias is taken.
                let place := add(lanes, add(mul(shr(10, offset), mul(2, LIMB_BYTES)), and(offset, 0x3ff)))
                mstore(place, and(word, mul(ONES, 0xfffff)))
                mstore(add(place, LIMB_BYTES), sub(and(shr(20, word), mul(ONES, 0x3ff)), mul(ONES, 0x200)))
                sum := add(sum, add(and(word, LANES_64), and(shr(32, word), LANES_64)))
            }
            // Four sums of 64 bits, less the bias of each lane.
            sum := add(and(sum, LANES_128), and(shr(64, sum), LANES_128))
            sum := add(and(sum, 0xffffffffffffffffffffffffffffffff), shr(128, sum))
            sum := sub(sum, shl(29, shr(2, size)))
        }
        vector.sum = sum;
    }

    /// @notice `Σ_d v_d · code_d` of each of several packed sketches in memory.
    /// @param sketch Address of the first one; what lies behind one shorter than its last block is multiplied by zero.
    /// @param step From each to the next.
    /// @return products One of each.
    function dots(
        WideVector memory vector,
        uint256 sketch,
        uint256 step,
        uint256 count
    ) internal pure returns (int256[] memory products) {
        products = new int256[](count);
        uint256 blockBytes = vector.limbs * LIMB_BYTES;
        for (uint256 i = 0; i < vector.blocks; ++i) {
            uint256 from = vector.lanes + i * blockBytes;
            assembly ("memory-safe") {
                mcopy(BLOCK, from, blockBytes)
            }
            _dotBlock(products, sketch + 128 * i, step, vector.limbs > 2);
        }
        int256 eights = 8 * vector.sum;
        assembly ("memory-safe") {
            let product := add(products, 0x20)
            for {
                let end := add(product, shl(5, count))
            } lt(product, end) {
                product := add(product, 0x20)
            } {
                mstore(product, sub(mload(product), eights))
            }
        }
    }

    /// @dev Adds the products of one block of each sketch, the eights not taken out yet.
    // solhint-disable-next-line function-max-lines
    function _dotBlock(int256[] memory products, uint256 sketch, uint256 step, bool isWide) private pure {
        assembly ("memory-safe") {
            let product := add(products, 0x20)
            let nibbles := NIBBLES
            for {
                let end := add(product, shl(5, mload(products)))
            } lt(product, end) {
                product := add(product, 0x20)
                sketch := add(sketch, step)
            } {
                let low := 0
                let high := 0
                let c := xor(mload(sketch), EIGHTS)
                let y := and(c, nibbles)
                low := mul(y, mload(0x1000))
                high := mul(y, mload(0x1400))
                y := and(shr(4, c), nibbles)
                low := add(mul(y, mload(0x1020)), low)
                high := add(mul(y, mload(0x1420)), high)
                y := and(shr(8, c), nibbles)
                low := add(mul(y, mload(0x1040)), low)
                high := add(mul(y, mload(0x1440)), high)
                y := and(shr(12, c), nibbles)
                low := add(mul(y, mload(0x1060)), low)
                high := add(mul(y, mload(0x1460)), high)
                y := and(shr(16, c), nibbles)
                low := add(mul(y, mload(0x1080)), low)
                high := add(mul(y, mload(0x1480)), high)
                y := and(shr(20, c), nibbles)
                low := add(mul(y, mload(0x10a0)), low)
                high := add(mul(y, mload(0x14a0)), high)
                y := and(shr(24, c), nibbles)
                low := add(mul(y, mload(0x10c0)), low)
                high := add(mul(y, mload(0x14c0)), high)
                y := and(shr(28, c), nibbles)
                low := add(mul(y, mload(0x10e0)), low)
                high := add(mul(y, mload(0x14e0)), high)
                c := xor(mload(add(sketch, 0x20)), EIGHTS)
                y := and(c, nibbles)
                low := add(mul(y, mload(0x1100)), low)
                high := add(mul(y, mload(0x1500)), high)
                y := and(shr(4, c), nibbles)
                low := add(mul(y, mload(0x1120)), low)
                high := add(mul(y, mload(0x1520)), high)
                y := and(shr(8, c), nibbles)
                low := add(mul(y, mload(0x1140)), low)
                high := add(mul(y, mload(0x1540)), high)
                y := and(shr(12, c), nibbles)
                low := add(mul(y, mload(0x1160)), low)
                high := add(mul(y, mload(0x1560)), high)
                y := and(shr(16, c), nibbles)
                low := add(mul(y, mload(0x1180)), low)
                high := add(mul(y, mload(0x1580)), high)
                y := and(shr(20, c), nibbles)
                low := add(mul(y, mload(0x11a0)), low)
                high := add(mul(y, mload(0x15a0)), high)
                y := and(shr(24, c), nibbles)
                low := add(mul(y, mload(0x11c0)), low)
                high := add(mul(y, mload(0x15c0)), high)
                y := and(shr(28, c), nibbles)
                low := add(mul(y, mload(0x11e0)), low)
                high := add(mul(y, mload(0x15e0)), high)
                c := xor(mload(add(sketch, 0x40)), EIGHTS)
                y := and(c, nibbles)
                low := add(mul(y, mload(0x1200)), low)
                high := add(mul(y, mload(0x1600)), high)
                y := and(shr(4, c), nibbles)
                low := add(mul(y, mload(0x1220)), low)
                high := add(mul(y, mload(0x1620)), high)
                y := and(shr(8, c), nibbles)
                low := add(mul(y, mload(0x1240)), low)
                high := add(mul(y, mload(0x1640)), high)
                y := and(shr(12, c), nibbles)
                low := add(mul(y, mload(0x1260)), low)
                high := add(mul(y, mload(0x1660)), high)
                y := and(shr(16, c), nibbles)
                low := add(mul(y, mload(0x1280)), low)
                high := add(mul(y, mload(0x1680)), high)
                y := and(shr(20, c), nibbles)
                low := add(mul(y, mload(0x12a0)), low)
                high := add(mul(y, mload(0x16a0)), high)
                y := and(shr(24, c), nibbles)
                low := add(mul(y, mload(0x12c0)), low)
                high := add(mul(y, mload(0x16c0)), high)
                y := and(shr(28, c), nibbles)
                low := add(mul(y, mload(0x12e0)), low)
                high := add(mul(y, mload(0x16e0)), high)
                c := xor(mload(add(sketch, 0x60)), EIGHTS)
                y := and(c, nibbles)
                low := add(mul(y, mload(0x1300)), low)
                high := add(mul(y, mload(0x1700)), high)
                y := and(shr(4, c), nibbles)
                low := add(mul(y, mload(0x1320)), low)
                high := add(mul(y, mload(0x1720)), high)
                y := and(shr(8, c), nibbles)
                low := add(mul(y, mload(0x1340)), low)
                high := add(mul(y, mload(0x1740)), high)
                y := and(shr(12, c), nibbles)
                low := add(mul(y, mload(0x1360)), low)
                high := add(mul(y, mload(0x1760)), high)
                y := and(shr(16, c), nibbles)
                low := add(mul(y, mload(0x1380)), low)
                high := add(mul(y, mload(0x1780)), high)
                y := and(shr(20, c), nibbles)
                low := add(mul(y, mload(0x13a0)), low)
                high := add(mul(y, mload(0x17a0)), high)
                y := and(shr(24, c), nibbles)
                low := add(mul(y, mload(0x13c0)), low)
                high := add(mul(y, mload(0x17c0)), high)
                y := and(shr(28, c), nibbles)
                low := add(mul(y, mload(0x13e0)), low)
                high := add(mul(y, mload(0x17e0)), high)

                // Of three limbs, the middle one was taken as the highest, and is not signed.
                switch isWide
                case 0 {
                    high := sar(224, add(high, shl(223, 1)))
                }
                default {
                    high := shr(224, high)
                    let top := 0
                    let lane := 0x1800
                    for {
                        let word := sketch
                    } lt(lane, 0x1c00) {
                        word := add(word, 0x20)
                    } {
                        c := xor(mload(word), EIGHTS)
                        top := add(mul(and(c, nibbles), mload(lane)), top)
                        top := add(mul(and(shr(4, c), nibbles), mload(add(lane, 0x20))), top)
                        top := add(mul(and(shr(8, c), nibbles), mload(add(lane, 0x40))), top)
                        top := add(mul(and(shr(12, c), nibbles), mload(add(lane, 0x60))), top)
                        top := add(mul(and(shr(16, c), nibbles), mload(add(lane, 0x80))), top)
                        top := add(mul(and(shr(20, c), nibbles), mload(add(lane, 0xa0))), top)
                        top := add(mul(and(shr(24, c), nibbles), mload(add(lane, 0xc0))), top)
                        top := add(mul(and(shr(28, c), nibbles), mload(add(lane, 0xe0))), top)
                        lane := add(lane, 0x100)
                    }
                    high := add(high, shl(20, sar(224, add(top, shl(223, 1)))))
                }
                mstore(product, add(mload(product), add(shr(224, low), shl(20, high))))
            }
        }
    }

    /// @dev Zeroed memory: Solidity clears what it allocates with `new`.
    function _allocate(WideVector memory vector, uint256 limbs, uint256 dims) private pure {
        vector.limbs = limbs;
        vector.blocks = (dims + 255) / 256;
        bytes memory room = new bytes(limbs * vector.blocks * LIMB_BYTES);
        uint256 lanes;
        assembly ("memory-safe") {
            lanes := add(room, 0x20)
        }
        vector.lanes = lanes;
    }
}
