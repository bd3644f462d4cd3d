// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RecordProofs} from "../../../contracts/libraries/RecordProofs.sol";
import {AccountId, BatchId, ModelId} from "../../../contracts/types/Ids.sol";
import {BatchHeader, RecordProof} from "../../../contracts/types/Records.sol";
import {Test} from "../harness/Test.sol";

contract RecordProofsHarness {
    function isRecorded(RecordProof calldata call, bytes32 commitment) external pure returns (bool) {
        return RecordProofs.isRecorded(call, commitment);
    }

    function commitmentOf(BatchHeader calldata header) external pure returns (bytes32) {
        return RecordProofs.commitmentOf(header);
    }

    function headOf(bytes calldata record) external pure returns (AccountId payer, uint64 feeGwei, uint256 rows) {
        return (RecordProofs.payerOf(record), RecordProofs.feeOf(record), RecordProofs.rowCountOf(record));
    }

    function rowAt(bytes calldata record, uint256 place) external pure returns (uint32, AccountId, uint16) {
        return RecordProofs.rowAt(record, place);
    }

    function sketchOf(bytes calldata record) external pure returns (bytes memory) {
        return RecordProofs.sketchOf(record);
    }
}

contract RecordProofsTest is Test {
    RecordProofsHarness private proofs = new RecordProofsHarness();
    bytes private first = hex"aa";
    bytes private second = hex"bb";

    function test_GivenARecordOfTheBatch_ItIsRecordedAtItsPlaceOnly() public view {
        RecordProof memory call = proofOf(0);
        bytes32 commitment = proofs.commitmentOf(call.header);
        vm.assertTrue(proofs.isRecorded(call, commitment));
        vm.assertTrue(proofs.isRecorded(proofOf(1), commitment));

        call.index = 1;
        vm.assertFalse(proofs.isRecorded(call, commitment));
    }

    function test_GivenAnotherHeader_NothingIsRecorded() public view {
        RecordProof memory call = proofOf(0);
        bytes32 commitment = proofs.commitmentOf(call.header);
        call.header.treasuryBps += 1;
        vm.assertFalse(proofs.isRecorded(call, commitment));
        vm.assertFalse(proofs.isRecorded(call, 0));
    }

    /// @dev A root's two children are as long as an index and the hash of a record.
    function test_GivenAnInnerNode_ItCannotPassForARecord() public view {
        RecordProof memory call = proofOf(0);
        bytes32 commitment = proofs.commitmentOf(call.header);
        (bytes32 a, bytes32 b) = (leafOf(0, first), leafOf(1, second));
        (call.index, call.record) =
            a < b ? (uint256(a), abi.encode(1, keccak256(second))) : (uint256(b), abi.encode(0, keccak256(first)));
        call.path = new bytes32[](0);

        vm.assertEq(leafOf(call.index, call.record), call.header.root);
        vm.assertFalse(proofs.isRecorded(call, commitment));
    }

    function test_ARecordsFieldsAreReadWhereTheyStand() public view {
        bytes memory rows = abi.encodePacked(uint32(7), uint32(8), uint16(9), uint32(10), uint32(11), uint16(12));
        bytes memory record = abi.encodePacked(keccak256("call"), uint32(5), uint64(6), uint8(2), rows, hex"123456");
        (AccountId payer, uint64 feeGwei, uint256 count) = proofs.headOf(record);
        vm.assertEq(abi.encode(payer, feeGwei, count), abi.encode(5, 6, 2));
        (uint32 row, AccountId account, uint16 weight) = proofs.rowAt(record, 1);
        vm.assertEq(abi.encode(row, account, weight), abi.encode(10, 11, 12));
        vm.assertEq(proofs.sketchOf(record), hex"123456");
    }

    function proofOf(uint256 index) private view returns (RecordProof memory call) {
        (bytes32 a, bytes32 b) = (leafOf(0, first), leafOf(1, second));
        call.header = BatchHeader({
            batch: BatchId.wrap(1),
            model: ModelId.wrap(2),
            operator: AccountId.wrap(3),
            epoch: 4,
            count: 2,
            treasuryBps: 200,
            root: a < b ? keccak256(abi.encode(a, b)) : keccak256(abi.encode(b, a))
        });
        call.index = index;
        call.record = index == 0 ? first : second;
        call.path = new bytes32[](1);
        call.path[0] = index == 0 ? b : a;
    }

    function leafOf(uint256 index, bytes memory record) private pure returns (bytes32) {
        return keccak256(abi.encode(index, keccak256(record)));
    }
}
