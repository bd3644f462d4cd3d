// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    Draft,
    FineTune,
    IFineTunes,
    Method,
    Quantisation,
    RowIndex,
    SketchSource,
    UnitPage,
    UnitPlan
} from "../../../contracts/interfaces/IFineTunes.sol";
import {FeeShares, PayTerms, RowTerms, SettlementTerms} from "../../../contracts/interfaces/IModels.sol";
import {AccountId, ContributionId, DatasetId, ModelId, VersionId} from "../../../contracts/types/Ids.sol";
import {PlainPlans, PlannedUnit} from "./PlainPlans.sol";
import {PlainTrees} from "./PlainTrees.sol";
import {PlainUnits} from "./PlainUnits.sol";
import {RandomCodes} from "./RandomCodes.sol";
import {Vm} from "./Test.sol";
import {World} from "./World.sol";

/// @notice A contribution that a model was trained on.
struct Trained {
    ContributionId id;
    AccountId contributor;
    uint32 items;
    uint32 kept;
}

/// @notice What is given of a unit.
struct GivenUnit {
    bytes32 rowsRoot;
    uint32 rows;
    uint32 peak;
    int256[] codes;
}

/// @notice A fine-tune as anyone who registers it holds it.
/// @param trained Contributions of all versions, ascending by id.
/// @param units The units that those make.
/// @param given What is given of each; nothing of an equal split.
/// @param total The sum of all units' sketches.
struct Registration {
    FineTune tune;
    Trained[] trained;
    PlannedUnit[] units;
    GivenUnit[] given;
    bytes total;
}

