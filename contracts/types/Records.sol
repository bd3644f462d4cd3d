// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccountId, BatchId, ModelId} from "./Ids.sol";

/// @notice What the Ledger commits to when it records a batch: `keccak256(abi.encode(model, operator, epoch, count,
/// treasuryBps, root))`. All of it stands in the batch's event.
/// @param epoch When it was recorded.
/// @param count How many records it holds.
/// @param treasuryBps The treasury's share of its fees.
/// @param root Merkle root over its records.
struct BatchHeader {
    BatchId batch;
    ModelId model;
    AccountId operator;
    uint32 epoch;
    uint32 count;
    uint16 treasuryBps;
    bytes32 root;
}

/// @notice A recorded inference, and the way that shows it to be recorded.
/// @param index Which record of the batch it is, counting from 0.
/// @param record Its bytes (docs/protocol.md, "Record").
/// @param path Siblings on the way from `keccak256(uint256 index ‖ keccak256(record))` to the batch's root.
struct RecordProof {
    BatchHeader header;
    uint256 index;
    bytes record;
    bytes32[] path;
}

/// @notice Entries of a model's influence index, and the way that shows them to be in it (docs/protocol.md, "Merkle proofs").
/// @param entries Their bytes one after the other, ascending by row.
/// @param siblings Nodes of the tree that the entries do not give.
/// @param steps How entries and siblings make the root.
struct IndexProof {
    bytes entries;
    bytes32[] siblings;
    bytes steps;
}
