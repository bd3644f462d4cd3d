// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ContributionId} from "../types/Ids.sol";

/// @notice A row that can be credited, as it stands in a model's influence index.
/// @param row The row's number in the model.
/// @param contribution The contribution that holds its item.
/// @param itemHash `keccak256(salt ‖ content)` of the item.
/// @param sketch The row's codes, two a byte.
struct InfluenceEntry {
    uint32 row;
    ContributionId contribution;
    bytes32 itemHash;
    bytes sketch;
}

/// @title InfluenceLeaf
/// @notice The hashes that tie a credited row to its model and to its contributor (docs/protocol.md, "Merkle trees").
library InfluenceLeaf {
    /// @notice The leaf of an entry in its model's influence index. An entry is longer than 64 bytes, so no inner node of
    /// the tree can pass for one.
    function leafOf(InfluenceEntry calldata entry) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(entry.row, entry.contribution, entry.itemHash, entry.sketch));
    }

    /// @notice The leaf of an item in its contribution: hashed once more, so that no inner node can pass for an item.
    function itemLeafOf(bytes32 itemHash) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(itemHash));
    }
}
