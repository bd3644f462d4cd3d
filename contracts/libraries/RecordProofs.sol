// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {BatchHeader, RecordProof} from "../types/Records.sol";
import {AccountId} from "../types/Ids.sol";
import {BatchReader} from "./BatchReader.sol";

/// @title RecordProofs
/// @notice Shows an inference to be recorded, and reads its bytes (docs/protocol.md, "Record"). What the Ledger recorded is
/// well formed, so nothing is checked twice: read no record before it is shown to be recorded.
library RecordProofs {
    /// @notice What the Ledger stores of a batch.
    function commitmentOf(BatchHeader calldata header) internal pure returns (bytes32) {
        return
            keccak256(
                abi.encode(header.model, header.operator, header.epoch, header.count, header.treasuryBps, header.root)
            );
    }

    /// @notice Whether `call` is one of the records behind a batch's stored commitment.
    /// @dev A leaf is as long as an inner node's two children, so without the count an inner node could pass for the leaf of a
    /// record whose index is a hash.
    function isRecorded(RecordProof calldata call, bytes32 commitment) internal pure returns (bool) {
        if (call.index >= call.header.count || commitmentOf(call.header) != commitment) return false;
        bytes32 leaf = keccak256(abi.encodePacked(call.index, keccak256(call.record)));
        return MerkleProof.verifyCalldata(call.path, call.header.root, leaf);
    }

    function payerOf(bytes calldata record) internal pure returns (AccountId) {
        return AccountId.wrap(uint32(bytes4(record[32:36])));
    }

    function feeOf(bytes calldata record) internal pure returns (uint64 feeGwei) {
        return uint64(bytes8(record[36:44]));
    }

    function rowCountOf(bytes calldata record) internal pure returns (uint256) {
        return uint8(record[44]);
    }

    function rowAt(
        bytes calldata record,
        uint256 place
    ) internal pure returns (uint32 row, AccountId account, uint16 weight) {
        uint256 start = BatchReader.HEAD_BYTES + place * BatchReader.ROW_BYTES;
        uint80 word = uint80(bytes10(record[start:start + BatchReader.ROW_BYTES]));
        return (uint32(word >> 48), AccountId.wrap(uint32(word >> 16)), uint16(word));
    }

    /// @notice The sketch of the query.
    function sketchOf(bytes calldata record) internal pure returns (bytes calldata) {
        return record[BatchReader.HEAD_BYTES + rowCountOf(record) * BatchReader.ROW_BYTES:];
    }
}
