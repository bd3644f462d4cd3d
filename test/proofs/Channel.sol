// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Channel
/// @notice One channel in plain Solidity, whichever it is: C1 and C2 of docs/promises.md after any acts in any order: what is charged is
/// covered, what is covered was signed, and is there.
/// @dev solc's model checker proves every assertion for every sequence of calls, without a bound (`npm run prove`). Every amount is whatever the
/// caller says, in whole fee units: less than a unit of a deposit is never charged. What no act could do, the checked arithmetic refuses.
/// `ChargeSlot.t.sol` and `test/invariants` hold the packed slots to this.
contract Channel {
    uint256 public deposit;
    uint256 public withdrawn;
    uint256 public covered;
    uint256 public charged;
    /// @notice The largest voucher that was signed; a walk-in payment is a deposit and a voucher.
    uint256 public signed;

    function fund(uint256 amount) external {
        deposit += amount;
    }

    function present(uint256 voucher) external {
        uint256 limit = deposit - withdrawn;
        if (voucher > signed) signed = voucher;
        if (voucher > limit && limit > covered) covered = limit;
        if (voucher <= limit && voucher > covered) covered = voucher;
    }

    function charge(uint256 units) external {
        require(charged + units <= covered);
        charged += units;
    }

    function withdraw(uint256 asked) external {
        uint256 left = deposit - withdrawn - charged;
        withdrawn += asked < left ? asked : left;
        if (covered > deposit - withdrawn) covered = deposit - withdrawn;
    }

    function check() external view {
        assert(withdrawn + covered <= deposit);
        assert(charged <= covered);
        assert(covered <= signed);
    }
}
