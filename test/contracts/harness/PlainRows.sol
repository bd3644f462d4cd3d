// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {PlainTrees} from "./PlainTrees.sol";
import {PlainUnits} from "./PlainUnits.sol";

/// @notice A row of a row index.
/// @param mult Its multiplier, 0 of a dropped one.
/// @param twinUnit Of a dropped row, the unit of the row that it copies.
struct PlainRow {
    bytes32 itemHash;
    uint16 mult;
    int256[] codes;
    uint16 twinUnit;
    uint32 twinIndex;
}

/// @notice Rows and what they make the plain way (docs/protocol.md, "Row index", "Multipliers", "Near-copies").
library PlainRows {
    using PlainUnits for int256[];

    function encode(PlainRow memory row) internal pure returns (bytes memory) {
        bytes memory kept = abi.encodePacked(row.itemHash, row.mult, row.codes.pack());
        return row.mult == 0 ? abi.encodePacked(kept, row.twinUnit, row.twinIndex) : kept;
    }

    function encodeAll(PlainRow[] memory rows, uint256 from, uint256 end) internal pure returns (bytes memory all) {
        all = new bytes((end - from) * (40 + rows[0].codes.length / 2));
        uint256 length = 0;
        for (uint256 r = from; r < end; ++r) {
            bytes memory row = encode(rows[r]);
            assembly ("memory-safe") {
                mcopy(add(add(all, 0x20), length), add(row, 0x20), mload(row))
            }
            length += row.length;
        }
        assembly ("memory-safe") {
            mstore(all, length)
        }
    }

    function leavesOf(PlainRow[] memory rows) internal pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](rows.length);
        for (uint256 r = 0; r < rows.length; ++r) leaves[r] = keccak256(encode(rows[r]));
    }

    function rootOf(PlainRow[] memory rows) internal pure returns (bytes32) {
        return PlainTrees.orderedRoot(leavesOf(rows));
    }

    function keptOf(PlainRow[] memory rows) internal pure returns (uint32 kept) {
        for (uint256 r = 0; r < rows.length; ++r) {
            if (rows[r].mult != 0) ++kept;
        }
    }

    /// @notice `R = Σ mult · code`.
    function sumOf(PlainRow[] memory rows) internal pure returns (int256[] memory sum) {
        sum = new int256[](rows[0].codes.length);
        for (uint256 r = 0; r < rows.length; ++r) {
            if (rows[r].mult == 0) continue;
            for (uint256 d = 0; d < sum.length; ++d) sum[d] += int256(uint256(rows[r].mult)) * rows[r].codes[d];
        }
    }

    /// @notice The multiplier of a row whose help is 1.
    function capOf(int256[] memory codes) internal pure returns (uint256) {
        uint256 square = uint256(codes.dot(codes)) << 32;
        if (square == 0) return 1;
        uint256 norm = 0;
        for (uint256 bit = 1 << 30; bit != 0; bit >>= 1) {
            if ((norm + bit) * (norm + bit) <= square) norm += bit;
        }
        return ((1 << 29) + norm) / (2 * norm);
    }

    /// @notice Whether the cosine of two rows is at least so many hundredths.
    function isClose(int256[] memory a, int256[] memory b, uint256 percent) internal pure returns (bool) {
        int256 product = a.dot(b);
        if (product <= 0) return false;
        return uint256(product * product) * 10_000 >= percent * percent * uint256(a.dot(a)) * uint256(b.dot(b));
    }
}
