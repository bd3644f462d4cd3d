// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Slashing
/// @notice All bonds together: Bonds holds what was paid in and not taken out, and what is slashed is split into bounties, gifts to contributors and
/// what is burnt, of which nothing is lost and at most half is a challenger's (D2).
/// @dev Proved as `Channel` is.
contract Slashing {
    uint256 public held;
    uint256 public bonds;
    uint256 public unburnt;
    uint256 public slashed;
    uint256 public bounties;
    uint256 public others;

    function deposit(uint256 amount) external {
        bonds += amount;
        held += amount;
    }

    function withdraw(uint256 amount) external {
        bonds -= amount;
        held -= amount;
    }

    function slash(uint256 taken, uint256 bounty, uint256 given) external {
        require(2 * bounty <= taken);
        bonds -= taken;
        uint256 burnt = taken - bounty - given;
        unburnt += burnt;
        held -= bounty + given;
        slashed += taken;
        bounties += bounty;
        others += burnt + given;
    }

    function burn() external {
        held -= unburnt;
        unburnt = 0;
    }

    function check() external view {
        assert(held == bonds + unburnt);
        assert(bounties + others == slashed);
        assert(bounties <= others);
    }
}
