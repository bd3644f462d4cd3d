// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Solvency
/// @notice The ledger's accounting once more, in plain Solidity, with everybody's amounts added up: what the ledger holds is
/// what it owes, after any acts in any order.
/// @dev solc's model checker proves `check` for every sequence of calls, without a bound (`npm run prove`). Every amount is
/// whatever the caller says; what no act could do, the checked arithmetic refuses. `EarningsSlotBooks.t.sol` holds the
/// packed slots to this. An account's epochs turn here when the epoch does, in a slot when it is next touched.
contract Solvency {
    uint256 public held;

    uint256 public tabs;
    uint256 public newer;
    uint256 public older;
    uint256 public matured;
    /// @notice What is staked in appeals included: staking and releasing change no sum.
    uint256 public bonds;
    uint256 public unburnt;

    function fundTab(uint256 amount) external {
        tabs += amount;
        held += amount;
    }

    function withdrawTab(uint256 amount) external {
        tabs -= amount;
        held -= amount;
    }

    function turnEpoch() external {
        matured += older;
        older = newer;
        newer = 0;
    }

    /// @dev However a fee is split: what its takers get is all of it.
    function recordFee(uint256 fee) external {
        tabs -= fee;
        newer += fee;
    }

    function strikeNewer(uint256 fee) external {
        newer -= fee;
        tabs += fee;
    }

    function strikeOlder(uint256 fee) external {
        older -= fee;
        tabs += fee;
    }

    function claim(uint256 amount) external {
        matured -= amount;
        held -= amount;
    }

    function depositBond(uint256 amount) external {
        bonds += amount;
        held += amount;
    }

    function withdrawBond(uint256 amount) external {
        bonds -= amount;
        held -= amount;
    }

    /// @dev A stake that is paid out is a slash of which all is bounty.
    function slash(uint256 amount, uint256 bounty) external {
        require(bounty <= amount);
        bonds -= amount;
        matured += bounty;
        unburnt += amount - bounty;
    }

    function burn() external {
        held -= unburnt;
        unburnt = 0;
    }

    function check() external view {
        assert(held == tabs + newer + older + matured + bonds + unburnt);
    }
}
