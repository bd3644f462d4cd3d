// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title JointUnit
/// @notice A joint unit of two members: they draw no more than their unit received, whenever they do.
/// @dev Proved as `Channel` is.
contract JointUnit {
    uint256 private constant FIRST_KEPT = 7;
    uint256 private constant SECOND_KEPT = 9;
    uint256 private constant KEPT = 16;

    uint256 public received;
    uint256 public firstDrawn;
    uint256 public secondDrawn;

    function credit(uint256 amount) external {
        received += amount;
    }

    function drawFirst() external {
        firstDrawn = (received * FIRST_KEPT) / KEPT;
    }

    function drawSecond() external {
        secondDrawn = (received * SECOND_KEPT) / KEPT;
    }

    function check() external view {
        assert(firstDrawn + secondDrawn <= received);
    }
}
