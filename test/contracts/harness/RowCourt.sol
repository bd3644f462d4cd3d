// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RowShown, RowsRead, UnitShown} from "../../../contracts/interfaces/IUnitCourt.sol";
import {bondOf, ContributionId, ModelId, VersionId} from "../../../contracts/types/Ids.sol";
import {Challenging} from "./Challenging.sol";
import {PlainRow, PlainRows} from "./PlainRows.sol";
import {PlainTrees} from "./PlainTrees.sol";
import {PlainUnits} from "./PlainUnits.sol";
import {PlannedUnit} from "./PlainPlans.sol";
import {RandomCodes} from "./RandomCodes.sol";
import {GivenUnit, Registrar, Registration, Trained} from "./Registrar.sol";
import {World} from "./World.sol";

/// @notice A fine-tune as its owner holds it: with all its rows.
struct RowModel {
    Registration drawn;
    PlainRow[][] rows;
}

/// @notice A world with contributions whose items are known, models whose units are really made of rows of these, and a challenger.
abstract contract RowCourt is Registrar, Challenging {
    using PlainRows for PlainRow[];
    using PlainUnits for int256[];

    uint16 internal constant DIMS = 64;
    uint64 internal constant MODEL_BOND = 500 * OPEN;

    VersionId internal version;
    /// @dev Ascending by id. Three are paid alone, three share a unit.
    Trained[] internal trained;
    /// @dev By contribution: which of the test's lists of items it is.
    mapping(ContributionId contribution => uint256 list) internal listOf;

    function setUp() public virtual override(Registrar, World) {
        super.setUp();
        openChallenger();
        uint32[6] memory items = [uint32(18), 5, 20, 4, 17, 6];
        uint32[6] memory kept = [uint32(16), 5, 20, 3, 16, 5];
        Trained[] memory made = new Trained[](6);
        for (uint256 i = 0; i < 6; ++i) made[i] = contributeList(i, items[i], kept[i]);
        sort(made);
        for (uint256 i = 0; i < 6; ++i) trained.push(made[i]);
        version = freeze(dataset);
    }

    /// @dev A contribution of items that are known.
    function contributeList(uint256 list, uint32 items, uint32 kept) internal returns (Trained memory made) {
        address contributor = named(contributorName(list % CONTRIBUTORS));
        bytes32 root = PlainTrees.sortedRoot(itemLeaves(list, items));
        vm.prank(contributor);
        made.id = datasets.contribute(dataset, keccak256("terms"), root, items);
        (made.contributor, made.items, made.kept) = (accounts.accountOf(contributor), items, kept);
        listOf[made.id] = list;
        ContributionId[] memory one = new ContributionId[](1);
        one[0] = made.id;
        vm.prank(curator);
        datasets.accept(one);
    }

    function itemHash(uint256 list, uint256 item) internal pure returns (bytes32) {
        return keccak256(abi.encode("item", list, item));
    }

    function itemLeaves(uint256 list, uint256 items) internal pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](items);
        for (uint256 i = 0; i < items; ++i) leaves[i] = keccak256(abi.encodePacked(itemHash(list, i)));
    }

    /// @dev A model in which nobody finds a fault: rows at random, some dropped as copies of others, some above their caps
    /// because they harm.
    function honest(bytes32 seed) internal view returns (RowModel memory made) {
        made.drawn = draw(seed, only(version), trained, DIMS);
        made.rows = new PlainRow[][](made.drawn.units.length);
        for (uint256 u = 0; u < made.rows.length; ++u) made.rows[u] = drawRows(made, u, seed);
        for (uint256 u = 0; u < made.rows.length; ++u) {
            for (uint256 r = 0; r < made.rows[u].length; ++r) {
                if (made.rows[u][r].mult == 0) copyAny(made, u, r, seed);
            }
        }
        capAll(made);
    }

    /// @dev Whose rows a unit holds, in their order; some are dropped.
    function drawRows(RowModel memory made, uint256 u, bytes32 seed) private view returns (PlainRow[] memory rows) {
        PlannedUnit memory unit = made.drawn.units[u];
        rows = new PlainRow[](rowsOf(made.drawn, u));
        uint256 count = 0;
        uint256 left = unit.isJoint ? unit.members : 1;
        for (uint256 c = unit.first; left != 0; ++c) {
            Trained memory whose = made.drawn.trained[c];
            if (unit.isJoint && whose.kept >= made.drawn.tune.plan.minimumRows) continue;
            uint256 dropped = whose.items - whose.kept;
            for (uint256 i = 0; i < whose.items; ++i) {
                bytes32 own = keccak256(abi.encode(seed, u, count));
                PlainRow memory row = rows[count++];
                row.itemHash = itemHash(listOf[whose.id], i);
                row.codes = RandomCodes.codes(own, DIMS);
                row.codes[uint256(own) % DIMS] = 7;
                bool isDropped = (i + uint256(seed)) % whose.items < dropped;
                if (!isDropped) row.mult = uint16(1 + ((uint256(own) >> 16) % (2 * PlainRows.capOf(row.codes))));
            }
            --left;
        }
    }

    /// @dev Makes a dropped row a near-copy of any kept one.
    function copyAny(RowModel memory made, uint256 u, uint256 r, bytes32 seed) private pure {
        PlainRow memory row = made.rows[u][r];
        uint256 word = uint256(keccak256(abi.encode(seed, "copy", u, r)));
        row.twinUnit = uint16(word % made.rows.length);
        PlainRow[] memory others = made.rows[row.twinUnit];
        row.twinIndex = uint32((word >> 16) % others.length);
        while (others[row.twinIndex].mult == 0) row.twinIndex = uint32((row.twinIndex + 1) % others.length);
        row.codes = nearby(others[row.twinIndex].codes);
        require(PlainRows.isClose(row.codes, others[row.twinIndex].codes, 60), "a copy that is none");
    }

    function nearby(int256[] memory codes) internal pure returns (int256[] memory near) {
        near = new int256[](codes.length);
        for (uint256 d = 0; d < codes.length; ++d) near[d] = codes[d];
        near[3] = near[3] == 0 ? int256(1) : int256(0);
    }

    /// @dev Cuts rows above their caps that do not harm, until none is left.
    function capAll(RowModel memory made) internal pure {
        bool isDone = false;
        while (!isDone) {
            sumUp(made);
            isDone = true;
            int256[] memory total = PlainUnits.weightedSum(scalesOf(made.drawn), codesOf(made.drawn));
            for (uint256 u = 0; u < made.rows.length; ++u) {
                for (uint256 r = 0; r < made.rows[u].length; ++r) {
                    PlainRow memory row = made.rows[u][r];
                    uint256 cap = PlainRows.capOf(row.codes);
                    if (row.mult <= cap || row.codes.dot(total) < 0) continue;
                    row.mult = uint16(cap);
                    isDone = false;
                }
            }
        }
        hashAll(made);
    }

    /// @dev Works out what is given of all units from their rows.
    function publishable(RowModel memory made) internal pure {
        sumUp(made);
        hashAll(made);
    }

    function sumUp(RowModel memory made) private pure {
        for (uint256 u = 0; u < made.rows.length; ++u) {
            int256[] memory sum = made.rows[u].sumOf();
            made.drawn.given[u].rows = uint32(made.rows[u].length);
            made.drawn.given[u].peak = uint32(PlainUnits.peakOf(sum));
            made.drawn.given[u].codes = PlainUnits.codesOf(sum);
        }
        settle(made.drawn);
    }

    function hashAll(RowModel memory made) internal pure {
        for (uint256 u = 0; u < made.rows.length; ++u) made.drawn.given[u].rowsRoot = made.rows[u].rootOf();
    }

    /// @dev Registers a model, and lets its bond answer for it.
    function publish(RowModel memory made) internal returns (ModelId model) {
        model = register(made.drawn);
        fundBond(bondOf(model), MODEL_BOND);
    }

    function shownOf(RowModel memory made, uint256 u) internal pure returns (UnitShown memory) {
        return shownOf(made.drawn, u);
    }

    function shownOf(Registration memory drawn, uint256 u) internal pure returns (UnitShown memory) {
        return
            UnitShown({
                unit: uint16(u),
                rowsRoot: drawn.given[u].rowsRoot,
                rows: drawn.given[u].rows,
                kept: uint32(drawn.units[u].kept),
                contribution: contributionOf(drawn, u),
                path: PlainTrees.orderedPath(unitLeaves(drawn), u)
            });
    }

    function rowOf(RowModel memory made, uint256 u, uint256 r) internal pure returns (RowShown memory) {
        return
            RowShown({
                index: uint32(r),
                row: PlainRows.encode(made.rows[u][r]),
                path: PlainTrees.orderedPath(made.rows[u].leavesOf(), r)
            });
    }

    function allRows(RowModel memory made, uint256 u) internal pure returns (bytes memory) {
        return made.rows[u].encodeAll(0, made.rows[u].length);
    }

    function none() internal pure returns (RowsRead memory) {}

    /// @dev What rows from the first come to, before they are settled.
    function readingOf(PlainRow[] memory rows, uint256 count) internal pure returns (RowsRead memory read) {
        read.count = count;
        read.roots = frontierOf(rows.leavesOf(), count);
        int256[] memory sum = new int256[](DIMS);
        for (uint256 r = 0; r < count; ++r) {
            if (rows[r].mult == 0) continue;
            ++read.kept;
            read.weight += rows[r].mult;
            for (uint256 d = 0; d < DIMS; ++d) sum[d] += int256(uint256(rows[r].mult)) * (rows[r].codes[d] + 8);
        }
        // As it is before it is settled: without the bias of a total.
        for (uint256 d = 0; d < DIMS; ++d) sum[d] -= 1 << 29;
        read.sum = PlainUnits.totalBytes(sum);
    }

    /// @dev Roots of the perfect trees over the first leaves, the largest first. What stood behind them before stays.
    function frontierOf(bytes32[] memory leaves, uint256 count) internal pure returns (bytes32[] memory roots) {
        roots = new bytes32[](32);
        uint256 height = 0;
        for (uint256 leaf = 0; leaf < count; ++leaf) {
            bytes32 node = leaves[leaf];
            for (uint256 merged = leaf; merged % 2 != 0; merged /= 2) {
                node = keccak256(abi.encode(roots[--height], node));
            }
            roots[height++] = node;
        }
    }
}
