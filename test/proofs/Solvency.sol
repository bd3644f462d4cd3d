// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Solvency
/// @notice The accounting of Earnings in plain Solidity, with everybody's amounts added up: what it holds is what it owes, after any acts in any
/// order.
/// @dev Proved as `Channel` is. How a book is shared is `Book`'s and `Shares`' business: here anyone who is paid is owed it.
contract Solvency {
    uint256 public held;

    /// @notice What is left of deposits, neither charged nor withdrawn.
    uint256 public deposits;
    /// @notice Fees of unsettled books, and what was given to them.
    uint256 public books;
    /// @notice Fees of records that were set aside.
    uint256 public aside;
    uint256 public owed;
    uint256 public joint;

    function fund(uint256 amount) external {
        deposits += amount;
        held += amount;
    }

    function withdraw(uint256 amount) external {
        deposits -= amount;
        held -= amount;
    }

    function record(uint256 fee) external {
        deposits -= fee;
        books += fee;
    }

    function voidRecord(uint256 fee) external {
        books -= fee;
        owed += fee;
    }

    function setAside(uint256 fee) external {
        books -= fee;
        aside += fee;
    }

    function returnToPayer(uint256 fee) external {
        aside -= fee;
        owed += fee;
    }

    function returnToBook(uint256 fee) external {
        aside -= fee;
        books += fee;
    }

    function pay(uint256 amount) external {
        books -= amount;
        owed += amount;
    }

    function payJoint(uint256 amount) external {
        books -= amount;
        joint += amount;
    }

    function draw(uint256 amount) external {
        joint -= amount;
        owed += amount;
    }

    function claim(uint256 amount) external {
        owed -= amount;
        held -= amount;
    }

    /// @dev What a slash leaves for a challenger and for contributors.
    function receiveSlashed(uint256 bounty, uint256 given) external {
        held += bounty + given;
        owed += bounty;
        books += given;
    }

    function check() external view {
        assert(held == deposits + books + aside + owed + joint);
    }
}
