// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {Journal} from "../../../contracts/Journal.sol";
import {BatchSums} from "../../../contracts/libraries/BatchSums.sol";
import {Frontier, OrderedTree} from "../../../contracts/libraries/OrderedTree.sol";
import {PlainCodes} from "../../../contracts/libraries/PlainCodes.sol";
import {Records} from "../../../contracts/libraries/Records.sol";
import {Sketches} from "../../../contracts/libraries/Sketches.sol";
import {UnitTotals} from "../../../contracts/libraries/UnitTotals.sol";
import {WideProducts} from "../../../contracts/libraries/WideProducts.sol";
import {AccountId, ModelId} from "../../../contracts/types/Ids.sol";
import {BatchHeader, Record} from "../../../contracts/types/Records.sol";

/// @notice What libraries make of the vectors that TypeScript wrote (test/attribution/solidity.test.ts).
contract VectorsHarness is Journal {
    function codes(bytes memory sketch) external pure returns (int8[] memory list) {
        list = new int8[](sketch.length * 2);
        for (uint256 d = 0; d < list.length; ++d) list[d] = int8(PlainCodes.codeAt(_at(sketch), d));
    }

    function holdsEight(bytes memory sketch) external pure returns (bool) {
        return Sketches.holdsEight(_at(sketch), sketch.length);
    }

    function dot(bytes memory a, bytes memory b) external pure returns (int256) {
        return PlainCodes.dot(_at(a), _at(b), a.length * 2);
    }

    function squaredLength(bytes memory sketch) external pure returns (uint256) {
        return Sketches.squaredLength(_at(sketch), sketch.length);
    }

    /// @notice `T` of a model's units, as it is kept, and `code · T` of each.
    function unitTotal(
        bytes calldata sketches,
        uint256[] calldata scales
    ) external pure returns (bytes memory total, int256[] memory along) {
        WideProducts.reserve();
        uint256 size = sketches.length / scales.length;
        // Products read 256 codes at a time.
        bytes memory padded = bytes.concat(sketches, new bytes(0x80));
        total = UnitTotals.begin(size * 2);
        uint256 weight = 0;
        for (uint256 u = 0; u < scales.length; ++u) {
            UnitTotals.add(total, _at(padded) + u * size, scales[u]);
            weight += scales[u];
        }
        UnitTotals.settle(total, weight);
        along = WideProducts.dots(WideProducts.ofUnitTotal(total), _at(padded), size, scales.length);
    }

    function sumWithout(bytes memory sum, bytes calldata sketch, uint256 weight) external pure returns (bytes memory) {
        return BatchSums.without(sum, sketch, weight);
    }

    function verify(bytes32 root, bytes32[] calldata leaves, bytes32[][] calldata proofs) external pure returns (bool) {
        for (uint256 i = 0; i < leaves.length; ++i) {
            if (!MerkleProof.verifyCalldata(proofs[i], root, leaves[i])) return false;
        }
        return true;
    }

    /// @notice The root of an ordered tree, from all leaves at once and leaf by leaf.
    function orderedRoots(bytes32[] memory leaves) external pure returns (bytes32 root, bytes32 pushed) {
        Frontier memory frontier = OrderedTree.begin();
        for (uint256 i = 0; i < leaves.length; ++i) OrderedTree.push(frontier, leaves[i]);
        return (OrderedTree.consume(leaves), OrderedTree.rootOf(frontier));
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

    function commitmentOf(BatchHeader memory header) external pure returns (bytes32) {
        return Records.commitmentOf(header);
    }

    function leafOf(Record calldata record, ModelId model, AccountId operator) external pure returns (bytes32) {
        return Records.leafOf(record, model, operator);
    }

    function voidedLeaf(bytes32 leaf) external pure returns (bytes32) {
        return Records.voidedLeaf(leaf);
    }

    function write(bytes32[] calldata topics, bytes calldata data) external {
        _emit(topics.length, abi.encodePacked(topics, data));
    }

    function _at(bytes memory data) private pure returns (uint256 first) {
        assembly ("memory-safe") {
            first := add(data, 0x20)
        }
    }
}
