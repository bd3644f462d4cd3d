// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {FastScoring} from "../../../contracts/libraries/FastScoring.sol";
import {IndexEntries} from "../../../contracts/libraries/IndexEntries.sol";
import {Multiproof} from "../../../contracts/libraries/Multiproof.sol";
import {Scoring} from "../../../contracts/libraries/Scoring.sol";
import {IndexProof} from "../../../contracts/types/Records.sol";
import {ContributionId} from "../../../contracts/types/Ids.sol";
import {PlainMultiproof} from "./PlainMultiproof.sol";

struct PlainEntry {
    uint32 row;
    uint32 next;
    ContributionId contribution;
    bytes32 itemHash;
    bytes sketch;
}

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

    function fastDot(bytes calldata a, bytes calldata b) external pure returns (int256) {
        return FastScoring.dot(a, b);
    }

    function fastNorm(bytes calldata row) external pure returns (uint256) {
        return FastScoring.fixedNorm(row);
    }

    function fastScore(bytes calldata query, bytes calldata row) external pure returns (uint64) {
        return FastScoring.score(query, row);
    }

    function fastDuplicate(bytes calldata a, bytes calldata b) external pure returns (bool) {
        return FastScoring.isDuplicate(a, b);
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

    /// @notice Shows entries to stand in an index, and reads them all.
    function open(
        IndexProof calldata proof,
        bytes32 root,
        uint256 sketchBytes
    ) external pure returns (PlainEntry[] memory entries) {
        entries = new PlainEntry[](IndexEntries.open(proof, root, sketchBytes));
        for (uint256 i = 0; i < entries.length; ++i) {
            entries[i] = PlainEntry({
                row: IndexEntries.rowOf(proof.entries, sketchBytes, i),
                next: IndexEntries.nextOf(proof.entries, sketchBytes, i),
                contribution: IndexEntries.contributionOf(proof.entries, sketchBytes, i),
                itemHash: IndexEntries.itemHashOf(proof.entries, sketchBytes, i),
                sketch: IndexEntries.sketchOf(proof.entries, sketchBytes, i)
            });
        }
    }

    function isAbsent(uint32 row, uint32 entryRow, uint32 entryNext) external pure returns (bool) {
        return IndexEntries.isAbsent(row, entryRow, entryNext);
    }

    function itemLeafOf(bytes32 itemHash) external pure returns (bytes32) {
        return IndexEntries.itemLeafOf(itemHash);
    }

    function rootOfMultiproof(
        bytes32[] memory leaves,
        bytes32[] calldata siblings,
        bytes calldata steps
    ) external pure returns (bytes32) {
        return Multiproof.rootOf(leaves, siblings, steps);
    }

    function rootOfPlainMultiproof(
        bytes32[] memory leaves,
        bytes32[] calldata siblings,
        bytes calldata steps
    ) external pure returns (bytes32) {
        return PlainMultiproof.rootOf(leaves, siblings, steps);
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
