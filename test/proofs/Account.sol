// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Account
/// @notice One account's earnings, whichever it is: nobody receives more than was credited.
/// @dev Proved as `Channel` is.
contract Account {
    uint256 public earned;
    uint256 public claimed;
    uint256 public credited;
    uint256 public paidOut;

    function credit(uint256 amount) external {
        earned += amount;
        credited += amount;
    }

    function claim() external {
        paidOut += earned - claimed;
        claimed = earned;
    }

    function check() external view {
        assert(claimed <= earned);
        assert(paidOut <= credited);
    }
}
