// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICommitments} from "../../../contracts/interfaces/ICommitments.sol";
import {AccountId, BondId, bondOf} from "../../../contracts/types/Ids.sol";
import {World} from "./World.sol";

/// @notice A world with a challenger who holds a bond, and with a stranger who does not.
abstract contract Challenging is World {
    uint64 internal constant CHALLENGER_BOND = 1_000 * OPEN;

    address internal challenger = named("challenger");
    AccountId internal challengerAccount;

    /// @dev After accounts that a test numbers itself.
    function openChallenger() internal {
        challengerAccount = openAccount("challenger");
        fundBond(bondOf(challengerAccount), CHALLENGER_BOND);
    }

    function fundBond(BondId bond, uint64 amountGwei) internal {
        token.approve(address(bonds), uint256(amountGwei) * 1e9);
        bonds.deposit(bond, amountGwei);
    }

    function commitmentOf(address who, bytes memory call) internal pure returns (bytes32) {
        return keccak256(abi.encode(who, call));
    }

    /// @dev Commits to a call, after the block of whatever it strikes, and lets the blocks pass after which it may be made.
    function announce(address target, address who, bytes memory call) internal {
        vm.roll(block.number + 1);
        vm.prank(who);
        ICommitments(target).commit(commitmentOf(who, call));
        vm.roll(block.number + 2);
    }

    /// @dev The challenger announces a call and makes it; what it answers otherwise is the test's failure.
    function prove(address target, bytes memory call) internal {
        announce(target, challenger, call);
        make(target, challenger, call);
    }

    function make(address target, address who, bytes memory call) internal {
        (bool done, bytes memory reason) = send(target, who, call);
        if (done) return;
        assembly ("memory-safe") {
            revert(add(reason, 0x20), mload(reason))
        }
    }

    /// @dev The same, refused.
    function fails(address target, bytes memory call, bytes memory refusal) internal {
        announce(target, challenger, call);
        failsAtOnce(target, challenger, call, refusal);
    }

    function failsAtOnce(address target, address who, bytes memory call, bytes memory refusal) internal {
        (bool done, bytes memory reason) = send(target, who, call);
        vm.assertEq(reason, refusal);
        vm.assertFalse(done);
    }

    function send(address target, address who, bytes memory call) internal returns (bool done, bytes memory answer) {
        vm.prank(who);
        return target.call(call);
    }

    /// @dev All that an account ever earned.
    function earnedOf(AccountId account) internal view returns (uint64 earnedGwei) {
        (earnedGwei, ) = earnings.earningsOf(account);
    }
}
