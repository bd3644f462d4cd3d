// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccounts} from "../../contracts/interfaces/IAccounts.sol";
import {AccountId} from "../../contracts/types/Ids.sol";
import {World} from "./harness/World.sol";

contract AccountsTest is World {
    address private alice = named("alice");
    address private bob = named("bob");

    function test_GivenAnAddressWithoutAccount_WhenOpened_ItTakesTheNextNumber() public {
        vm.expectEmit(address(accounts));
        emit IAccounts.AccountOpened(2, alice);
        AccountId account = accounts.open(alice);

        vm.assertEq(AccountId.unwrap(account), 2);
        vm.assertEq(accounts.accountCount(), 2);
        vm.assertEq(accounts.payoutOf(account), alice);
        vm.assertEq(AccountId.unwrap(accounts.accountOf(alice)), 2);
        vm.assertEq(AccountId.unwrap(accounts.requireAccountOf(alice)), 2);
    }

    function test_GivenTheZeroAddress_WhenOpened_ItReverts() public {
        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_ZeroAddress.selector));
        accounts.open(address(0));
    }

    function test_GivenAHolder_WhenOpenedAgain_ItRevertsWithTheAccount() public {
        accounts.open(alice);
        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_AlreadyHasAccount.selector, alice, 2));
        accounts.open(alice);
    }

    function test_GivenNobody_WhenAskedFor_ItSaysNoneOrReverts() public {
        vm.assertEq(AccountId.unwrap(accounts.accountOf(alice)), 0);
        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_NoAccount.selector, alice));
        accounts.requireAccountOf(alice);
        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_UnknownAccount.selector, 9));
        accounts.payoutOf(AccountId.wrap(9));
    }

    function test_GivenAProposal_WhenAccepted_TheAccountMovesAndTheOldAddressIsFree() public {
        AccountId account = accounts.open(alice);

        vm.expectEmit(address(accounts));
        emit IAccounts.PayoutProposed(2, alice, bob);
        vm.prank(alice);
        accounts.proposePayout(account, bob);

        vm.expectEmit(address(accounts));
        emit IAccounts.PayoutRotated(2, alice, bob);
        vm.prank(bob);
        accounts.acceptPayout(account);

        vm.assertEq(accounts.payoutOf(account), bob);
        vm.assertEq(AccountId.unwrap(accounts.accountOf(bob)), 2);
        vm.assertEq(AccountId.unwrap(accounts.accountOf(alice)), 0);
        vm.assertEq(AccountId.unwrap(accounts.open(alice)), 3);
    }

    function test_GivenAProposal_WhenAcceptedTwice_ItRevertsTheSecondTime() public {
        AccountId account = accounts.open(alice);
        vm.prank(alice);
        accounts.proposePayout(account, bob);
        vm.startPrank(bob);
        accounts.acceptPayout(account);
        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_NotProposed.selector, account, bob, address(0)));
        accounts.acceptPayout(account);
    }

    function test_GivenAProposal_WhenTakenBack_NobodyCanAccept() public {
        AccountId account = accounts.open(alice);
        vm.startPrank(alice);
        accounts.proposePayout(account, bob);
        accounts.proposePayout(account, address(0));
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_NotProposed.selector, account, bob, address(0)));
        vm.prank(bob);
        accounts.acceptPayout(account);
    }

    function test_GivenAProposedHolder_WhenItAccepts_ItRevertsBecauseItHasAnAccount() public {
        AccountId account = accounts.open(alice);
        accounts.open(bob);
        vm.prank(alice);
        accounts.proposePayout(account, bob);
        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_AlreadyHasAccount.selector, bob, 3));
        vm.prank(bob);
        accounts.acceptPayout(account);
    }

    function test_GivenAStranger_WhenProposing_ItReverts() public {
        AccountId account = accounts.open(alice);
        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_NotPayout.selector, account, bob, alice));
        vm.prank(bob);
        accounts.proposePayout(account, bob);
    }

    function testFuzz_GivenAnyAddresses_WhenOpened_AccountsAndAddressesStayOneToOne(address[8] memory payouts) public {
        for (uint256 i = 0; i < payouts.length; ++i) {
            if (payouts[i] == address(0) || AccountId.unwrap(accounts.accountOf(payouts[i])) != 0) continue;
            AccountId account = accounts.open(payouts[i]);
            vm.assertEq(accounts.payoutOf(account), payouts[i]);
            vm.assertEq(AccountId.unwrap(accounts.accountOf(payouts[i])), AccountId.unwrap(account));
            vm.assertEq(accounts.accountCount(), AccountId.unwrap(account));
        }
    }
}
