// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ContributionId} from "../types/Ids.sol";
import {IndexProof} from "../types/Records.sol";
import {Multiproof} from "./Multiproof.sol";

/// @title IndexEntries
/// @notice Shows entries to stand in a model's influence index, and reads them (docs/protocol.md, "Influence index file"):
///
///     row uint32 ‖ next uint32 ‖ contribution bytes32 ‖ itemHash bytes32 ‖ sketch k/2 bytes
///
/// @dev Read no entry before `open` has counted it: reading does not ask whether there are so many.
library IndexEntries {
    uint256 internal constant HEAD_BYTES = 72;

    /// @notice The bytes of entries with sketches of that length are no whole number of them, or none.
    error Index_EntriesMalformed(uint256 length, uint256 sketchBytes);
    /// @notice The entries lead to this root, not to the one asked for.
    error Index_WrongRoot(bytes32 found, bytes32 root);

    /// @notice Checks that entries stand under an index's root, and counts them. They come in the order in which the proof
    /// takes them: an honest index gives them ascending by row, but its owner may have put its leaves in any order.
    function open(IndexProof calldata proof, bytes32 root, uint256 sketchBytes) internal pure returns (uint256 count) {
        bytes calldata entries = proof.entries;
        uint256 size = HEAD_BYTES + sketchBytes;
        count = entries.length / size;
        require(count > 0 && count * size == entries.length, Index_EntriesMalformed(entries.length, sketchBytes));
        bytes32[] memory leaves = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) leaves[i] = keccak256(entries[i * size:(i + 1) * size]);
        bytes32 found = Multiproof.rootOf(leaves, proof.siblings, proof.steps);
        require(found == root, Index_WrongRoot(found, root));
    }

    /// @notice The row that an entry is about.
    function rowOf(bytes calldata entries, uint256 sketchBytes, uint256 i) internal pure returns (uint32) {
        return uint32(uint256(wordAt(entries, sketchBytes, i, 0)) >> 224);
    }

    /// @notice The row of the entry after it, and of the first one for the last.
    function nextOf(bytes calldata entries, uint256 sketchBytes, uint256 i) internal pure returns (uint32) {
        return uint32(uint256(wordAt(entries, sketchBytes, i, 0)) >> 192);
    }

    /// @notice The contribution that holds the row's item.
    function contributionOf(
        bytes calldata entries,
        uint256 sketchBytes,
        uint256 i
    ) internal pure returns (ContributionId) {
        return ContributionId.wrap(wordAt(entries, sketchBytes, i, 8));
    }

    /// @notice `keccak256(salt ‖ content)` of the row's item.
    function itemHashOf(bytes calldata entries, uint256 sketchBytes, uint256 i) internal pure returns (bytes32) {
        return wordAt(entries, sketchBytes, i, 40);
    }

    /// @notice The row's codes, two a byte.
    function sketchOf(bytes calldata entries, uint256 sketchBytes, uint256 i) internal pure returns (bytes calldata) {
        uint256 end = (i + 1) * (HEAD_BYTES + sketchBytes);
        return entries[end - sketchBytes:end];
    }

    /// @notice The leaf of an item in its contribution: hashed once more, so that no inner node can pass for an item.
    function itemLeafOf(bytes32 itemHash) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(itemHash));
    }

    /// @notice Whether an entry, by naming the one that follows it, shows that a row has none. The last entry is followed
    /// by the first.
    function isAbsent(uint32 row, uint32 entryRow, uint32 entryNext) internal pure returns (bool) {
        bool after_ = row > entryRow;
        bool before = row < entryNext;
        return entryRow < entryNext ? after_ && before : after_ || before;
    }

    /// @dev 32 bytes of an entry from an offset within its head, so they never leave it.
    function wordAt(
        bytes calldata entries,
        uint256 sketchBytes,
        uint256 i,
        uint256 offset
    ) private pure returns (bytes32 word) {
        assembly ("memory-safe") {
            word := calldataload(add(entries.offset, add(mul(i, add(HEAD_BYTES, sketchBytes)), offset)))
        }
    }
}
