// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Court} from "../../../contracts/Court.sol";
import {CourtTerms} from "../../../contracts/interfaces/ICourt.sol";
import {FineTune, InfluenceIndex, SketchSource} from "../../../contracts/interfaces/IModels.sol";
import {AccountId, BatchId, bondOf, ContributionId, DatasetId, ModelId} from "../../../contracts/types/Ids.sol";
import {IndexProof, RecordProof} from "../../../contracts/types/Records.sol";
import {PlainTree} from "./PlainTree.sol";
import {encodeRecord} from "./RandomRecords.sol";
import {Recordings} from "./Recordings.sol";
import {PlainRecord, PlainRow} from "./RecordsHarness.sol";
import {PlainEntry, ScoringHarness} from "./ScoringHarness.sol";

/// @notice A cheatcode that only tests of announced proofs use.
interface BlocksVm {
    function roll(uint256 blockNumber) external;
}

/// @notice A court over a market whose model has a real influence index: 40 rows of five contributions, five of them
/// without a leaf, and records that follow from it.
abstract contract Courtroom is Recordings {
    uint32 internal constant ROWS = 40;
    uint32 internal constant ITEMS = 8;
    uint256 internal constant SKETCH_BYTES = 32;
    uint8 internal constant TOP_K = 4;
    uint64 internal constant FEE = 10_001;
    uint64 internal constant DEMAND_FEE = 5_000;
    uint32 internal constant DEMAND_TIME = 6 hours;
    uint64 internal constant APPEAL_STAKE = 3_000_001;
    uint32 internal constant RULING_TIME = 7 days;
    uint64 internal constant ARBITER = 3;

    Court internal court;
    address internal challenger = named("challenger");
    address internal arbiter = named("arbiter");
    AccountId internal challengerAccount;
    DatasetId internal dataset;
    ContributionId[5] internal contributions;
    /// @dev Accepted, but after the model's version was frozen.
    ContributionId internal late;
    /// @dev Accepted, and withdrawn before the version was frozen.
    ContributionId internal withdrawn;
    ScoringHarness internal scorer;
    PlainEntry[] private _index;

    function setUp() public virtual override {
        super.setUp();
        scorer = new ScoringHarness();
        court = new Court(ledger, datasets, address(manager), courtTerms());
        ledger.appointCourt(address(court));
        bytes4[] memory ruling = new bytes4[](1);
        ruling[0] = court.rule.selector;
        manager.setTargetFunctionRole(address(court), ruling, ARBITER);
        manager.grantRole(ARBITER, arbiter, 0);
        challengerAccount = openAccount("challenger");
        bondUp(bondOf(challengerAccount), BOND);

        gatherData();
        for (uint32 row = 0; row < ROWS; ++row) {
            if (hasLeaf(row)) _index.push(entryOf(row));
        }
        PlainEntry[] memory index = honestIndex();
        for (uint256 i = 0; i < index.length; ++i) _index[i].next = index[(i + 1) % index.length].row;
        model = serveIndex(honestIndex());
    }

    function courtTerms() internal pure returns (CourtTerms memory) {
        return CourtTerms(DEMAND_FEE, DEMAND_TIME, APPEAL_STAKE, RULING_TIME);
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

    /// @dev The attribution of a query, by the plain rules: best score first, the lower row of equal ones.
    function attributionOf(
        PlainEntry[] memory entries,
        bytes memory query
    ) internal view returns (PlainRow[] memory rows) {
        uint64[] memory scores = new uint64[](entries.length);
        for (uint256 i = 0; i < scores.length; ++i) scores[i] = scorer.score(query, entries[i].sketch);
        uint64[] memory best = new uint64[](TOP_K);
        uint256[] memory places = new uint256[](TOP_K);
        uint256 count = 0;
        for (; count < TOP_K; ++count) {
            for (uint256 i = 0; i < scores.length; ++i) {
                if (scores[i] > best[count]) (best[count], places[count]) = (scores[i], i);
            }
            if (best[count] == 0) break;
            scores[places[count]] = 0;
        }
        assembly ("memory-safe") {
            mstore(best, count)
        }
        uint16[] memory weights = scorer.weights(best);
        rows = new PlainRow[](count);
        for (uint256 i = 0; i < count; ++i) {
            PlainEntry memory entry = entries[places[i]];
            AccountId contributor = datasets.contributionOf(entry.contribution).contributor;
            rows[i] = PlainRow(entry.row, AccountId.unwrap(contributor), weights[i]);
        }
    }

    function honest(bytes32 seed) internal view returns (PlainRecord memory) {
        return honest(honestIndex(), codesOf(seed));
    }

    function honest(PlainEntry[] memory entries, bytes memory query) internal view returns (PlainRecord memory) {
        PlainRow[] memory rows = attributionOf(entries, query);
        return PlainRecord(keccak256("call"), AccountId.unwrap(payers[0]), FEE, rows, query);
    }

    function recordPlain(PlainRecord memory plain) internal returns (RecordProof memory) {
        return recordOne(encodeRecord(plain));
    }

    function rowsOf(PlainRecord memory plain) internal pure returns (uint32[] memory rows) {
        rows = new uint32[](plain.rows.length);
        for (uint256 i = 0; i < rows.length; ++i) rows[i] = plain.rows[i].row;
    }

    function none() internal pure returns (RecordProof[] memory) {
        return new RecordProof[](0);
    }

    function list(RecordProof memory call) internal pure returns (RecordProof[] memory calls) {
        calls = new RecordProof[](1);
        calls[0] = call;
    }

    function announce(address who, bytes memory call) internal {
        vm.prank(who);
        court.commit(keccak256(abi.encode(who, call)));
        pass(2);
    }

    function pass(uint256 blocks) internal {
        BlocksVm(address(vm)).roll(block.number + blocks);
    }

    function send(address who, bytes memory call) internal returns (bool done, bytes memory answer) {
        vm.prank(who);
        return address(court).call(call);
    }

    /// @dev The challenger announces a proof and sends it; what it answers otherwise is the test's failure.
    function prove(bytes memory call) internal {
        announce(challenger, call);
        sendAnnounced(call);
    }

    function sendAnnounced(bytes memory call) internal {
        (bool done, bytes memory reason) = send(challenger, call);
        if (done) return;
        assembly ("memory-safe") {
            revert(add(reason, 0x20), mload(reason))
        }
    }

    function fails(bytes memory call, bytes memory refusal) internal {
        announce(challenger, call);
        failsAtOnce(call, refusal);
    }

    function failsAtOnce(bytes memory call, bytes memory refusal) internal {
        (bool done, bytes memory reason) = send(challenger, call);
        vm.assertEq(reason, refusal);
        vm.assertFalse(done);
    }

    function isVoided(RecordProof memory call) internal view returns (bool) {
        return ledger.isVoided(call.header.batch, call.index);
    }

    function batchOf(RecordProof memory call) internal pure returns (uint64) {
        return BatchId.unwrap(call.header.batch);
    }
}
