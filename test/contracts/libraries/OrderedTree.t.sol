// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Frontier, OrderedTree} from "../../../contracts/libraries/OrderedTree.sol";
import {PlainTrees} from "../harness/PlainTrees.sol";
import {Test} from "../harness/Test.sol";

contract OrderedTreeTest is Test {
    using OrderedTree for Frontier;

    function test_GivenNoLeaves_TheRootIsZero() public pure {
        vm.assertEq(OrderedTree.consume(new bytes32[](0)), 0);
        vm.assertEq(OrderedTree.begin().rootOf(), 0);
    }

    function test_GivenOneLeaf_ItIsTheRoot() public view {
        bytes32[] memory leaves = drawn(7, 1);
        bytes32 leaf = leaves[0];
        vm.assertEq(OrderedTree.consume(leaves), leaf);
        vm.assertEq(this.rootOf(leaf, 0, 1, new bytes32[](0)), leaf);
    }

    function test_GivenEveryCountUpTo40_EveryLeafIsShown() public view {
        for (uint256 count = 1; count <= 40; ++count) expectTree(drawn(count, count));
    }

    function testFuzz_GivenAnyCount_EveryWayToTheRootIsThePlainOne(uint256 seed, uint256 count) public view {
        count = bound(count, 1, 1_024);
        bytes32[] memory leaves = drawn(seed, count);
        bytes32 root = PlainTrees.orderedRoot(leaves);
        vm.assertEq(frontierRoot(leaves), root);
        for (uint256 i = 0; i < 5; ++i) {
            uint256 place = uint256(keccak256(abi.encode(seed, "place", i))) % count;
            vm.assertEq(this.rootOf(leaves[place], place, count, PlainTrees.orderedPath(leaves, place)), root);
        }
        vm.assertEq(OrderedTree.consume(leaves), root);
    }

    function testFuzz_GivenAReplacement_BothRootsAreMade(uint256 seed, uint256 count) public view {
        count = bound(count, 1, 64);
        bytes32[] memory leaves = drawn(seed, count);
        uint256 place = seed % count;
        bytes32[] memory path = PlainTrees.orderedPath(leaves, place);
        (bytes32 root, bytes32 replaced) = this.climb(leaves[place], "another", place, count, path);
        vm.assertEq(root, PlainTrees.orderedRoot(leaves));
        leaves[place] = "another";
        vm.assertEq(replaced, PlainTrees.orderedRoot(leaves));
    }

    /// @dev A path shows the place: with the same siblings no other place leads to the root.
    function testFuzz_GivenAnotherPlace_TheRootIsAnotherOrThePathTooLong(uint256 seed, uint256 count) public view {
        count = bound(count, 2, 64);
        bytes32[] memory leaves = drawn(seed, count);
        bytes32 root = PlainTrees.orderedRoot(leaves);
        uint256 place = seed % count;
        bytes32[] memory path = PlainTrees.orderedPath(leaves, place);
        for (uint256 other = 0; other < count; ++other) {
            if (other == place) continue;
            try this.rootOf(leaves[place], other, count, path) returns (bytes32 found) {
                vm.assertTrue(found != root);
            } catch {
                vm.assertTrue(PlainTrees.orderedPath(leaves, other).length != path.length);
            }
        }
    }

    function test_GivenAPathOfAnotherLength_ItReverts() public {
        vm.expectRevert(abi.encodeWithSelector(OrderedTree.OrderedTree_PathLength.selector, 2, 3));
        this.rootOf(0, 0, 8, new bytes32[](2));
        vm.expectRevert(abi.encodeWithSelector(OrderedTree.OrderedTree_PathLength.selector, 4, 3));
        this.rootOf(0, 7, 8, new bytes32[](4));
        vm.expectRevert(abi.encodeWithSelector(OrderedTree.OrderedTree_PathLength.selector, 1, 0));
        this.rootOf(0, 0, 1, new bytes32[](1));
        // The last of five has a sibling only at the top.
        vm.expectRevert(abi.encodeWithSelector(OrderedTree.OrderedTree_PathLength.selector, 0, 1));
        this.rootOf(0, 4, 5, new bytes32[](0));
    }

    function test_GivenNoSuchLeaf_ItReverts() public {
        vm.expectRevert(abi.encodeWithSelector(OrderedTree.OrderedTree_NoLeaf.selector, 5, 5));
        this.rootOf(0, 5, 5, new bytes32[](1));
        vm.expectRevert(abi.encodeWithSelector(OrderedTree.OrderedTree_NoLeaf.selector, 0, 0));
        this.rootOf(0, 0, 0, new bytes32[](0));
    }

    function rootOf(
        bytes32 leaf,
        uint256 index,
        uint256 count,
        bytes32[] calldata path
    ) external pure returns (bytes32) {
        return OrderedTree.rootOf(leaf, index, count, path);
    }

    function climb(
        bytes32 leaf,
        bytes32 replacement,
        uint256 index,
        uint256 count,
        bytes32[] calldata path
    ) external pure returns (bytes32 root, bytes32 replaced) {
        return OrderedTree.climb(leaf, replacement, index, count, path);
    }

    function expectTree(bytes32[] memory leaves) private view {
        bytes32 root = PlainTrees.orderedRoot(leaves);
        for (uint256 i = 0; i < leaves.length; ++i) {
            vm.assertEq(this.rootOf(leaves[i], i, leaves.length, PlainTrees.orderedPath(leaves, i)), root);
        }
        vm.assertEq(frontierRoot(leaves), root);
        vm.assertEq(OrderedTree.consume(leaves), root);
    }

    function frontierRoot(bytes32[] memory leaves) private pure returns (bytes32) {
        Frontier memory frontier = OrderedTree.begin();
        for (uint256 i = 0; i < leaves.length; ++i) frontier.push(leaves[i]);
        vm.assertEq(frontier.count, leaves.length);
        return frontier.rootOf();
    }

    function drawn(uint256 seed, uint256 count) private pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) leaves[i] = keccak256(abi.encode(seed, i));
    }
}
