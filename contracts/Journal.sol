// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IJournal} from "./interfaces/IJournal.sol";

/// @title Journal
/// @notice Keeps the rolling hash that `IJournal` describes.
/// @dev Contracts that inherit this do not use `emit`: `_emit` writes the log and moves the journal in one act, so that
/// the two cannot part. Solidity cannot check such an event against its declaration, so every one has a test that does.
abstract contract Journal is IJournal {
    /// @dev `keccak256(abi.encode(uint256(keccak256("attribution.journal")) - 1)) & ~bytes32(uint256(0xff))`
    uint256 private constant SLOT = 0xb21b1461a96a2279bdc64a85fad3b17a581835a5d1519df9679aff1dec5b8300;

    /// @inheritdoc IJournal
    function journal() external view returns (uint48 count, bytes26 head) {
        uint256 slot = _slot();
        return (uint48(slot), bytes26(bytes32(slot)));
    }

    /// @dev What `count` will be once the next event is written: the moment that the event itself may speak of.
    function _nextCount() internal view returns (uint48) {
        return uint48(_slot()) + 1;
    }

    /// @dev Emits an event whose first `topicCount` words of `words` (1 to 4, the event's selector first) are its topics
    /// and the rest its data, and moves the journal by it.
    function _emit(uint256 topicCount, bytes memory words) internal {
        _note(words);
        assembly ("memory-safe") {
            let topics := add(words, 0x20)
            let topicBytes := shl(5, topicCount)
            let data := add(topics, topicBytes)
            let size := sub(mload(words), topicBytes)

            switch topicCount
            case 1 {
                log1(data, size, mload(topics))
            }
            case 2 {
                log2(data, size, mload(topics), mload(add(topics, 0x20)))
            }
            case 3 {
                log3(data, size, mload(topics), mload(add(topics, 0x20)), mload(add(topics, 0x40)))
            }
            default {
                log4(
                    data,
                    size,
                    mload(topics),
                    mload(add(topics, 0x20)),
                    mload(add(topics, 0x40)),
                    mload(add(topics, 0x60))
                )
            }
        }
    }

    /// @dev Moves the journal by an event that a library emits itself.
    function _note(bytes memory words) internal {
        assembly ("memory-safe") {
            let slot := sload(SLOT)
            mstore(0x00, slot)
            mstore(0x20, keccak256(add(words, 0x20), mload(words)))
            let count := add(and(slot, 0xffffffffffff), 1)
            sstore(SLOT, or(shl(48, shr(48, keccak256(0x00, 0x40))), count))
        }
    }

    function _slot() private view returns (uint256 slot) {
        assembly ("memory-safe") {
            slot := sload(SLOT)
        }
    }
}
