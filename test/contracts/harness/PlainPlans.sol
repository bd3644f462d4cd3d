// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice A unit of a plan.
/// @param kept Its kept rows.
/// @param isJoint Whether several contributions share it.
/// @param first The contribution whose it is alone, or the first of its members.
/// @param members How many members a joint unit has.
/// @param firstMember How many members the joint units before it have.
/// @param completeAt The contribution with which it is complete.
struct PlannedUnit {
    uint256 kept;
    bool isJoint;
    uint256 first;
    uint256 members;
    uint256 firstMember;
    uint256 completeAt;
}

/// @notice Units of contributions the plain way (docs/protocol.md, "Units"): contributions are named by their places.
library PlainPlans {
    uint256 private constant MOST = 1_024;

    /// @notice The least minimum that makes no more than 1,024 units, zero where there is none.
    function minimumOf(uint32[] memory kept) internal pure returns (uint256) {
        for (uint256 minimum = 16; minimum <= 332; ++minimum) {
            if (countOf(kept, minimum) <= MOST) return minimum;
        }
        return 0;
    }

    /// @notice How many units contributions make with a minimum.
    function countOf(uint32[] memory kept, uint256 minimum) internal pure returns (uint256 count) {
        bool isShared = false;
        for (uint256 c = 0; c < kept.length; ++c) {
            if (kept[c] < minimum) isShared = true;
            else count += ceilDiv(kept[c], MOST);
        }
        if (isShared) count += jointCount(jointRows(kept, minimum), minimum);
    }

    /// @notice Kept rows of all contributions that share.
    function jointRows(uint32[] memory kept, uint256 minimum) internal pure returns (uint256 rows) {
        for (uint256 c = 0; c < kept.length; ++c) {
            if (kept[c] < minimum) rows += kept[c];
        }
    }

    function jointCount(uint256 rows, uint256 minimum) internal pure returns (uint256) {
        uint256 count = ceilDiv(rows, MOST + 1 - minimum);
        return count == 0 ? 1 : count;
    }

    /// @notice Units in the order in which they are complete.
    function unitsOf(uint32[] memory kept, uint256 minimum) internal pure returns (PlannedUnit[] memory units) {
        units = new PlannedUnit[](countOf(kept, minimum));
        uint256[] memory groups = groupsOf(kept, minimum);
        PlannedUnit memory open;
        uint256 count = 0;
        for (uint256 c = 0; c < kept.length; ++c) {
            if (kept[c] >= minimum) {
                uint256 parts = ceilDiv(kept[c], MOST);
                for (uint256 t = 0; t < parts; ++t) {
                    uint256 rows = ((t + 1) * kept[c]) / parts - (t * kept[c]) / parts;
                    units[count++] = PlannedUnit(rows, false, c, 0, 0, c);
                }
                continue;
            }
            if (open.members != 0 && groups[c] != groups[open.first]) {
                open.completeAt = c;
                units[count++] = open;
                open = PlannedUnit(0, true, c, 0, open.firstMember + open.members, 0);
            }
            if (open.members == 0) (open.isJoint, open.first) = (true, c);
            open.kept += kept[c];
            ++open.members;
        }
        if (open.members == 0) return units;
        open.completeAt = kept.length - 1;
        units[count++] = open;
        require(count == units.length, "a joint unit without members");
    }

    /// @notice Which joint unit each contribution that shares belongs to.
    function groupsOf(uint32[] memory kept, uint256 minimum) internal pure returns (uint256[] memory groups) {
        groups = new uint256[](kept.length);
        uint256 rows = jointRows(kept, minimum);
        uint256 count = jointCount(rows, minimum);
        uint256 before = 0;
        uint256 group = 0;
        for (uint256 c = 0; c < kept.length; ++c) {
            if (kept[c] >= minimum) continue;
            if (kept[c] != 0) group = (before * count) / rows;
            groups[c] = group;
            before += kept[c];
        }
    }

    function ceilDiv(uint256 a, uint256 b) private pure returns (uint256) {
        return (a + b - 1) / b;
    }
}
