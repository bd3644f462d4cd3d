// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Receipts
/// @notice One account's earnings in plain Solidity, whichever account it is: it never receives more than it was credited.
/// @dev Proved as `Solvency` is. `credited` falls where a struck record's credit is taken back.
contract Receipts {
    uint256 public newer;
    uint256 public older;
    uint256 public matured;

    uint256 public credited;
    uint256 public received;

    function credit(uint256 amount) external {
        newer += amount;
        credited += amount;
    }

    function turnEpoch() external {
        matured += older;
        older = newer;
        newer = 0;
    }

    function debitNewer(uint256 amount) external {
        newer -= amount;
        credited -= amount;
    }

    function debitOlder(uint256 amount) external {
        older -= amount;
        credited -= amount;
    }

    function award(uint256 amount) external {
        matured += amount;
        credited += amount;
    }

    function claim() external {
        received += matured;
        matured = 0;
    }

    function check() external view {
        assert(received <= credited);
    }
}
