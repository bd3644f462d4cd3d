// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {InfluenceEntry, InfluenceLeaf} from "../../../contracts/libraries/InfluenceLeaf.sol";
import {Scoring} from "../../../contracts/libraries/Scoring.sol";

/// @notice Opens the scoring libraries, and OpenZeppelin's Merkle proofs, to the vectors that TypeScript writes.
contract ScoringHarness {
    function dot(bytes calldata a, bytes calldata b) external pure returns (int256) {
        return Scoring.dot(a, b);
    }

    function fixedNorm(bytes calldata row) external pure returns (uint256) {
        return Scoring.fixedNorm(row);
    }

    function score(bytes calldata query, bytes calldata row) external pure returns (uint64) {
        return Scoring.score(query, row);
    }

    function isDuplicate(bytes calldata a, bytes calldata b) external pure returns (bool) {
        return Scoring.isDuplicate(a, b);
    }

    function weights(uint64[] calldata scores) external pure returns (uint16[] memory) {
        return Scoring.weights(scores);
    }

    function codes(bytes calldata sketch) external pure returns (int8[] memory unpacked) {
        unpacked = new int8[](sketch.length * 2);
        for (uint256 d = 0; d < unpacked.length; ++d) {
            unpacked[d] = int8(Scoring.codeAt(sketch, d));
        }
    }

    function leafOf(InfluenceEntry calldata entry) external pure returns (bytes32) {
        return InfluenceLeaf.leafOf(entry);
    }

    function itemLeafOf(bytes32 itemHash) external pure returns (bytes32) {
        return InfluenceLeaf.itemLeafOf(itemHash);
    }

    function itemHashOf(bytes32 salt, bytes calldata content) external pure returns (bytes32) {
        return keccak256(abi.encodePacked(salt, content));
    }

    function contributionId(
        uint32 dataset,
        uint32 contributor,
        bytes32 itemsRoot,
        uint32 itemCount
    ) external pure returns (bytes32) {
        return keccak256(abi.encode(dataset, contributor, itemsRoot, itemCount));
    }

    /// @notice Whether every proof leads from its leaf to the root.
    function verify(bytes32 root, bytes32[] calldata leaves, bytes32[][] calldata proofs) external pure returns (bool) {
        for (uint256 i = 0; i < leaves.length; ++i) {
            if (!MerkleProof.verify(proofs[i], root, leaves[i])) return false;
        }
        return leaves.length == proofs.length;
    }
}
