// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title RowBytes
/// @notice Reads a row of a row index (docs/protocol.md, "Row index"):
///
///     itemHash bytes32 ‖ mult uint16 ‖ codes k/2 bytes ‖ where mult = 0: unit uint16 ‖ row uint32 of the kept row it copies
library RowBytes {
    uint256 internal constant CODES_AT = 34;
    uint256 private constant TWIN_BYTES = 6;

    /// @notice How long the row at an offset is, zero where the bytes end before.
    function lengthAt(bytes calldata rows, uint256 offset, uint256 dims) internal pure returns (uint256 length) {
        length = CODES_AT + dims / 2;
        if (rows.length < offset + length) return 0;
        if (multOf(rows[offset:]) == 0) length += TWIN_BYTES;
        if (rows.length < offset + length) return 0;
    }

    function itemHashOf(bytes calldata row) internal pure returns (bytes32) {
        return bytes32(row[:32]);
    }

    function multOf(bytes calldata row) internal pure returns (uint16) {
        return uint16(bytes2(row[32:34]));
    }

    /// @notice The codes, in memory, with room behind them for products of 256 codes.
    function codesOf(bytes calldata row, uint256 dims) internal pure returns (uint256 sketch) {
        uint256 length = dims / 2;
        assembly ("memory-safe") {
            sketch := mload(0x40)
            calldatacopy(sketch, add(row.offset, CODES_AT), length)
            mstore(0x40, add(add(sketch, length), 0x80))
        }
    }

    /// @notice The row that a dropped one copies.
    function twinOf(bytes calldata row, uint256 dims) internal pure returns (uint16 unit, uint32 index) {
        uint256 start = CODES_AT + dims / 2;
        return (uint16(bytes2(row[start:start + 2])), uint32(bytes4(row[start + 2:start + 6])));
    }
}
