// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IndexEntries} from "../../../contracts/libraries/IndexEntries.sol";
import {ContributionId} from "../../../contracts/types/Ids.sol";
import {IndexProof} from "../../../contracts/types/Records.sol";
import {Test} from "../harness/Test.sol";

contract IndexEntriesTest is Test {
    uint256 private constant SKETCH_BYTES = 32;
    bytes32 private constant SIBLING = keccak256("sibling");

    function open(IndexProof calldata proof, bytes32 root, uint256 sketchBytes) external pure returns (uint256) {
        return IndexEntries.open(proof, root, sketchBytes);
    }

    function read(
        bytes calldata entries,
        uint256 i
    ) external pure returns (uint32, uint32, ContributionId, bytes32, bytes memory) {
        return (
            IndexEntries.rowOf(entries, SKETCH_BYTES, i),
            IndexEntries.nextOf(entries, SKETCH_BYTES, i),
            IndexEntries.contributionOf(entries, SKETCH_BYTES, i),
            IndexEntries.itemHashOf(entries, SKETCH_BYTES, i),
            IndexEntries.sketchOf(entries, SKETCH_BYTES, i)
        );
    }

    function test_GivenEntriesUnderTheRoot_TheyAreCounted() public view {
        (IndexProof memory proof, bytes32 root) = twoEntries();
        vm.assertEq(this.open(proof, root, SKETCH_BYTES), 2);
    }

    function test_GivenEntries_EachIsReadAsItWasWritten() public view {
        (IndexProof memory proof, ) = twoEntries();
        for (uint32 i = 0; i < 2; ++i) {
            (uint32 row, uint32 next, ContributionId contribution, bytes32 itemHash, bytes memory sketch) = this.read(
                proof.entries,
                i
            );
            vm.assertEq(entry(row, next, ContributionId.unwrap(contribution), itemHash, sketch), drawn(i));
        }
    }

    function test_GivenEntriesUnderAnotherRoot_TheRootFoundIsTold() public {
        (IndexProof memory proof, bytes32 root) = twoEntries();
        vm.expectRevert(abi.encodeWithSelector(IndexEntries.Index_WrongRoot.selector, root, SIBLING));
        this.open(proof, SIBLING, SKETCH_BYTES);
    }

    function test_GivenAnyOtherByte_TheRootIsAnother() public {
        (IndexProof memory proof, bytes32 root) = twoEntries();
        for (uint256 i = 0; i < proof.entries.length; i += 13) {
            proof.entries[i] ^= 0x01;
            (bool opened, ) = address(this).call(abi.encodeCall(this.open, (proof, root, SKETCH_BYTES)));
            vm.assertFalse(opened);
            proof.entries[i] ^= 0x01;
        }
    }

    function test_GivenNoEntries_ItRefuses() public {
        (IndexProof memory proof, bytes32 root) = twoEntries();
        proof.entries = "";
        malformed(proof, root);
    }

    function test_GivenMoreOrLessThanWholeEntries_ItRefuses() public {
        (IndexProof memory proof, bytes32 root) = twoEntries();
        bytes memory entries = proof.entries;
        proof.entries = abi.encodePacked(entries, hex"00");
        malformed(proof, root);
        assembly ("memory-safe") {
            mstore(entries, sub(mload(entries), 1))
        }
        proof.entries = entries;
        malformed(proof, root);
    }

    function test_GivenAnEntryAndTheNext_OnlyTheRowsBetweenAreAbsent() public pure {
        vm.assertFalse(IndexEntries.isAbsent(2, 3, 6));
        vm.assertFalse(IndexEntries.isAbsent(3, 3, 6));
        vm.assertTrue(IndexEntries.isAbsent(4, 3, 6));
        vm.assertTrue(IndexEntries.isAbsent(5, 3, 6));
        vm.assertFalse(IndexEntries.isAbsent(6, 3, 6));
        vm.assertFalse(IndexEntries.isAbsent(7, 3, 6));
    }

    function test_GivenTheLastEntry_TheRowsAfterItAndBeforeTheFirstAreAbsent() public pure {
        vm.assertTrue(IndexEntries.isAbsent(1, 6, 2));
        vm.assertFalse(IndexEntries.isAbsent(2, 6, 2));
        vm.assertFalse(IndexEntries.isAbsent(4, 6, 2));
        vm.assertFalse(IndexEntries.isAbsent(6, 6, 2));
        vm.assertTrue(IndexEntries.isAbsent(7, 6, 2));
    }

    function test_GivenTheOnlyEntry_EveryOtherRowIsAbsent() public pure {
        vm.assertTrue(IndexEntries.isAbsent(4, 5, 5));
        vm.assertFalse(IndexEntries.isAbsent(5, 5, 5));
        vm.assertTrue(IndexEntries.isAbsent(6, 5, 5));
    }

    /// @dev Rows with a leaf are the bits of a mask; exactly the others are absent by the link of some entry.
    function testFuzz_GivenAnyRowsWithALeaf_ExactlyTheOthersAreAbsent(uint32 mask) public pure {
        vm.assume(mask != 0);
        for (uint32 row = 0; row < 32; ++row) {
            bool absent = false;
            for (uint32 holder = 0; holder < 32; ++holder) {
                if (mask & (uint32(1) << holder) == 0) continue;
                uint32 next = (holder + 1) % 32;
                while (mask & (uint32(1) << next) == 0) next = (next + 1) % 32;
                absent = absent || IndexEntries.isAbsent(row, holder, next);
            }
            vm.assertTrue(absent == (mask & (uint32(1) << row) == 0));
        }
    }

    function malformed(IndexProof memory proof, bytes32 root) private {
        vm.expectRevert(
            abi.encodeWithSelector(IndexEntries.Index_EntriesMalformed.selector, proof.entries.length, SKETCH_BYTES)
        );
        this.open(proof, root, SKETCH_BYTES);
    }

    function twoEntries() private pure returns (IndexProof memory proof, bytes32 root) {
        bytes32[] memory siblings = new bytes32[](1);
        siblings[0] = SIBLING;
        proof = IndexProof({entries: abi.encodePacked(drawn(0), drawn(1)), siblings: siblings, steps: hex"80808101"});
        root = pair(pair(keccak256(drawn(0)), keccak256(drawn(1))), SIBLING);
    }

    function drawn(uint32 i) private pure returns (bytes memory) {
        bytes memory sketch = abi.encodePacked(keccak256(abi.encode("sketch", i)));
        return entry(7 + i, 8 + i, keccak256(abi.encode("contribution", i)), keccak256(abi.encode("item", i)), sketch);
    }

    function entry(
        uint32 row,
        uint32 next,
        bytes32 contribution,
        bytes32 itemHash,
        bytes memory sketch
    ) private pure returns (bytes memory) {
        return abi.encodePacked(row, next, contribution, itemHash, sketch);
    }

    function pair(bytes32 a, bytes32 b) private pure returns (bytes32) {
        return a < b ? keccak256(abi.encode(a, b)) : keccak256(abi.encode(b, a));
    }
}
