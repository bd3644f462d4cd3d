// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Bond} from "../../../contracts/interfaces/IBonds.sol";
import {AccountId, BatchId, bondOf, ModelId} from "../../../contracts/types/Ids.sol";
import {BatchHeader, RecordProof} from "../../../contracts/types/Records.sol";
import {Market} from "./Market.sol";
import {PlainTree} from "./PlainTree.sol";

/// @notice A recorded batch as whoever reads its event knows it.
struct Recorded {
    BatchHeader header;
    bytes[] records;
}

/// @notice A market whose batches are kept, so that their records can be shown again.
abstract contract Recordings is Market {
    function recordAll(bytes[] memory records) internal returns (Recorded memory recorded) {
        return recordAll(model, records);
    }

    function recordAll(ModelId served, bytes[] memory records) internal returns (Recorded memory recorded) {
        bytes memory joined;
        for (uint256 i = 0; i < records.length; ++i) joined = bytes.concat(joined, records[i]);
        vm.prank(operator);
        BatchId batch = ledger.recordBatch(served, joined);
        recorded.records = records;
        recorded.header = BatchHeader({
            batch: batch,
            model: served,
            operator: operatorAccount,
            epoch: ledger.currentEpoch(),
            count: uint32(records.length),
            treasuryBps: ledger.treasuryBps(),
            root: PlainTree.rootOf(leavesOf(records))
        });
    }

    function recordOne(bytes memory packed) internal returns (RecordProof memory) {
        bytes[] memory records = new bytes[](1);
        records[0] = packed;
        return proofOf(recordAll(records), 0);
    }

    function proofOf(Recorded memory recorded, uint256 index) internal pure returns (RecordProof memory) {
        return
            RecordProof({
                header: recorded.header,
                index: index,
                record: recorded.records[index],
                path: PlainTree.pathOf(leavesOf(recorded.records), index)
            });
    }

    function leavesOf(bytes[] memory records) internal pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](records.length);
        for (uint256 i = 0; i < leaves.length; ++i) leaves[i] = keccak256(abi.encode(i, keccak256(records[i])));
    }

    /// @dev Every account's earnings, the payers' tabs and what bonds answer for: all that a struck record has to restore.
    function books() internal view returns (bytes memory written) {
        for (uint32 i = 1; i <= accounts.accountCount(); ++i) {
            (uint64 matured, uint64 pending) = ledger.earningsOf(AccountId.wrap(i));
            written = abi.encodePacked(written, matured, pending);
        }
        for (uint256 i = 0; i < payers.length; ++i) {
            written = abi.encodePacked(written, ledger.tabOf(payers[i], operatorAccount).balanceGwei);
        }
        Bond memory ofOperator = ledger.bondStateOf(bondOf(operatorAccount));
        Bond memory ofModel = ledger.bondStateOf(bondOf(model));
        return abi.encodePacked(written, ofOperator.exposureGwei, ofModel.exposureGwei);
    }

    function maturedOf(AccountId account) internal view returns (uint64 matured) {
        (matured, ) = ledger.earningsOf(account);
    }

    function pendingOf(AccountId account) internal view returns (uint64 pending) {
        (, pending) = ledger.earningsOf(account);
    }
}
