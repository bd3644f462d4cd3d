// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title CodeData
/// @notice Keeps bytes as a contract's code: 200 gas a byte to write, and 2,600 in all to read, where storage takes 690 and 66
/// a byte. A first zero byte (STOP) makes sure that the code does nothing when called.
library CodeData {
    /// @dev What a contract may have (EIP-170), less the first byte.
    uint256 internal constant MAX_BYTES = 24_575;

    /// @notice A page of a registration does not fit one contract's code; send fewer units a page.
    error CodeData_TooLong(uint256 length, uint256 max);
    /// @notice There was too little gas to keep so many bytes.
    error CodeData_NotWritten(uint256 length);

    /// @notice Writes `data`, whose memory must have eleven free bytes and one more before its first byte: those of its length word.
    /// The length word is restored.
    function write(bytes memory data) internal returns (address pointer) {
        uint256 length = data.length;
        require(length <= MAX_BYTES, CodeData_TooLong(length, MAX_BYTES));
        assembly ("memory-safe") {
            // CODECOPY and RETURN all that follows these eleven bytes, beginning with STOP.
            mstore(data, 0x600b5981380380925939f300)
            pointer := create(0, add(data, 0x14), add(length, 12))
            mstore(data, length)
        }
        // What is created runs no code of its own, so it fails only where gas is short.
        require(pointer != address(0), CodeData_NotWritten(length));
    }

    /// @notice All bytes of `pointer`, followed by at least `padding` bytes that hold anything.
    function read(address pointer, uint256 padding) internal view returns (bytes memory data) {
        assembly ("memory-safe") {
            data := mload(0x40)
            let length := sub(extcodesize(pointer), 1)
            mstore(data, length)
            extcodecopy(pointer, add(data, 0x20), 1, length)
            mstore(0x40, and(add(add(data, add(length, padding)), 0x3f), not(0x1f)))
        }
    }

    /// @notice `length` bytes of `pointer` from `offset`, followed by at least `padding` bytes that hold anything.
    function read(
        address pointer,
        uint256 offset,
        uint256 length,
        uint256 padding
    ) internal view returns (bytes memory data) {
        assembly ("memory-safe") {
            data := mload(0x40)
            mstore(data, length)
            extcodecopy(pointer, add(data, 0x20), add(offset, 1), length)
            mstore(0x40, and(add(add(data, add(length, padding)), 0x3f), not(0x1f)))
        }
    }
}
