// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {FineTune, InfluenceIndex, SketchSource} from "../../../contracts/interfaces/IModels.sol";
import {ContributionId, DatasetId, ModelId} from "../../../contracts/types/Ids.sol";
import {IndexProof} from "../../../contracts/types/Records.sol";
import {PlainTree} from "./PlainTree.sol";
import {Recordings} from "./Recordings.sol";
import {PlainEntry} from "./ScoringHarness.sol";

/// @notice A market whose model has a real influence index: 40 rows of five contributions, five of them without a leaf.
abstract contract IndexedMarket is Recordings {
    uint32 internal constant ROWS = 40;
    uint32 internal constant ITEMS = 8;
    uint256 internal constant SKETCH_BYTES = 32;
    uint8 internal constant TOP_K = 4;

    DatasetId internal dataset;
    ContributionId[5] internal contributions;
    /// @dev Accepted, but after the model's version was frozen.
    ContributionId internal late;
    /// @dev Accepted, and withdrawn before the version was frozen.
    ContributionId internal withdrawn;
    PlainEntry[] private _index;

    function setUp() public virtual override {
        super.setUp();
        gatherData();
        for (uint32 row = 0; row < ROWS; ++row) {
            if (hasLeaf(row)) _index.push(entryOf(row));
        }
        PlainEntry[] memory index = honestIndex();
        for (uint256 i = 0; i < index.length; ++i) _index[i].next = index[(i + 1) % index.length].row;
        model = serveIndex(honestIndex());
    }

    function gatherData() private {
        address curator = named("model owner");
        vm.prank(curator);
        dataset = datasets.register(datasetTerms());
        for (uint256 i = 0; i < 5; ++i) contributions[i] = contribute(i, itemsRootOf(i));
        withdrawn = contribute(5, itemsRootOf(5));
        vm.prank(named(contributorName(5)));
        datasets.withdrawConsent(withdrawn);
        vm.prank(curator);
        version = datasets.freeze(dataset);
        late = contribute(6, itemsRootOf(6));
    }

    function contribute(uint256 contributor, bytes32 itemsRoot) internal returns (ContributionId contribution) {
        vm.prank(named(contributorName(contributor)));
        contribution = datasets.contribute(dataset, itemsRoot, ITEMS);
        ContributionId[] memory accepted = new ContributionId[](1);
        accepted[0] = contribution;
        vm.prank(named("model owner"));
        datasets.accept(accepted);
    }

    /// @dev The first row, the last one, one alone and two beside each other.
    function hasLeaf(uint32 row) internal pure returns (bool) {
        return row != 0 && row != 5 && row != 17 && row != 18 && row != ROWS - 1;
    }

    function entryOf(uint32 row) internal view returns (PlainEntry memory entry) {
        entry.row = row;
        entry.contribution = contributions[row / ITEMS];
        entry.itemHash = itemHashOf(row);
        entry.sketch = codesOf(keccak256(abi.encode("row", row)));
    }

    /// @dev Any 32 bytes as 64 codes: the nibble 0x8 becomes 0.
    function codesOf(bytes32 seed) internal pure returns (bytes memory codes) {
        codes = abi.encodePacked(seed);
        for (uint256 i = 0; i < SKETCH_BYTES; ++i) {
            uint8 pair = uint8(codes[i]);
            if (pair >> 4 == 8) pair &= 0x0f;
            if (pair & 15 == 8) pair &= 0xf0;
            codes[i] = bytes1(pair);
        }
    }

    function itemHashOf(uint32 row) internal pure returns (bytes32) {
        return keccak256(abi.encode("item", row));
    }

    function itemLeaves(uint256 contribution) private pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](ITEMS);
        for (uint32 i = 0; i < ITEMS; ++i) {
            leaves[i] = keccak256(abi.encode(itemHashOf(uint32(contribution) * ITEMS + i)));
        }
    }

    function itemsRootOf(uint256 contribution) internal pure returns (bytes32) {
        return PlainTree.rootOf(itemLeaves(contribution));
    }

    function itemPathOf(uint32 row) internal pure returns (bytes32[] memory) {
        return PlainTree.pathOf(itemLeaves(row / ITEMS), row % ITEMS);
    }

    function honestIndex() internal view returns (PlainEntry[] memory) {
        return _index;
    }

    function serveIndex(PlainEntry[] memory entries) internal returns (ModelId) {
        FineTune memory tune = fineTune(base, version);
        tune.influence = InfluenceIndex({
            root: PlainTree.rootOf(leavesOf(entries)),
            indexHash: keccak256("index"),
            indexURI: "ipfs://index",
            rowCount: ROWS,
            dims: uint16(SKETCH_BYTES * 2),
            topK: TOP_K,
            source: SketchSource.Gradient
        });
        return serve(tune);
    }

    function link(PlainEntry[] memory entries) internal pure {
        for (uint256 i = 0; i < entries.length; ++i) entries[i].next = entries[(i + 1) % entries.length].row;
    }

    function encodeEntry(PlainEntry memory entry) internal pure returns (bytes memory) {
        return abi.encodePacked(entry.row, entry.next, entry.contribution, entry.itemHash, entry.sketch);
    }

    function leavesOf(PlainEntry[] memory entries) internal pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](entries.length);
        for (uint256 i = 0; i < leaves.length; ++i) leaves[i] = keccak256(encodeEntry(entries[i]));
    }

    /// @dev Shows the entries at some places, given in ascending order.
    function showPlaces(
        PlainEntry[] memory entries,
        uint256[] memory places
    ) internal pure returns (IndexProof memory proof) {
        for (uint256 i = 0; i < places.length; ++i) {
            proof.entries = bytes.concat(proof.entries, encodeEntry(entries[places[i]]));
        }
        (proof.siblings, proof.steps) = PlainTree.multiproofOf(leavesOf(entries), places);
    }

    /// @dev Shows the entries of some rows, in the order of the index.
    function show(PlainEntry[] memory entries, uint32[] memory rows) internal pure returns (IndexProof memory) {
        uint256[] memory places = new uint256[](rows.length);
        uint256 found = 0;
        for (uint256 i = 0; i < entries.length && found < rows.length; ++i) {
            for (uint256 j = 0; j < rows.length; ++j) {
                if (entries[i].row == rows[j]) places[found++] = i;
            }
        }
        return showPlaces(entries, places);
    }

    function show(uint32 row) internal view returns (IndexProof memory) {
        uint32[] memory rows = new uint32[](1);
        rows[0] = row;
        return show(honestIndex(), rows);
    }

    function show(uint32 row, uint32 other) internal view returns (IndexProof memory) {
        uint32[] memory rows = new uint32[](2);
        (rows[0], rows[1]) = (row, other);
        return show(honestIndex(), rows);
    }
}
