// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {Earnings} from "../../contracts/Earnings.sol";
import {IAccounts} from "../../contracts/interfaces/IAccounts.sol";
import {Credit, IEarnings, JointShare} from "../../contracts/interfaces/IEarnings.sol";
import {ISettlement, Stage} from "../../contracts/interfaces/ISettlement.sol";
import {OpenToken} from "../../contracts/OpenToken.sol";
import {AccountId, ModelId} from "../../contracts/types/Ids.sol";
import {MarketBooks} from "./harness/MarketBooks.sol";

/// @notice OPEN with a supply that could overflow what an account's slot holds.
contract AbundantToken is OpenToken {
    constructor(uint256 more) OpenToken(msg.sender) {
        _mint(msg.sender, more);
    }
}

contract EarningsTest is MarketBooks {
    AccountId private alice;
    AccountId private bob;

    function setUp() public override {
        super.setUp();
        (alice, bob) = (openAccount("alice"), openAccount("bob"));
    }

    function test_WhenClaimed_AnAccountsEarningsGoToItsPayoutAddress() public {
        credit(alice, 700);
        credit(alice, 300);
        vm.expectEmit(address(earnings));
        emit IEarnings.RewardClaimed(AccountId.unwrap(alice), named("alice"), 1_000);
        vm.prank(named("anyone"));
        vm.assertEq(earnings.claim(alice), 1_000);
        vm.assertEq(token.balanceOf(named("alice")), 1_000e9);
        expectEarnings(alice, 1_000, 1_000);

        credit(alice, 5);
        expectEarnings(alice, 1_005, 1_000);
        vm.assertEq(earnings.claim(alice), 5);
        expectEarnings(alice, 1_005, 1_005);
    }

    function test_GivenNothingToClaim_ItReverts() public {
        bytes memory refusal = abi.encodeWithSelector(IEarnings.Earnings_NothingToClaim.selector, alice);
        vm.expectRevert(refusal);
        earnings.claim(alice);
        credit(alice, 1);
        earnings.claim(alice);
        vm.expectRevert(refusal);
        earnings.claim(alice);
        vm.expectRevert(refusal);
        vm.prank(named("alice"));
        earnings.claimTo(named("elsewhere"));
        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_UnknownAccount.selector, 999));
        earnings.claim(AccountId.wrap(999));
    }

    function test_GivenARotatedPayoutAddress_EarningsFollowTheAccount() public {
        credit(alice, 10);
        address next = named("next");
        vm.prank(named("alice"));
        accounts.proposePayout(alice, next);
        vm.prank(next);
        accounts.acceptPayout(alice);
        earnings.claim(alice);
        vm.assertEq(token.balanceOf(next), 10e9);
        vm.assertEq(token.balanceOf(named("alice")), 0);
    }

    function test_WhenClaimedElsewhere_TheCallerSaysWhere() public {
        credit(alice, 10);
        address to = named("elsewhere");
        vm.expectEmit(address(earnings));
        emit IEarnings.RewardClaimed(AccountId.unwrap(alice), to, 10);
        vm.prank(named("alice"));
        vm.assertEq(earnings.claimTo(to), 10);
        vm.assertEq(token.balanceOf(to), 10e9);
    }

    function test_GivenNoAccount_ClaimingElsewhereReverts() public {
        address stranger = named("stranger");
        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_NoAccount.selector, stranger));
        vm.prank(stranger);
        earnings.claimTo(stranger);
    }

    /// @dev OPEN sent to a contract that cannot give it back was once lost.
    function test_GivenAnAddressThatRefusesTransfers_ClaimingToItReverts() public {
        credit(alice, 10);
        address[9] memory unwelcoming = [
            address(token),
            address(earnings),
            address(bonds),
            address(channels),
            address(ledger),
            address(settlement),
            address(court),
            address(unitCourt),
            address(evaluations)
        ];
        vm.startPrank(named("alice"));
        for (uint256 i = 0; i < unwelcoming.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IEarnings.Earnings_Unwelcome.selector, unwelcoming[i]));
            earnings.claimTo(unwelcoming[i]);
            vm.expectRevert(abi.encodeWithSelector(OpenToken.OpenToken_Refused.selector, unwelcoming[i]));
            token.transfer(unwelcoming[i], 0);
        }
        vm.expectRevert(abi.encodeWithSelector(IEarnings.Earnings_ZeroAddress.selector));
        earnings.claimTo(address(0));
        vm.assertEq(earnings.claimTo(named("alice")), 10);
    }

    function test_WhenManyClaim_EachIsPaidAndAllOfItIsToldOnce() public {
        credit(alice, 7);
        credit(bob, 9);
        credit(treasury, 11);
        AccountId[] memory claimants = new AccountId[](5);
        // One that has nothing, and one twice: both are passed over.
        (claimants[0], claimants[1], claimants[2]) = (bob, operatorAccount, alice);
        (claimants[3], claimants[4]) = (bob, treasury);
        bytes memory claims = abi.encodePacked(
            abi.encodePacked(bob, named("bob"), uint64(9)),
            abi.encodePacked(alice, named("alice"), uint64(7)),
            abi.encodePacked(treasury, named("treasurer"), uint64(11))
        );
        vm.expectEmit(address(earnings));
        emit IEarnings.RewardsClaimed(claims);
        vm.prank(named("anyone"));
        vm.assertEq(earnings.claimMany(claimants), 27);
        vm.assertEq(token.balanceOf(named("alice")), 7e9);
        vm.assertEq(token.balanceOf(named("bob")), 9e9);
        vm.assertEq(token.balanceOf(named("treasurer")), 11e9);
        expectEarnings(bob, 9, 9);
    }

    function test_GivenNothingForAnyOfMany_ItReverts() public {
        AccountId[] memory claimants = new AccountId[](2);
        (claimants[0], claimants[1]) = (alice, bob);
        vm.expectRevert(abi.encodeWithSelector(IEarnings.Earnings_NothingToClaim.selector, bob));
        earnings.claimMany(claimants);
        vm.expectRevert(abi.encodeWithSelector(IEarnings.Earnings_NothingToClaim.selector, 0));
        earnings.claimMany(new AccountId[](0));
        claimants[1] = AccountId.wrap(999);
        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_UnknownAccount.selector, 999));
        earnings.claimMany(claimants);
    }

    function test_WhenSettledAndClaimed_WhoeverIsImpatientIsPaidInOneTransaction() public {
        recordMany(3, 100, 1);
        passWindow(1);
        JointShare[] memory none = new JointShare[](0);
        uint256 due = plainPay(1).unitsGwei[4];
        vm.assertEq(
            earnings.settleAndClaim(pageOf(book(1), plainModel(), Stage.Summing, 0, 9, 9), contributors[4], none),
            due
        );
        vm.assertEq(token.balanceOf(accounts.payoutOf(contributors[4])), due * 1e9);

        // Somebody settled it before: the claim goes on.
        vm.assertEq(
            earnings.settleAndClaim(pageOf(book(1), plainModel(), Stage.Summing, 0, 0, 0), operatorAccount, none),
            45_000_000
        );
    }

    function test_WhenCredited_AccountsAndJointUnitsGrow() public {
        Credit[] memory credits = new Credit[](4);
        credits[0] = Credit.wrap((uint256(AccountId.unwrap(alice)) << 64) | 5);
        credits[1] = Credit.wrap((uint256(3) << 112) | (uint256(9) << 96) | 8);
        credits[2] = Credit.wrap(uint256(AccountId.unwrap(bob)) << 64);
        credits[3] = Credit.wrap((uint256(AccountId.unwrap(alice)) << 64) | 6);
        vm.prank(address(settlement));
        earnings.creditMany(credits);
        expectEarnings(alice, 11, 0);
        expectEarnings(bob, 0, 0);
        vm.assertEq(earnings.receivedOf(ModelId.wrap(3), 9), 8);
        vm.assertEq(earnings.receivedOf(ModelId.wrap(3), 8), 0);
    }

    function test_OnlyChannelsCollectAndPay_AndOnlyCreditorsCredit() public {
        address[5] memory callers = [
            address(channels),
            address(ledger),
            address(settlement),
            address(bonds),
            address(court)
        ];
        for (uint256 i = 0; i < callers.length; ++i) {
            bytes memory refusal = abi.encodeWithSelector(IEarnings.Earnings_NotAppointed.selector, callers[i]);
            vm.startPrank(callers[i]);
            if (i != 0) {
                vm.expectRevert(refusal);
                earnings.collect(address(this), 1);
                vm.expectRevert(refusal);
                earnings.pay(address(this), 1);
            }
            if (i == 0 || i == 4) {
                vm.expectRevert(refusal);
                earnings.credit(alice, 1);
                vm.expectRevert(refusal);
                earnings.creditMany(new Credit[](0));
            } else {
                earnings.credit(alice, 1);
                earnings.creditMany(new Credit[](0));
            }
            vm.stopPrank();
        }
        expectEarnings(alice, 3, 0);
    }

    function test_WhenUsersAreAppointed_ItIsToldAndStaysForGood() public {
        Earnings fresh = new Earnings(token, accounts, models, address(manager));
        vm.assertTrue(token.refuses(address(fresh)));
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, named("alice")));
        vm.prank(named("alice"));
        fresh.appoint(address(channels), address(ledger), settlement, address(bonds));
        bytes memory refusal = abi.encodeWithSelector(IEarnings.Earnings_ZeroAddress.selector);
        vm.expectRevert(refusal);
        fresh.appoint(address(0), address(ledger), settlement, address(bonds));
        vm.expectRevert(refusal);
        fresh.appoint(address(channels), address(0), settlement, address(bonds));
        vm.expectRevert(refusal);
        fresh.appoint(address(channels), address(ledger), ISettlement(address(0)), address(bonds));
        vm.expectRevert(refusal);
        fresh.appoint(address(channels), address(ledger), settlement, address(0));

        vm.expectEmit(address(fresh));
        emit IEarnings.EarningsUsersAppointed(address(channels), address(ledger), address(settlement), address(bonds));
        fresh.appoint(address(channels), address(ledger), settlement, address(bonds));
        vm.assertEq(fresh.channels(), address(channels));
        vm.assertEq(fresh.ledger(), address(ledger));
        vm.assertEq(address(fresh.settlement()), address(settlement));
        vm.assertEq(fresh.bonds(), address(bonds));
        vm.expectRevert(abi.encodeWithSelector(IEarnings.Earnings_AlreadyAppointed.selector, address(channels)));
        fresh.appoint(named("a"), named("b"), settlement, named("d"));
    }

    function test_GivenASupplyThatASlotCannotHold_ItCannotBeDeployed() public {
        uint256 most = type(uint64).max;
        AbundantToken abundant = new AbundantToken(most * 1e9 - 1e27);
        new Earnings(abundant, accounts, models, address(manager));
        abundant = new AbundantToken((most + 1) * 1e9 - 1e27);
        vm.expectRevert(abi.encodeWithSelector(IEarnings.Earnings_SupplyTooLarge.selector, most + 1, type(uint64).max));
        new Earnings(abundant, accounts, models, address(manager));
    }

    /// @dev Credits what the market's payers paid in.
    function credit(AccountId account, uint64 amountGwei) private {
        vm.prank(address(ledger));
        earnings.credit(account, amountGwei);
    }

    function expectEarnings(AccountId account, uint64 earnedGwei, uint64 claimedGwei) private view {
        (uint64 earned, uint64 claimed) = earnings.earningsOf(account);
        vm.assertEq(earned, earnedGwei, "earned");
        vm.assertEq(claimed, claimedGwei, "claimed");
    }
}
