// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccountId, ChannelId, ModelId, modelOf, operatorOf} from "../types/Ids.sol";
import {BatchHeader, Record, RecordProof} from "../types/Records.sol";
import {OrderedTree} from "./OrderedTree.sol";

/// @title Records
/// @notice Shows an inference to be recorded (docs/protocol.md, "Records and batches").
library Records {
    /// @notice Header, place, record and path do not lead to what the Ledger committed to.
    error Records_NotRecorded(BatchHeader header, uint256 index);

    /// @notice What the Ledger stores of a batch.
    function commitmentOf(BatchHeader memory header) internal pure returns (bytes32) {
        return
            keccak256(
                abi.encode(
                    header.book,
                    header.number,
                    header.recordedIn,
                    header.count,
                    header.units,
                    header.root,
                    header.sumHash
                )
            );
    }

    /// @notice The channel of a payer at an operator of a model.
    function channelOf(
        AccountId payer,
        AccountId operator,
        ModelId model,
        uint32 salt
    ) internal pure returns (ChannelId) {
        uint256 word =
            (uint256(AccountId.unwrap(payer)) << 224) |
                (uint256(AccountId.unwrap(operator)) << 192) |
                (uint256(ModelId.unwrap(model)) << 160) |
                (uint256(salt) << 128);
        bytes32 channel;
        assembly ("memory-safe") {
            mstore(0x00, word)
            channel := keccak256(0x00, 0x10)
        }
        return ChannelId.wrap(channel);
    }

    /// @notice The leaf of a record of `model` at `operator`, which is what a receipt calls its `recordHash`.
    function leafOf(Record calldata record, ModelId model, AccountId operator) internal pure returns (bytes32) {
        ChannelId channel = channelOf(record.payer, operator, model, record.salt);
        return keccak256(abi.encodePacked(channel, record.feeUnits, record.commitment, record.sketch));
    }

    function leafOf(RecordProof calldata call) internal pure returns (bytes32) {
        return leafOf(call.record, modelOf(call.header.book), operatorOf(call.header.book));
    }

    /// @notice What stands in the place of a record's leaf once it is voided or set aside.
    function voidedLeaf(bytes32 leaf) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0), leaf));
    }

    /// @notice Whether `leaf` is in the place that `call` names, in the batch with that commitment.
    function stands(RecordProof calldata call, bytes32 leaf, bytes32 commitment) internal pure returns (bool) {
        bytes32 root = OrderedTree.rootOf(leaf, call.index, call.header.count, call.path);
        return root == call.header.root && commitmentOf(call.header) == commitment;
    }

    /// @notice Reverts unless `leaf` is there.
    function requireLeaf(RecordProof calldata call, bytes32 leaf, bytes32 commitment) internal pure {
        require(stands(call, leaf, commitment), Records_NotRecorded(call.header, call.index));
    }
}
