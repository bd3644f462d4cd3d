// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Draft} from "../interfaces/IFineTunes.sol";
import {CodeData} from "../libraries/CodeData.sol";
import {AccountId, VersionId} from "../types/Ids.sol";
import {UnitPages} from "./UnitPages.sol";

/// @notice Where in memory the sheet of a registered fine-tune lies: what stands beside its units, as one contract's code.
///
///     indexRoot 32 ‖ totalHash 32 ‖ floorNorm 8 ‖ fixedTotal 16 ‖ keptRows 4 ‖ maxPeak 4 ‖ registeredIn 5 ‖ units 2 ‖ versions 1 ‖
///     chunks 1 ‖ joints 2 ‖ versions × 8 ‖ chunks × (pointer 20 ‖ firstUnit 2 ‖ units 2 ‖ firstMember 4 ‖ members 4) ‖
///     joints × (unit 2 ‖ firstMember 4 ‖ members 4)
type Sheet is uint256;

/// @title Sheets
/// @notice Writes sheets and reads them, and with them the units and members that they point to.
library Sheets {
    uint256 private constant FIXED_BYTES = 107;

    function write(
        Draft memory draft,
        VersionId[] calldata versions_,
        bytes32 indexRoot_,
        bytes32 totalHash_,
        uint64 floorNorm_
    ) internal returns (address) {
        bytes memory named;
        for (uint256 i = 0; i < versions_.length; ++i) named = abi.encodePacked(named, versions_[i]);
        bytes memory head = abi.encodePacked(
            indexRoot_,
            totalHash_,
            floorNorm_,
            draft.fixedTotal,
            draft.keptRows,
            draft.maxPeak,
            uint40(block.number),
            draft.unitCount
        );
        bytes memory counts = abi.encodePacked(
            uint8(versions_.length),
            uint8(draft.chunks.length / UnitPages.CHUNK_BYTES),
            uint16(draft.joints.length / UnitPages.JOINT_BYTES)
        );
        return CodeData.write(abi.encodePacked(head, counts, named, draft.chunks, draft.joints));
    }

    function read(address pointer) internal view returns (Sheet sheet) {
        bytes memory data = CodeData.read(pointer, 0x20);
        assembly ("memory-safe") {
            sheet := add(data, 0x20)
        }
    }

    function indexRoot(Sheet sheet) internal pure returns (bytes32) {
        return bytes32(_at(sheet, 0, 32));
    }

    function totalHash(Sheet sheet) internal pure returns (bytes32) {
        return bytes32(_at(sheet, 32, 32));
    }

    function floorNorm(Sheet sheet) internal pure returns (uint64) {
        return uint64(_at(sheet, 64, 8));
    }

    function fixedTotal(Sheet sheet) internal pure returns (uint128) {
        return uint128(_at(sheet, 72, 16));
    }

    function keptRows(Sheet sheet) internal pure returns (uint32) {
        return uint32(_at(sheet, 88, 4));
    }

    function maxPeak(Sheet sheet) internal pure returns (uint32) {
        return uint32(_at(sheet, 92, 4));
    }

    function registeredIn(Sheet sheet) internal pure returns (uint40) {
        return uint40(_at(sheet, 96, 5));
    }

    function unitCount(Sheet sheet) internal pure returns (uint16) {
        return uint16(_at(sheet, 101, 2));
    }

    function versions(Sheet sheet) internal pure returns (VersionId[] memory list) {
        list = new VersionId[](_at(sheet, 103, 1));
        for (uint256 i = 0; i < list.length; ++i) list[i] = VersionId.wrap(uint64(_at(sheet, FIXED_BYTES + 8 * i, 8)));
    }

    /// @notice Units from `first`, `count` of them, as they are kept, in one piece of memory.
    function units(Sheet sheet, uint256 dims, uint256 first, uint256 count) internal view returns (bytes memory data) {
        uint256 size = UnitPages.unitBytes(dims);
        // Products read up to 128 bytes from the beginning of the last sketch.
        data = new bytes(count * size + 0x80);
        uint256 to;
        assembly ("memory-safe") {
            to := add(data, 0x20)
        }
        uint256 chunk = _chunks(sheet);
        for (uint256 left = _at(sheet, 104, 1); left != 0; --left) {
            to = _copyUnits(sheet, chunk, size, first, first + count, to);
            chunk += UnitPages.CHUNK_BYTES;
        }
    }

    /// @notice A member of a joint unit; zero where there is none.
    function member(Sheet sheet, uint256 unit, uint256 number) internal view returns (AccountId account, uint32 kept) {
        uint256 joint = _chunks(sheet) + _at(sheet, 104, 1) * UnitPages.CHUNK_BYTES;
        for (uint256 left = _at(sheet, 105, 2); left != 0; --left) {
            if (_at(sheet, joint, 2) == unit) {
                if (number >= _at(sheet, joint + 6, 4)) break;
                return _memberAt(sheet, _at(sheet, joint + 2, 4) + number);
            }
            joint += UnitPages.JOINT_BYTES;
        }
        return (AccountId.wrap(0), 0);
    }

    function _memberAt(Sheet sheet, uint256 number) private view returns (AccountId account, uint32 kept) {
        uint256 chunk = _chunks(sheet);
        for (; ; chunk += UnitPages.CHUNK_BYTES) {
            uint256 first = _at(sheet, chunk + 24, 4);
            if (number < first + _at(sheet, chunk + 28, 4)) {
                bytes memory data = CodeData.read(
                    address(uint160(_at(sheet, chunk, 20))),
                    (number - first) * UnitPages.MEMBER_BYTES,
                    UnitPages.MEMBER_BYTES,
                    0x20
                );
                uint256 word = uint256(bytes32(data));
                return (AccountId.wrap(uint32(word >> 224)), uint16(word >> 208));
            }
        }
    }

    /// @dev Copies those of a chunk's units that lie from `first` to `end`.
    /// @return Memory address behind them.
    function _copyUnits(
        Sheet sheet,
        uint256 chunk,
        uint256 size,
        uint256 first,
        uint256 end,
        uint256 to
    ) private view returns (uint256) {
        uint256 from = _at(sheet, chunk + 20, 2);
        uint256 behind = from + _at(sheet, chunk + 22, 2);
        if (first < from) first = from;
        if (end > behind) end = behind;
        if (first >= end) return to;
        uint256 pointer = _at(sheet, chunk, 20);
        uint256 offset = 1 + _at(sheet, chunk + 28, 4) * UnitPages.MEMBER_BYTES + (first - from) * size;
        uint256 length = (end - first) * size;
        assembly ("memory-safe") {
            extcodecopy(pointer, to, offset, length)
        }
        return to + length;
    }

    function _chunks(Sheet sheet) private pure returns (uint256) {
        return FIXED_BYTES + 8 * _at(sheet, 103, 1);
    }

    /// @dev An integer of some bytes at an offset.
    function _at(Sheet sheet, uint256 offset, uint256 size) private pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := shr(sub(256, shl(3, size)), mload(add(sheet, offset)))
        }
    }
}
