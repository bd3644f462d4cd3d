// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Bond
/// @notice One bond, whichever it is: what is leaving and what is held are there (D1), so that a court finds what it holds.
/// @dev Proved as `Channel` is. `Slashing` says what becomes of what is taken.
contract Bond {
    uint256 public balance;
    uint256 public leaving;
    uint256 public held;

    function deposit(uint256 amount) external {
        balance += amount;
    }

    function request(uint256 amount) external {
        uint256 standing = balance - held;
        leaving = amount < standing ? amount : standing;
    }

    function withdraw(uint256 required) external {
        uint256 standing = balance - held;
        require(standing > required);
        uint256 spare = standing - required;
        uint256 amount = leaving < spare ? leaving : spare;
        leaving = 0;
        balance -= amount;
    }

    function stake(uint256 amount) external {
        require(balance - leaving - held >= amount);
        held += amount;
        fit();
    }

    /// @dev From what is leaving first, so that cover falls only where that is not enough.
    function hold(uint256 amount) external {
        uint256 standing = balance - held;
        uint256 covering = standing - leaving;
        uint256 seized = amount < standing ? amount : standing;
        held += seized;
        leaving = leaving > seized ? leaving - seized : 0;
        assert(leaving == 0 || balance - leaving - held == covering);
    }

    function release(uint256 amount) external {
        held -= amount;
    }

    function slash(uint256 amount, uint256 released) external {
        held -= released;
        uint256 standing = balance - held;
        uint256 taken = amount < standing ? amount : standing;
        balance -= taken;
        fit();
    }

    function check() external view {
        assert(leaving + held <= balance);
    }

    function fit() private {
        uint256 most = balance - held;
        if (leaving > most) leaving = most;
    }
}
