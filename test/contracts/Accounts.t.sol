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
        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_UnknownAccount.selector, 0));
        accounts.payoutOf(AccountId.wrap(0));
        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_UnknownAccount.selector, 9));
        vm.prank(alice);
        accounts.proposePayout(AccountId.wrap(9), bob);
        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_UnknownAccount.selector, 9));
        vm.prank(bob);
        accounts.acceptPayout(AccountId.wrap(9));
    }

    function test_GivenSeveralAccounts_WhenAskedForTogether_EachPayoutIsInItsPlace() public {
        AccountId[] memory asked = new AccountId[](3);
        asked[0] = accounts.open(alice);
        asked[1] = treasury;
        asked[2] = accounts.open(bob);
        address[] memory expected = new address[](3);
        (expected[0], expected[1], expected[2]) = (alice, named("treasurer"), bob);
        vm.assertEq(abi.encode(accounts.payoutsOf(asked)), abi.encode(expected));

        asked[1] = AccountId.wrap(9);
        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_UnknownAccount.selector, 9));
        accounts.payoutsOf(asked);
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

    function test_GivenAProposal_WhenCancelled_NobodyCanAccept() public {
        AccountId account = accounts.open(alice);
        vm.startPrank(alice);
        accounts.proposePayout(account, bob);
        vm.expectEmit(address(accounts));
        emit IAccounts.PayoutProposed(2, alice, address(0));
        accounts.proposePayout(account, address(0));
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_NotProposed.selector, account, bob, address(0)));
        vm.prank(bob);
        accounts.acceptPayout(account);
    }

    function test_GivenAProposal_WhenReplaced_OnlyTheNewerAddressAccepts() public {
        AccountId account = accounts.open(alice);
        vm.startPrank(alice);
        accounts.proposePayout(account, bob);
        accounts.proposePayout(account, named("carol"));
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_NotProposed.selector, account, bob, named("carol")));
        vm.prank(bob);
        accounts.acceptPayout(account);
        vm.prank(named("carol"));
        accounts.acceptPayout(account);
        vm.assertEq(accounts.payoutOf(account), named("carol"));
    }

    function test_GivenSomebodyOpenedAnAccountForTheProposedAddress_TheRotationStillHappens() public {
        AccountId account = accounts.open(alice);
        AccountId blocking = accounts.open(bob);
        rotate(account, alice, bob);

        vm.assertEq(accounts.payoutOf(account), bob);
        vm.assertEq(accounts.payoutOf(blocking), bob);
        vm.assertEq(AccountId.unwrap(accounts.accountOf(bob)), AccountId.unwrap(account));
    }

    function test_GivenTwoAccountsPaidToOneAddress_ItChoosesAsWhichItActs() public {
        AccountId first = accounts.open(alice);
        AccountId second = accounts.open(bob);
        rotate(first, alice, bob);

        vm.expectEmit(address(accounts));
        emit IAccounts.ActingAs(3, bob);
        vm.prank(bob);
        accounts.actAs(second);
        vm.assertEq(AccountId.unwrap(accounts.accountOf(bob)), AccountId.unwrap(second));
        vm.prank(bob);
        accounts.actAs(first);
        vm.assertEq(AccountId.unwrap(accounts.accountOf(bob)), AccountId.unwrap(first));

        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_NotPayout.selector, first, alice, bob));
        vm.prank(alice);
        accounts.actAs(first);
    }

    function test_GivenAnAddressThatActsAsAnotherAccount_WhenOneMovesAway_ItGoesOnActingAsTheOther() public {
        AccountId first = accounts.open(alice);
        AccountId second = accounts.open(bob);
        rotate(first, alice, bob);
        vm.prank(bob);
        accounts.actAs(second);
        rotate(first, bob, named("carol"));
        vm.assertEq(AccountId.unwrap(accounts.accountOf(bob)), AccountId.unwrap(second));
        vm.assertEq(AccountId.unwrap(accounts.accountOf(named("carol"))), AccountId.unwrap(first));
    }

    function test_GivenAnAddressThatActedAsTheAccountThatMovedAway_ItActsAsNoneUntilItChooses() public {
        AccountId first = accounts.open(alice);
        AccountId second = accounts.open(bob);
        rotate(first, alice, bob);
        rotate(first, bob, named("carol"));
        vm.assertEq(AccountId.unwrap(accounts.accountOf(bob)), 0);
        vm.prank(bob);
        accounts.actAs(second);
        vm.assertEq(AccountId.unwrap(accounts.requireAccountOf(bob)), AccountId.unwrap(second));
    }

    function test_GivenAnAccountProposedToItsOwnAddress_WhenAccepted_NothingIsLost() public {
        AccountId account = accounts.open(alice);
        rotate(account, alice, alice);
        vm.assertEq(accounts.payoutOf(account), alice);
        vm.assertEq(AccountId.unwrap(accounts.accountOf(alice)), AccountId.unwrap(account));
    }

    function test_GivenAStranger_WhenProposing_ItReverts() public {
        AccountId account = accounts.open(alice);
        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_NotPayout.selector, account, bob, alice));
        vm.prank(bob);
        accounts.proposePayout(account, bob);
    }

    /// @dev Any acts by any of four people; a plain list remembers whom each account is paid to.
    function testFuzz_GivenAnyActs_EveryAccountHasOnePayoutAndEveryAddressActsForItselfOnly(
        uint256[24] memory acts
    ) public {
        address[4] memory people = [alice, bob, named("carol"), named("dave")];
        address[] memory payouts = new address[](acts.length + 2);
        payouts[1] = named("treasurer");
        for (uint256 i = 0; i < acts.length; ++i) {
            address person = people[(acts[i] >> 8) % 4];
            uint32 count = accounts.accountCount();
            uint32 number = uint32(bound(acts[i] >> 16, 1, count));
            if (acts[i] % 3 == 0 && AccountId.unwrap(accounts.accountOf(person)) == 0) {
                accounts.open(person);
                payouts[count + 1] = person;
            } else if (acts[i] % 3 == 1) {
                rotate(AccountId.wrap(number), payouts[number], person);
                payouts[number] = person;
            } else if (acts[i] % 3 == 2) {
                vm.prank(payouts[number]);
                accounts.actAs(AccountId.wrap(number));
            }
            for (uint32 n = 1; n <= accounts.accountCount(); ++n) {
                vm.assertEq(accounts.payoutOf(AccountId.wrap(n)), payouts[n]);
            }
            for (uint256 p = 0; p < people.length; ++p) {
                AccountId acting = accounts.accountOf(people[p]);
                if (AccountId.unwrap(acting) != 0) vm.assertEq(accounts.payoutOf(acting), people[p]);
            }
        }
    }

    function rotate(AccountId account, address from, address to) private {
        vm.prank(from);
        accounts.proposePayout(account, to);
        vm.prank(to);
        accounts.acceptPayout(account);
    }
}
