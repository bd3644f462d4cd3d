// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {bondOf} from "../../contracts/types/Ids.sol";
import {Test} from "../contracts/harness/Test.sol";
import {RingActs} from "./RingActs.sol";

/// @notice Plays a ring and the honest, in whatever order the runner draws.
contract RingHandler is RingActs {
    constructor() {
        setUp();
    }

    /// @dev Once: the runner may call it too.
    function setUp() public override {
        if (address(token) == address(0)) super.setUp();
    }

    function check() external view {
        vm.assertFalse(gainedByStriking);
        vm.assertLe(wealthGwei(), startGwei + allHonestGwei, "ring");
        // The rival loses nothing of its bond, and the honest payer pays no more than it was promised.
        vm.assertGe(bonds.bondStateOf(bondOf(operators[1])).balanceGwei, SMALL_BOND + BOND, "rival");
        vm.assertGe(payerGwei() + payerOwesGwei, payerStartGwei, "payer");
    }
}

/// @notice D2 and D3 of test/invariants/README.md.
contract RingInvariants is Test {
    RingHandler private handler;

    function setUp() public {
        handler = new RingHandler();
    }

    /// @dev Read by the invariant runner.
    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    /// @dev Read by the invariant runner. What the handler asks of itself is no act of the game.
    function excludeSenders() external view returns (address[] memory senders) {
        senders = new address[](1);
        senders[0] = address(handler);
    }

    function invariant_C3_D2_D3_NoRingEndsAboveHonestPlayAndTheHonestLoseNothing() public view {
        handler.check();
    }
}
