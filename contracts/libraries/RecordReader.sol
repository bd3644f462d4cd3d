// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @dev Sixteen lanes of 16 bits: the lowest bit of each, and the lower of every two lanes.
uint256 constant LANE_BITS = 0x0001000100010001000100010001000100010001000100010001000100010001;
uint256 constant LOW_LANES = 0x0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff;

/// @title RecordReader
/// @notice Reads the records of a batch where they lie in memory (docs/protocol.md, "Records and batches"): adds up what each channel owes,
/// hashes the leaves, and sums the query sketches.
/// @dev In Yul because it runs for every record, whose calldata is paid for already (EIP-7623). It only ever says whether all is well: what is
/// wrong `Recording` finds again in plain Solidity. Its plain twin is test/contracts/harness/PlainBatch.sol. Measure
/// (`npm run bench:gas`) before and after changing it.
///
/// A sketch has a bit a dimension. Sixteen words of lanes take in all 256 bits of one: word `t` holds in lane `m` from the right the sum of
/// the weights whose bit `16m + t` is set. Lanes of 16 bits overflow when weights sum to 2^16, so they are emptied before that into
/// the words of 32-bit lanes that a batch's sum consists of. The lanes lie at fixed addresses, which saves 200 gas a record.
library RecordReader {
    uint256 internal constant HEAD_BYTES = 35;
    uint256 internal constant BLOCK_BYTES = 0x400;

    /// @dev Where lanes lie. Solidity has used less memory when a batch is read; `reserve` makes sure.
    uint256 private constant LANES = 0x1000;
    uint256 private constant LANES_END = 0x1200;
    uint256 private constant MAX_LANE = 0xffff;

    /// @notice Sets the lanes' memory aside. To be called before anything large is allocated.
    function reserve() internal pure {
        assembly ("memory-safe") {
            if gt(mload(0x40), LANES) {
                invalid()
            }
            mstore(0x40, LANES_END)
        }
    }

    /// @notice Reads records from `start` to `end`, each of `size` bytes.
    /// @param table For each channel its id, and what it owes, which is added to: two words each.
    /// @param channels How many channels there are.
    /// @param leaves Memory for a leaf of each record.
    /// @return units The sum of fees.
    /// @return isWell Whether every record names a channel and has a fee; otherwise nothing here means anything.
    function read(
        uint256 start,
        uint256 end,
        uint256 size,
        uint256 table,
        uint256 channels,
        bytes32[] memory leaves
    ) internal pure returns (uint256 units, bool isWell) {
        assembly ("memory-safe") {
            let leaf := add(leaves, 0x20)
            // The channel's id, then all of the record but its channel index.
            let buffer := mload(0x40)
            let rest := sub(size, 1)
            let length := add(size, 0x1f)
            isWell := 1
            for {} lt(start, end) {
                start := add(start, size)
            } {
                let word := mload(start)
                let index := byte(0, word)
                let fee := and(shr(232, word), 0xffff)
                isWell := and(isWell, and(lt(index, channels), gt(fee, 0)))
                units := add(units, fee)
                index := add(table, shl(6, index))
                mstore(buffer, mload(index))
                index := add(index, 0x20)
                mstore(index, add(mload(index), fee))
                mcopy(add(buffer, 0x20), add(start, 1), rest)
                mstore(leaf, keccak256(buffer, length))
                leaf := add(leaf, 0x20)
            }
        }
    }

    /// @notice Sums the query sketches of records from `start` to `end`, each of `size` bytes.
    /// @return sum The bytes of a batch's sum.
    function sumSketches(uint256 start, uint256 end, uint256 size) internal pure returns (bytes memory sum) {
        uint256 sketchBytes = size - HEAD_BYTES;
        uint256 blocks = (sketchBytes + 31) / 32;
        sum = new bytes(blocks * BLOCK_BYTES);
        for (uint256 i = 0; i < blocks; ++i) {
            uint256 left = sketchBytes - 32 * i;
            uint256 mask = left < 32 ? ~(type(uint256).max >> (8 * left)) : type(uint256).max;
            _sumBlock(start, end, size, HEAD_BYTES + 32 * i, mask, sum, i);
        }
    }

    /// @dev Two records at a time, so that each lane is read and written once for both.
    // solhint-disable-next-line function-max-lines
    function _sumBlock(
        uint256 start,
        uint256 end,
        uint256 size,
        uint256 offset,
        uint256 mask,
        bytes memory sum,
        uint256 place
    ) private pure {
        assembly ("memory-safe") {
            // Empties the lanes: those with an even number from the right belong to the word 31 - t, the others to 15 - t.
            function empty(to) {
                for {
                    let t := 0
                } lt(t, 0x200) {
                    t := add(t, 0x20)
                } {
                    let lane := mload(add(LANES, t))
                    let word := sub(add(to, 0x3e0), t)
                    mstore(word, add(mload(word), and(lane, LOW_LANES)))
                    word := sub(word, 0x200)
                    mstore(word, add(mload(word), and(shr(16, lane), LOW_LANES)))
                }
                calldatacopy(LANES, calldatasize(), 0x200)
            }

            let to := add(add(sum, 0x20), mul(place, BLOCK_BYTES))
            calldatacopy(LANES, calldatasize(), 0x200)
            let weight := 0
            let bits := LANE_BITS
            for {} lt(start, end) {} {
                let v := and(shr(232, mload(start)), MAX_LANE)
                let x := and(mload(add(start, offset)), mask)
                start := add(start, size)
                let w := mul(and(shr(232, mload(start)), MAX_LANE), lt(start, end))
                if gt(add(v, w), MAX_LANE) {
                    w := 0
                }
                let y := and(mload(add(start, offset)), mask)
                start := add(start, mul(size, gt(w, 0)))
                weight := add(weight, add(v, w))
                if gt(weight, MAX_LANE) {
                    empty(to)
                    weight := add(v, w)
                }
                mstore(0x1000, add(mload(0x1000), add(mul(and(x, bits), v), mul(and(y, bits), w))))
                mstore(0x1020, add(mload(0x1020), add(mul(and(shr(1, x), bits), v), mul(and(shr(1, y), bits), w))))
                mstore(0x1040, add(mload(0x1040), add(mul(and(shr(2, x), bits), v), mul(and(shr(2, y), bits), w))))
                mstore(0x1060, add(mload(0x1060), add(mul(and(shr(3, x), bits), v), mul(and(shr(3, y), bits), w))))
                mstore(0x1080, add(mload(0x1080), add(mul(and(shr(4, x), bits), v), mul(and(shr(4, y), bits), w))))
                mstore(0x10a0, add(mload(0x10a0), add(mul(and(shr(5, x), bits), v), mul(and(shr(5, y), bits), w))))
                mstore(0x10c0, add(mload(0x10c0), add(mul(and(shr(6, x), bits), v), mul(and(shr(6, y), bits), w))))
                mstore(0x10e0, add(mload(0x10e0), add(mul(and(shr(7, x), bits), v), mul(and(shr(7, y), bits), w))))
                mstore(0x1100, add(mload(0x1100), add(mul(and(shr(8, x), bits), v), mul(and(shr(8, y), bits), w))))
                mstore(0x1120, add(mload(0x1120), add(mul(and(shr(9, x), bits), v), mul(and(shr(9, y), bits), w))))
                mstore(0x1140, add(mload(0x1140), add(mul(and(shr(10, x), bits), v), mul(and(shr(10, y), bits), w))))
                mstore(0x1160, add(mload(0x1160), add(mul(and(shr(11, x), bits), v), mul(and(shr(11, y), bits), w))))
                mstore(0x1180, add(mload(0x1180), add(mul(and(shr(12, x), bits), v), mul(and(shr(12, y), bits), w))))
                mstore(0x11a0, add(mload(0x11a0), add(mul(and(shr(13, x), bits), v), mul(and(shr(13, y), bits), w))))
                mstore(0x11c0, add(mload(0x11c0), add(mul(and(shr(14, x), bits), v), mul(and(shr(14, y), bits), w))))
                mstore(0x11e0, add(mload(0x11e0), add(mul(and(shr(15, x), bits), v), mul(and(shr(15, y), bits), w))))
            }
            empty(to)
        }
    }
}
