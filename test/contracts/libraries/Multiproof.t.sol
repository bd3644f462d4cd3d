// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {Multiproof} from "../../../contracts/libraries/Multiproof.sol";
import {PlainMultiproof} from "../harness/PlainMultiproof.sol";
import {Test} from "../harness/Test.sol";

contract MultiproofTest is Test {
    bytes32 private constant A = keccak256("a");
    bytes32 private constant B = keccak256("b");
    bytes32 private constant C = keccak256("c");
    bytes32 private constant D = keccak256("d");

    function rootOf(
        bytes32[] memory leaves,
        bytes32[] calldata siblings,
        bytes calldata steps
    ) external pure returns (bytes32) {
        return Multiproof.rootOf(leaves, siblings, steps);
    }

    function plainRootOf(
        bytes32[] memory leaves,
        bytes32[] calldata siblings,
        bytes calldata steps
    ) external pure returns (bytes32) {
        return PlainMultiproof.rootOf(leaves, siblings, steps);
    }

    function verify(bytes32[] calldata proof, bytes32 root, bytes32 leaf) external pure returns (bool) {
        return MerkleProof.verifyCalldata(proof, root, leaf);
    }

    function test_GivenATreeOfOneLeaf_ItIsTheRoot() public view {
        vm.assertEq(this.rootOf(list(A), none(), hex"80"), A);
    }

    function test_GivenEveryLeafOfThree_TheOddOneMovesUp() public view {
        vm.assertEq(this.rootOf(list(A, B, C), none(), hex"8080818081"), pair(pair(A, B), C));
    }

    function test_GivenTheOddLeafAlone_ItMeetsThePairOfTheOthers() public view {
        vm.assertEq(this.rootOf(list(C), list(pair(A, B)), hex"8001"), pair(pair(A, B), C));
    }

    function test_GivenTwoLeavesOfFour_EachMeetsItsSiblingFirst() public view {
        vm.assertEq(this.rootOf(list(B, C), list(A, D), hex"8001800181"), pair(pair(A, B), pair(C, D)));
    }

    function test_WhenAStepTakesALeafThatIsNotThere_ItFails() public {
        fails(list(A), none(), hex"8080", 1);
        fails(none(), none(), hex"80", 0);
    }

    function test_WhenAStepMergesFewerThanTwoNodes_ItFails() public {
        fails(list(A), none(), hex"8081", 1);
        fails(list(A), none(), hex"81", 0);
    }

    function test_WhenAStepTakesMoreSiblingsThanThereAre_ItFails() public {
        fails(list(A), list(B), hex"8002", 1);
        fails(list(A), list(B), hex"80017f", 2);
    }

    function test_WhenAStepHashesUpwardsFromNothing_ItFails() public {
        fails(list(A), list(B), hex"0180", 0);
        fails(list(A), none(), hex"00", 0);
    }

    function test_WhenAStepIsNone_ItFails() public {
        fails(list(A), none(), hex"8082", 1);
        fails(list(A), none(), hex"ff", 0);
    }

    function test_WhenTheProgramEndsEarly_ItIsUnfinished() public {
        unfinished(list(A), none(), "", 0, 1, 0);
        unfinished(list(A, B), none(), hex"80", 1, 1, 0);
        unfinished(list(A, B), none(), hex"8080", 2, 0, 0);
        unfinished(list(A), list(B, C), hex"8001", 1, 0, 1);
        unfinished(none(), none(), "", 0, 0, 0);
    }

    function testFuzz_GivenOneLeaf_ItAgreesWithOpenZeppelin(
        bytes32 leaf,
        bytes32 seed,
        uint256 length,
        bool honest
    ) public view {
        length %= 33;
        bytes32[] memory proof = new bytes32[](length);
        bytes32 root = leaf;
        for (uint256 i = 0; i < length; ++i) {
            proof[i] = keccak256(abi.encode(seed, i));
            root = pair(root, proof[i]);
        }
        if (!honest) root = keccak256(abi.encode(root));
        bytes32 found = this.rootOf(list(leaf), proof, abi.encodePacked(bytes2(uint16(0x8000 + length))));
        vm.assertTrue(this.verify(proof, root, leaf) == (found == root));
    }

    /// @dev Steps are drawn so that about half of the programs run to their end.
    function testFuzz_GivenAnyProgram_ThePlainTwinFindsTheSame(bytes32 seed, uint8 leaves, uint8 siblings) public view {
        bytes32[] memory shown = new bytes32[](leaves % 9);
        bytes32[] memory others = new bytes32[](siblings % 9);
        for (uint256 i = 0; i < shown.length; ++i) shown[i] = keccak256(abi.encode(seed, "leaf", i));
        for (uint256 i = 0; i < others.length; ++i) others[i] = keccak256(abi.encode(seed, "sibling", i));
        bytes memory steps = program(uint256(seed), shown.length, others.length);
        (bool found, bytes memory answer) = address(this).staticcall(
            abi.encodeCall(this.rootOf, (shown, others, steps))
        );
        (bool plainFound, bytes memory plain) = address(this).staticcall(
            abi.encodeCall(this.plainRootOf, (shown, others, steps))
        );
        vm.assertTrue(found == plainFound);
        vm.assertEq(answer, plain);
    }

    /// @dev A program that finishes, in which one seed in two changes one byte.
    function program(uint256 seed, uint256 leaves, uint256 siblings) private pure returns (bytes memory steps) {
        uint256 random = uint256(keccak256(abi.encode(seed)));
        uint256 height = 0;
        while (leaves > 0 || height > 1 || siblings > 0) {
            random = uint256(keccak256(abi.encode(random)));
            if (height > 1 && random % 3 == 0) {
                steps = abi.encodePacked(steps, hex"81");
                --height;
            } else if (height > 0 && siblings > 0 && (random % 3 == 1 || (leaves == 0 && height == 1))) {
                uint256 taken = 1 + ((random >> 8) % siblings);
                steps = abi.encodePacked(steps, uint8(taken));
                siblings -= taken;
            } else if (leaves > 0) {
                steps = abi.encodePacked(steps, hex"80");
                ++height;
                --leaves;
            } else if (height == 0) {
                break;
            }
        }
        if (random & 0x100 == 0 && steps.length > 0) {
            steps[(random >> 16) % steps.length] = bytes1(uint8((random >> 64) % 0x84));
        }
    }

    function fails(bytes32[] memory leaves, bytes32[] memory siblings, bytes memory steps, uint256 step) private {
        vm.expectRevert(abi.encodeWithSelector(Multiproof.Multiproof_StepFails.selector, step));
        this.rootOf(leaves, siblings, steps);
    }

    function unfinished(
        bytes32[] memory leaves,
        bytes32[] memory siblings,
        bytes memory steps,
        uint256 nodes,
        uint256 leavesLeft,
        uint256 siblingsLeft
    ) private {
        vm.expectRevert(
            abi.encodeWithSelector(Multiproof.Multiproof_Unfinished.selector, nodes, leavesLeft, siblingsLeft)
        );
        this.rootOf(leaves, siblings, steps);
    }

    function pair(bytes32 a, bytes32 b) private pure returns (bytes32) {
        return Hashes.commutativeKeccak256(a, b);
    }

    function none() private pure returns (bytes32[] memory) {
        return new bytes32[](0);
    }

    function list(bytes32 a) private pure returns (bytes32[] memory nodes) {
        nodes = new bytes32[](1);
        nodes[0] = a;
    }

    function list(bytes32 a, bytes32 b) private pure returns (bytes32[] memory nodes) {
        nodes = new bytes32[](2);
        (nodes[0], nodes[1]) = (a, b);
    }

    function list(bytes32 a, bytes32 b, bytes32 c) private pure returns (bytes32[] memory nodes) {
        nodes = new bytes32[](3);
        (nodes[0], nodes[1], nodes[2]) = (a, b, c);
    }
}
