// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Member} from "../interfaces/IDatasets.sol";
import {Draft, FineTune, IFineTunes, UnitPage} from "../interfaces/IFineTunes.sol";
import {CodeData} from "../libraries/CodeData.sol";
import {Frontier, OrderedTree} from "../libraries/OrderedTree.sol";
import {Sketches} from "../libraries/Sketches.sol";
import {UnitTotals} from "../libraries/UnitTotals.sol";
import {WideProducts, WideVector} from "../libraries/WideProducts.sol";
import {AccountId, ContributionId} from "../types/Ids.sol";

/// @notice A page of units while it is read.
/// @param draft What the pages before came to, and this one adds to.
/// @param dims Codes in a sketch.
/// @param frontier The tree of units.
/// @param unit Memory address of the next unit given.
/// @param unitsEnd Memory address behind the last one.
/// @param out Memory address of the next unit to keep.
/// @param member Memory address of the next member of a joint unit to keep.
struct Page {
    Draft draft;
    uint256 dims;
    Frontier frontier;
    uint256 unit;
    uint256 unitsEnd;
    uint256 out;
    uint256 member;
}

/// @title UnitPages
/// @notice Forms a model's units from its contributions, checks what is given of each, and keeps it as code (docs/protocol.md,
/// "Units"):
///
///     member   account uint32 ‖ kept uint16
///     unit     payee uint32 ‖ kept uint16 ‖ scale uint16 ‖ fixed weight uint64 ‖ packed sketch
///
/// all members of a page's joint units first, then its units. A joint unit's payee is 0.
library UnitPages {
    uint256 internal constant MAX_UNITS = 1_024;
    uint256 internal constant MAX_ROWS = 1_024;
    uint256 internal constant MIN_ROWS = 16;
    /// @dev Above, a joint unit could have fewer than MIN_ROWS rows.
    uint256 internal constant MAX_MINIMUM = 332;
    uint256 internal constant MEMBER_BYTES = 6;
    uint256 internal constant HEAD_BYTES = 16;
    uint256 internal constant CHUNK_BYTES = 32;
    /// @dev A sheet counts them in one byte.
    uint256 internal constant MAX_PAGES = 255;
    uint256 internal constant JOINT_BYTES = 10;

    /// @dev What is given of a unit before its sketch: rowsRoot, rows, peak.
    uint256 private constant GIVEN_BYTES = 40;
    uint256 private constant TOP_SCALE = 65_535;

    /// @notice A draft without contributions.
    function begin(uint256 dims) internal pure returns (Draft memory draft) {
        draft.roots = OrderedTree.begin().roots;
        draft.sum = UnitTotals.begin(dims);
    }

    /// @notice Adds a page's contributions and the units that they complete.
    /// @return written The units as they are kept.
    function add(
        Draft memory draft,
        FineTune calldata tune,
        UnitPage calldata page,
        Member[] memory members,
        bool isLast
    ) internal returns (bytes memory written) {
        uint256 firstUnit = draft.unitCount;
        uint256 firstMember = draft.members;
        Page memory state = _open(draft, tune.index.dims, page);
        bytes memory room = _room(page, state);

        _addContributions(state, tune, page, members);
        if (isLast) _closeJoint(state, tune);
        require(
            state.unit == state.unitsEnd,
            IFineTunes.FineTunes_UnitsOutOfRange(
                firstUnit + page.units.length / _givenBytes(state.dims),
                draft.unitCount
            )
        );

        draft.roots = state.frontier.roots;
        if (state.dims != 0) _fixWeights(state, draft.unitCount - firstUnit, page.total);
        return _write(draft, state, room, firstUnit, firstMember);
    }

    /// @notice Checks what was said of all units beforehand, once they are all there.
    /// @return indexRoot Root of the tree of units, which is that of the row index.
    /// @return floorNorm `isqrt(k · max(scale² · |code|²))`.
    function finish(
        Draft memory draft,
        FineTune calldata tune,
        bytes calldata total
    ) internal pure returns (bytes32 indexRoot, uint64 floorNorm) {
        require(
            draft.unitCount == tune.plan.count,
            IFineTunes.FineTunes_UnitsOutOfRange(draft.unitCount, tune.plan.count)
        );
        require(
            draft.jointDone == tune.plan.jointRows,
            IFineTunes.FineTunes_JointRowsDiffer(draft.jointDone, tune.plan.jointRows)
        );
        require(
            draft.maxPeak == tune.plan.maxPeak,
            IFineTunes.FineTunes_PeakUnreached(draft.maxPeak, tune.plan.maxPeak)
        );
        _requireLeastMinimum(draft, tune.plan.minimumRows);

        if (tune.index.dims != 0) {
            UnitTotals.settle(draft.sum, draft.scaleTotal);
            bytes32 found = keccak256(draft.sum);
            require(found == keccak256(total), IFineTunes.FineTunes_TotalDiffers(found, keccak256(total)));
            indexRoot = OrderedTree.rootOf(Frontier({count: draft.unitCount, roots: draft.roots}));
        }
        floorNorm = uint64(Math.sqrt(tune.index.dims * uint256(draft.maxSquare)));
    }

    /// @notice Where in a chunk's code a unit lies.
    function unitBytes(uint256 dims) internal pure returns (uint256) {
        unchecked {
            return HEAD_BYTES + dims / 2;
        }
    }

    function _open(Draft memory draft, uint256 dims, UnitPage calldata page) private pure returns (Page memory state) {
        state.draft = draft;
        state.dims = dims;
        state.frontier = Frontier({count: draft.unitCount, roots: draft.roots});
        require(page.total.length == dims * 4, IFineTunes.FineTunes_TotalDiffers(0, keccak256(page.total)));
        bytes memory given = page.units;
        assembly ("memory-safe") {
            // Products take 256 codes at a time: what they read behind the last sketch must be memory of ours.
            mstore(0x40, add(mload(0x40), 0x80))
            mstore(add(state, 0x60), add(given, 0x20))
            mstore(add(state, 0x80), add(add(given, 0x20), mload(given)))
        }
    }

    /// @dev Memory for what is kept: members first, whose number is known only at the end, so units grow from behind the most
    /// that there can be, and a word more, since words are written.
    function _room(UnitPage calldata page, Page memory state) private pure returns (bytes memory room) {
        uint256 most = MEMBER_BYTES * page.contributions.length + 0x20;
        uint256 units =
            state.dims == 0 ? page.contributions.length + _splits(page) : page.units.length / _givenBytes(state.dims);
        room = new bytes(most + units * unitBytes(state.dims) + 0x20);
        assembly ("memory-safe") {
            mstore(add(state, 0xc0), add(room, 0x20))
            mstore(add(state, 0xa0), add(add(room, 0x20), most))
        }
    }

    /// @dev Units that long contributions take beyond one each.
    function _splits(UnitPage calldata page) private pure returns (uint256 units) {
        uint32[] calldata kept = page.kept;
        for (uint256 i = 0; i < kept.length; ++i) units += kept[i] / MAX_ROWS;
    }

    function _addContributions(
        Page memory state,
        FineTune calldata tune,
        UnitPage calldata page,
        Member[] memory members
    ) private view {
        ContributionId[] calldata contributions = page.contributions;
        uint32[] calldata kept = page.kept;
        for (uint256 i = 0; i < members.length; ++i) {
            _addContribution(state, tune, contributions[i], kept[i], members[i]);
        }
    }

    function _addContribution(
        Page memory state,
        FineTune calldata tune,
        ContributionId contribution,
        uint32 kept,
        Member memory member
    ) private view {
        _check(state.draft, contribution, kept, member);
        require(
            state.dims != 0 || kept == member.itemCount,
            IFineTunes.FineTunes_KeptOutOfRange(contribution, kept, member.itemCount)
        );
        uint256 minimum = tune.plan.minimumRows;
        if (kept >= minimum) {
            _addSolo(state, tune, kept, member);
            return;
        }
        if (kept + 1 == minimum) ++state.draft.almostCount;
        _addToJoint(state, tune, kept, member);
    }

    /// @dev Each contribution once, in the order of their ids, of at least one version, and with consent.
    function _check(Draft memory draft, ContributionId contribution, uint32 kept, Member memory member) private view {
        require(
            ContributionId.unwrap(contribution) > ContributionId.unwrap(draft.last),
            IFineTunes.FineTunes_ContributionsUnsorted(draft.last, contribution)
        );
        require(member.versions != 0, IFineTunes.FineTunes_NotIncluded(contribution));
        require(
            block.timestamp < member.usableUntil,
            IFineTunes.FineTunes_ConsentWithdrawn(contribution, member.usableUntil)
        );
        require(kept <= member.itemCount, IFineTunes.FineTunes_KeptOutOfRange(contribution, kept, member.itemCount));
        draft.last = contribution;
        uint256 one = 1;
        for (uint256 left = member.versions; left != 0; left >>= 1) {
            if (left & 1 != 0) draft.versionCounts += one;
            one <<= 32;
        }
    }

    /// @dev A contribution that is paid by itself, in as few units as hold it, as even as can be.
    function _addSolo(Page memory state, FineTune calldata tune, uint256 kept, Member memory member) private pure {
        uint256 units = (kept + MAX_ROWS - 1) / MAX_ROWS;
        uint256 rows = 0;
        for (uint256 t = 0; t < units; ++t) {
            uint256 unitKept = ((t + 1) * kept) / units - (t * kept) / units;
            rows += _addUnit(state, tune, AccountId.unwrap(member.contributor), unitKept, state.draft.last);
        }
        state.draft.soloUnits += uint32(units);
        if (state.dims == 0) return;
        require(
            rows == member.itemCount,
            IFineTunes.FineTunes_RowsOutOfRange(state.draft.unitCount - 1, rows, member.itemCount)
        );
    }

    /// @dev Joint units are filled in the order of ids: `⌊before · units / rows⌋`.
    function _addToJoint(Page memory state, FineTune calldata tune, uint32 kept, Member memory member) private pure {
        Draft memory draft = state.draft;
        uint256 planned = tune.plan.jointRows;
        uint256 before = draft.jointDone;
        require(before + kept <= planned, IFineTunes.FineTunes_JointRowsDiffer(uint32(before + kept), uint32(planned)));
        if (kept != 0 && draft.jointOpen && draft.jointKept != 0) {
            uint256 units = _jointUnits(planned, tune.plan.minimumRows);
            uint256 opened = ((before - draft.jointKept) * units) / planned;
            if ((before * units) / planned != opened) _closeJoint(state, tune);
        }
        if (!draft.jointOpen) {
            draft.jointOpen = true;
            draft.jointFirst = draft.members;
        }

        draft.jointDone += kept;
        draft.jointKept += kept;
        draft.jointRows += member.itemCount;
        ++draft.members;
        uint256 word = (uint256(AccountId.unwrap(member.contributor)) << 224) | (uint256(kept) << 208);
        assembly ("memory-safe") {
            let place := mload(add(state, 0xc0))
            mstore(place, word)
            mstore(add(state, 0xc0), add(place, MEMBER_BYTES))
        }
    }

    function _closeJoint(Page memory state, FineTune calldata tune) private pure {
        Draft memory draft = state.draft;
        if (!draft.jointOpen) return;
        draft.joints = abi.encodePacked(
            draft.joints,
            draft.unitCount,
            draft.jointFirst,
            draft.members - draft.jointFirst
        );
        uint256 rows = _addUnit(state, tune, 0, draft.jointKept, ContributionId.wrap(0));
        require(
            state.dims == 0 || rows == draft.jointRows,
            IFineTunes.FineTunes_RowsOutOfRange(draft.unitCount - 1, rows, draft.jointRows)
        );
        (draft.jointOpen, draft.jointKept, draft.jointRows) = (false, 0, 0);
    }

    /// @dev Takes the next unit given, and keeps it.
    /// @param contribution Whose unit it is, zero of a joint one.
    /// @return rows How many rows it has, dropped ones included.
    function _addUnit(
        Page memory state,
        FineTune calldata tune,
        uint32 payee,
        uint256 kept,
        ContributionId contribution
    ) private pure returns (uint256 rows) {
        Draft memory draft = state.draft;
        uint256 number = draft.unitCount;
        ++draft.unitCount;
        require(number < tune.plan.count, IFineTunes.FineTunes_UnitsOutOfRange(number + 1, tune.plan.count));
        draft.keptRows += uint32(kept);
        uint256 head = (uint256(payee) << 224) | (kept << 208);
        if (state.dims == 0) {
            _keep(state, head, 0);
            return 0;
        }

        require(
            state.unit + _givenBytes(state.dims) <= state.unitsEnd,
            IFineTunes.FineTunes_UnitsOutOfRange(number, number + 1)
        );
        bytes32 rowsRoot;
        uint256 peak;
        uint256 given = state.unit;
        assembly ("memory-safe") {
            rowsRoot := mload(given)
            rows := shr(224, mload(add(given, 0x20)))
            peak := shr(224, mload(add(given, 0x24)))
        }
        require(rows >= kept, IFineTunes.FineTunes_RowsOutOfRange(number, rows, kept));
        OrderedTree.push(
            state.frontier,
            keccak256(abi.encodePacked(rowsRoot, uint32(rows), uint32(kept), contribution))
        );
        head |= _weigh(state, number, given + GIVEN_BYTES, peak, tune.plan.maxPeak);
        _keep(state, head, given + GIVEN_BYTES);
        state.unit = given + _givenBytes(state.dims);
    }

    /// @dev Checks a unit's sketch, adds it to the sums, and works out its scale.
    /// @return The scale, where it belongs in the unit's head, and `scale² · |code|²` where the fixed weight will stand.
    function _weigh(
        Page memory state,
        uint256 number,
        uint256 sketch,
        uint256 peak,
        uint256 maxPeak
    ) private pure returns (uint256) {
        Draft memory draft = state.draft;
        require(!Sketches.holdsEight(sketch, state.dims / 2), IFineTunes.FineTunes_SketchOutOfRange(number));
        require(peak <= maxPeak, IFineTunes.FineTunes_PeakOutOfRange(number, uint32(peak), uint32(maxPeak)));
        uint256 square = Sketches.squaredLength(sketch, state.dims / 2);
        require(
            (peak == 0) == (square == 0),
            IFineTunes.FineTunes_PeakOutOfRange(number, uint32(peak), uint32(maxPeak))
        );
        if (peak == 0) return 0;

        uint256 scale = (2 * TOP_SCALE * peak + maxPeak) / (2 * maxPeak);
        UnitTotals.add(draft.sum, sketch, scale);
        square *= scale * scale;
        draft.scaleTotal += uint32(scale);
        if (square > draft.maxSquare) draft.maxSquare = uint64(square);
        if (peak > draft.maxPeak) draft.maxPeak = uint32(peak);
        return (scale << 192) | (square << 128);
    }

    /// @dev Works out the fixed weights of a page's units, which are kept already: what the others' sum says of each.
    function _fixWeights(Page memory state, uint256 count, bytes calldata total) private pure {
        uint256 size = unitBytes(state.dims);
        uint256 place = state.out - count * size;
        WideVector memory vector = WideProducts.ofUnitTotal(total);
        int256[] memory products = WideProducts.dots(vector, place + HEAD_BYTES, size, count);
        for (uint256 i = 0; i < count; ++i) {
            uint256 head;
            assembly ("memory-safe") {
                head := mload(place)
            }
            int256 others = int256(uint256(uint16(head >> 192))) * products[i] - int256(uint256(uint64(head >> 128)));
            if (others < 0) others = 0;
            state.draft.fixedTotal += uint128(uint256(others));
            head = (head & ~(uint256(type(uint64).max) << 128)) | (uint256(others) << 128);
            assembly ("memory-safe") {
                mstore(place, head)
            }
            place += size;
        }
    }

    function _keep(Page memory state, uint256 head, uint256 sketch) private pure {
        uint256 length = state.dims / 2;
        assembly ("memory-safe") {
            let place := mload(add(state, 0xa0))
            mstore(place, head)
            mcopy(add(place, HEAD_BYTES), sketch, length)
            mstore(add(state, 0xa0), add(add(place, HEAD_BYTES), length))
        }
    }

    /// @dev Joins members and units, and writes them.
    function _write(
        Draft memory draft,
        Page memory state,
        bytes memory room,
        uint256 firstUnit,
        uint256 firstMember
    ) private returns (bytes memory units) {
        uint256 unitCount = draft.unitCount - firstUnit;
        uint256 memberBytes = (draft.members - firstMember) * MEMBER_BYTES;
        uint256 length = unitCount * unitBytes(state.dims);
        units = new bytes(length);
        assembly ("memory-safe") {
            let from := sub(mload(add(state, 0xa0)), length)
            mcopy(add(units, 0x20), from, length)
            mcopy(add(add(room, 0x20), memberBytes), from, length)
            mstore(room, add(memberBytes, length))
        }
        require(draft.chunks.length < MAX_PAGES * CHUNK_BYTES, IFineTunes.FineTunes_TooManyPages(MAX_PAGES));
        address pointer = CodeData.write(room);
        draft.chunks = abi.encodePacked(
            draft.chunks,
            pointer,
            uint16(firstUnit),
            uint16(unitCount),
            uint32(firstMember),
            uint32(draft.members - firstMember)
        );
    }

    /// @dev The minimum is above its least value only if the one below it would make too many units.
    function _requireLeastMinimum(Draft memory draft, uint256 minimum) private pure {
        if (minimum == MIN_ROWS) return;
        uint256 rows = draft.jointDone - (minimum - 1) * draft.almostCount;
        uint256 unitsBelow = draft.soloUnits + draft.almostCount;
        if (draft.members > draft.almostCount) unitsBelow += _jointUnits(rows, minimum - 1);
        require(unitsBelow > MAX_UNITS, IFineTunes.FineTunes_MinimumTooHigh(uint16(minimum), unitsBelow));
    }

    /// @dev As few as hold so many rows of contributions with fewer than `minimum` each.
    function _jointUnits(uint256 rows, uint256 minimum) private pure returns (uint256) {
        uint256 capacity = MAX_ROWS + 1 - minimum;
        return rows <= capacity ? 1 : (rows + capacity - 1) / capacity;
    }

    function _givenBytes(uint256 dims) private pure returns (uint256) {
        unchecked {
            return GIVEN_BYTES + dims / 2;
        }
    }
}