/// @notice A world in which fine-tunes are registered, with units as their plain twins make them.
abstract contract Registrar is World {
    using PlainUnits for int256[];

    uint256 internal constant CONTRIBUTORS = 5;

    address internal owner = named("model owner");
    address internal curator = named("curator");
    AccountId internal ownerAccount;
    AccountId internal baseOwner;
    ModelId internal base;
    DatasetId internal dataset;

    function setUp() public virtual override {
        super.setUp();
        ownerAccount = openAccount("model owner");
        baseOwner = openAccount("base owner");
        vm.prank(named("base owner"));
        base = models.registerBase(baseModel(300));
        for (uint256 i = 0; i < CONTRIBUTORS; ++i) openAccount(contributorName(i));
        vm.prank(curator);
        dataset = datasets.register(datasetTerms());
    }

    function contributeAll(DatasetId to, uint32[] memory items) internal returns (Trained[] memory trained) {
        trained = contributeMore(to, items, "items");
        sort(trained);
    }

    /// @dev Accepted contributions of so many items each, by different people.
    function contributeMore(
        DatasetId to,
        uint32[] memory items,
        string memory seed
    ) internal returns (Trained[] memory trained) {
        trained = new Trained[](items.length);
        ContributionId[] memory ids = new ContributionId[](items.length);
        for (uint256 i = 0; i < items.length; ++i) {
            address contributor = named(contributorName(i % CONTRIBUTORS));
            vm.prank(contributor);
            ids[i] = datasets.contribute(to, keccak256("terms"), keccak256(abi.encode(seed, i)), items[i]);
            trained[i] = Trained(ids[i], accounts.accountOf(contributor), items[i], items[i]);
        }
        vm.prank(datasets.datasetOf(to).curator);
        datasets.accept(ids);
    }

    function joined(Trained[] memory a, Trained[] memory b) internal pure returns (Trained[] memory all) {
        all = new Trained[](a.length + b.length);
        for (uint256 i = 0; i < all.length; ++i) all[i] = i < a.length ? a[i] : b[i - a.length];
    }

    function freeze(DatasetId frozen) internal returns (VersionId) {
        vm.prank(datasets.datasetOf(frozen).curator);
        return datasets.freeze(frozen);
    }

    /// @dev A version of contributions with that many items each, and a model trained on it.
    function draw(bytes32 seed, uint32[] memory items, uint16 dims) internal returns (Registration memory) {
        Trained[] memory trained = contributeAll(dataset, items);
        return draw(seed, only(freeze(dataset)), trained, dims);
    }

    /// @dev A version of contributions that keep so many rows, each in its place: all have two items more than the largest
    /// keeps.
    function drawKept(bytes32 seed, uint32[] memory kept, uint16 dims) internal returns (Registration memory) {
        uint32 most = 0;
        for (uint256 c = 0; c < kept.length; ++c) {
            if (kept[c] > most) most = kept[c];
        }
        Trained[] memory trained = contributeAll(dataset, repeated(most + 2, kept.length));
        for (uint256 c = 0; c < kept.length; ++c) trained[c].kept = kept[c];
        return draw(seed, only(freeze(dataset)), trained, dims);
    }

    function draw(
        bytes32 seed,
        VersionId[] memory versions,
        Trained[] memory trained,
        uint16 dims
    ) internal view returns (Registration memory drawn) {
        uint32[] memory kept = new uint32[](trained.length);
        for (uint256 c = 0; c < kept.length; ++c) kept[c] = trained[c].kept;
        uint256 minimum = PlainPlans.minimumOf(kept);
        drawn.trained = trained;
        drawn.units = PlainPlans.unitsOf(kept, minimum);
        drawn.tune = tuneOf(versions, dims);
        drawn.tune.plan = UnitPlan({
            count: uint16(drawn.units.length),
            minimumRows: uint16(minimum),
            jointRows: uint32(PlainPlans.jointRows(kept, minimum)),
            maxPeak: 0
        });
        if (dims != 0) drawGiven(drawn, seed);
    }

    function tuneOf(VersionId[] memory versions, uint16 dims) internal view returns (FineTune memory tune) {
        tune.parent = base;
        tune.versions = versions;
        tune.adapterHash = keccak256("adapter");
        tune.manifestHash = keccak256("manifest");
        tune.manifestURI = "ipfs://run.json";
        tune.method = Method.QLoRA;
        tune.quantisation = Quantisation({scheme: "nf4", bits: 4, doubleQuant: true});
        tune.shares = FeeShares({contributorBps: 6_000, operatorBps: 1_500, royaltyBps: 500});
        tune.pay = PayTerms({baseBps: 0, floorBps: 10_000, sketched: true, feeUnitGwei: 1e6});
        if (dims == 0) {
            tune.pay.baseBps = 10_000;
            tune.pay.sketched = false;
            return tune;
        }
        tune.index = RowIndex({
            fileHash: keccak256("row index"),
            fileURI: "ipfs://row-index",
            dims: dims,
            source: SketchSource.Gradient
        });
    }

    /// @dev Every seventh unit is all zeros, unless there is only one.
    function drawGiven(Registration memory drawn, bytes32 seed) internal pure {
        uint256 count = drawn.units.length;
        drawn.given = new GivenUnit[](count);
        uint256 reached = uint256(seed) % count;
        for (uint256 u = 0; u < count; ++u) {
            bytes32 own = keccak256(abi.encode(seed, u));
            bool isZero = uint256(own) % 7 == 0 && u != reached;
            // A unit of zeros has no peak, and only such a one has none.
            int256[] memory codes = RandomCodes.codes(own, isZero ? 0 : drawn.tune.index.dims);
            if (isZero) codes = new int256[](drawn.tune.index.dims);
            else codes[uint256(own) % codes.length] = 7;
            drawn.given[u] = GivenUnit({
                rowsRoot: keccak256(abi.encode("rows", u)),
                rows: rowsOf(drawn, u),
                peak: isZero ? 0 : uint32(1 + ((uint256(own) >> 16) % 1e9)),
                codes: codes
            });
        }
        settle(drawn);
    }

    /// @dev The total of units, and the greatest peak, as they are given.
    function settle(Registration memory drawn) internal pure {
        uint32 maxPeak = 0;
        for (uint256 u = 0; u < drawn.given.length; ++u) {
            if (drawn.given[u].peak > maxPeak) maxPeak = drawn.given[u].peak;
        }
        drawn.tune.plan.maxPeak = maxPeak;
        drawn.total = totalOf(drawn);
    }

    function totalOf(Registration memory drawn) internal pure returns (bytes memory) {
        return PlainUnits.totalBytes(PlainUnits.weightedSum(scalesOf(drawn), codesOf(drawn)));
    }

    function fixedWeightsOf(
        Registration memory drawn
    ) internal pure returns (int256[] memory total, uint256[] memory weights) {
        return PlainUnits.fixedWeights(scalesOf(drawn), codesOf(drawn));
    }

    /// @dev Rows of a unit, dropped ones included: those of a contribution in several units are all of the first.
    function rowsOf(Registration memory drawn, uint256 u) internal pure returns (uint32 rows) {
        PlannedUnit memory unit = drawn.units[u];
        if (!unit.isJoint) {
            bool isFirst = u == 0 || drawn.units[u - 1].isJoint || drawn.units[u - 1].first != unit.first;
            Trained memory trained = drawn.trained[unit.first];
            return uint32(unit.kept) + (isFirst ? trained.items - trained.kept : 0);
        }
        uint256 left = unit.members;
        for (uint256 c = unit.first; left != 0; ++c) {
            if (drawn.trained[c].kept >= drawn.tune.plan.minimumRows) continue;
            rows += drawn.trained[c].items;
            --left;
        }
    }

    function scalesOf(Registration memory drawn) internal pure returns (uint256[] memory scales) {
        scales = new uint256[](drawn.given.length);
        for (uint256 u = 0; u < scales.length; ++u) {
            scales[u] = PlainUnits.scaleOf(drawn.given[u].peak, drawn.tune.plan.maxPeak);
        }
    }

    function codesOf(Registration memory drawn) internal pure returns (int256[][] memory codes) {
        codes = new int256[][](drawn.given.length);
        for (uint256 u = 0; u < codes.length; ++u) codes[u] = drawn.given[u].codes;
    }

    /// @dev Contributions `from` to `end`, and the units that are complete with them.
    function pageOf(Registration memory drawn, uint256 from, uint256 end) internal pure returns (UnitPage memory page) {
        page.contributions = new ContributionId[](end - from);
        page.kept = new uint32[](end - from);
        for (uint256 c = from; c < end; ++c) {
            page.contributions[c - from] = drawn.trained[c].id;
            page.kept[c - from] = drawn.trained[c].kept;
        }
        uint256 size = 40 + drawn.tune.index.dims / 2;
        page.units = new bytes(size * drawn.given.length);
        uint256 length = 0;
        for (uint256 u = 0; u < drawn.given.length; ++u) {
            if (drawn.units[u].completeAt < from || drawn.units[u].completeAt >= end) continue;
            bytes memory unit = packed(drawn.given[u]);
            bytes memory units = page.units;
            assembly ("memory-safe") {
                mcopy(add(add(units, 0x20), length), add(unit, 0x20), size)
            }
            length += size;
        }
        bytes memory all = page.units;
        assembly ("memory-safe") {
            mstore(all, length)
        }
        page.total = drawn.total;
    }

    function wholePage(Registration memory drawn) internal pure returns (UnitPage memory) {
        return pageOf(drawn, 0, drawn.trained.length);
    }

    function packed(GivenUnit memory unit) internal pure returns (bytes memory) {
        return abi.encodePacked(unit.rowsRoot, unit.rows, unit.peak, unit.codes.pack());
    }

    function register(Registration memory drawn) internal returns (ModelId) {
        UnitPage memory page = wholePage(drawn);
        vm.prank(owner);
        return fineTunes.registerFineTune(drawn.tune, page);
    }

    /// @dev Registers in pages that begin at these places, and after the first one.
    function registerInPages(Registration memory drawn, uint256[] memory cuts) internal returns (ModelId model) {
        Draft memory draft;
        (model, draft) = begin(drawn, pageOf(drawn, 0, cuts.length == 0 ? drawn.trained.length : cuts[0]));
        for (uint256 i = 0; i < cuts.length; ++i) {
            uint256 end = i + 1 == cuts.length ? drawn.trained.length : cuts[i + 1];
            draft = proceed(model, drawn, draft, pageOf(drawn, cuts[i], end));
        }
    }

    /// @dev Begins to register, and reads the draft from the log.
    function begin(
        Registration memory drawn,
        UnitPage memory page
    ) internal returns (ModelId model, Draft memory draft) {
        vm.recordLogs();
        vm.prank(owner);
        model = fineTunes.registerFineTune(drawn.tune, page);
        draft = draftIn(vm.getRecordedLogs());
    }

    function proceed(
        ModelId model,
        Registration memory drawn,
        Draft memory before,
        UnitPage memory page
    ) internal returns (Draft memory draft) {
        vm.recordLogs();
        vm.prank(owner);
        fineTunes.continueFineTune(model, drawn.tune, before, page);
        draft = draftIn(vm.getRecordedLogs());
    }

    /// @dev The draft that a page's event tells, empty after the last.
    function draftIn(Vm.Log[] memory logs) internal pure returns (Draft memory draft) {
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] != IFineTunes.UnitsRegistered.selector) continue;
            (, , , bytes memory told) = abi.decode(logs[i].data, (uint16, bytes, bytes, bytes));
            if (told.length != 0) draft = abi.decode(told, (Draft));
        }
    }

    /// @dev That a model is what the plain twin says: units, members, weights, norm, roots.
    function expectRegistered(ModelId model, Registration memory drawn) internal view {
        SettlementTerms memory settled = models.settlementTerms(model, type(uint40).max);
        vm.assertEq(settled.unitCount, drawn.units.length, "units");
        vm.assertEq(settled.keptRows, keptOf(drawn), "kept rows");
        vm.assertEq(settled.floorNorm, normOf(drawn), "floor norm");
        vm.assertEq(settled.fixedTotal, expectUnits(model, drawn), "fixed weights");
        vm.assertEq(
            abi.encode(models.rowTermsOf(model)),
            abi.encode(
                RowTerms({
                    indexRoot: indexRootOf(drawn),
                    totalHash: keccak256(drawn.total),
                    maxPeak: drawn.tune.plan.maxPeak,
                    registeredIn: uint40(block.number),
                    dims: drawn.tune.index.dims,
                    unitCount: uint16(drawn.units.length)
                })
            )
        );
        vm.assertEq(abi.encode(models.versionsOf(model)), abi.encode(drawn.tune.versions));
        vm.assertEq(models.activeFrom(model), clock.time() + ACTIVATION);
        vm.assertEq(fineTunes.draftHashOf(model), 0);
    }

    /// @return fixedTotal The sum of their fixed weights.
    function expectUnits(ModelId model, Registration memory drawn) internal view returns (uint256 fixedTotal) {
        uint256[] memory scales = scalesOf(drawn);
        uint256[] memory weights = new uint256[](drawn.units.length);
        if (scales.length != 0) (, weights) = fixedWeightsOf(drawn);
        for (uint16 u = 0; u < drawn.units.length; ++u) {
            PlannedUnit memory unit = drawn.units[u];
            AccountId payee = unit.isJoint ? AccountId.wrap(0) : drawn.trained[unit.first].contributor;
            uint256 scale = scales.length == 0 ? 0 : scales[u];
            bytes memory sketch = scales.length == 0 ? bytes("") : drawn.given[u].codes.pack();
            expectUnit(model, u, abi.encode(payee, unit.kept, scale, weights[u], sketch));
            if (unit.isJoint) expectMembers(model, u, drawn);
            fixedTotal += weights[u];
        }
    }

    function expectUnit(ModelId model, uint16 unit, bytes memory expected) private view {
        (AccountId payee, uint16 kept, uint16 scale, uint64 weight, bytes memory sketch) = models.unitOf(model, unit);
        vm.assertEq(abi.encode(payee, kept, scale, weight, sketch), expected);
    }

    function expectMembers(ModelId model, uint16 u, Registration memory drawn) private view {
        PlannedUnit memory unit = drawn.units[u];
        uint32 member = 0;
        for (uint256 c = unit.first; member < unit.members; ++c) {
            Trained memory trained = drawn.trained[c];
            if (trained.kept >= drawn.tune.plan.minimumRows) continue;
            (AccountId account, uint32 kept, uint32 unitKept) = models.memberOf(model, u, member++);
            vm.assertEq(abi.encode(account, kept, unitKept), abi.encode(trained.contributor, trained.kept, unit.kept));
        }
    }

    function keptOf(Registration memory drawn) internal pure returns (uint256 kept) {
        for (uint256 c = 0; c < drawn.trained.length; ++c) kept += drawn.trained[c].kept;
    }

    /// @dev `isqrt(k · max(scale² · |code|²))`, searched for.
    function normOf(Registration memory drawn) internal pure returns (uint256 norm) {
        uint256[] memory scales = scalesOf(drawn);
        uint256 most = 0;
        for (uint256 u = 0; u < scales.length; ++u) {
            int256[] memory codes = drawn.given[u].codes;
            uint256 square = scales[u] * scales[u] * uint256(codes.dot(codes));
            if (square > most) most = square;
        }
        most *= drawn.tune.index.dims;
        for (uint256 bit = 1 << 40; bit != 0; bit >>= 1) {
            if ((norm + bit) * (norm + bit) <= most) norm += bit;
        }
    }

    function indexRootOf(Registration memory drawn) internal pure returns (bytes32) {
        return PlainTrees.orderedRoot(unitLeaves(drawn));
    }

    function unitLeaves(Registration memory drawn) internal pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](drawn.given.length);
        for (uint256 u = 0; u < leaves.length; ++u) {
            GivenUnit memory given = drawn.given[u];
            uint32 kept = uint32(drawn.units[u].kept);
            leaves[u] = keccak256(abi.encodePacked(given.rowsRoot, given.rows, kept, contributionOf(drawn, u)));
        }
    }

    /// @dev Whose a unit is alone, zero of a joint one.
    function contributionOf(Registration memory drawn, uint256 u) internal pure returns (ContributionId) {
        return drawn.units[u].isJoint ? ContributionId.wrap(0) : drawn.trained[drawn.units[u].first].id;
    }

    function sort(Trained[] memory trained) internal pure {
        for (uint256 i = 1; i < trained.length; ++i) {
            Trained memory moved = trained[i];
            uint256 place = i;
            for (
                ;
                place != 0 && ContributionId.unwrap(trained[place - 1].id) > ContributionId.unwrap(moved.id);
                --place
            ) {
                trained[place] = trained[place - 1];
            }
            trained[place] = moved;
        }
    }

    function repeated(uint32 value, uint256 count) internal pure returns (uint32[] memory list) {
        list = new uint32[](count);
        for (uint256 i = 0; i < count; ++i) list[i] = value;
    }

    function only(VersionId version) internal pure returns (VersionId[] memory one) {
        one = new VersionId[](1);
        one[0] = version;
    }

    function contributorName(uint256 i) internal pure returns (string memory) {
        return string(abi.encodePacked("contributor", i));
    }
}
