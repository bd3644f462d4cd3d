// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccounts} from "../../contracts/interfaces/IAccounts.sol";
import {ILedger} from "../../contracts/interfaces/ILedger.sol";
import {AccountId} from "../../contracts/types/Ids.sol";
import {Market} from "./harness/Market.sol";

contract EarningsTest is Market {
    /// @dev Six tenths of a fee of 1,000 go to the only row.
    uint64 private constant EARNED = 600;

    address private earner;
    AccountId private account;

    function setUp() public override {
        super.setUp();
        earner = named(contributorName(0));
        account = contributors[0];
    }

    function test_WhenCredited_ItIsPendingUntilTheEpochAfterNextBegins() public {
        record(recordFor(0, 1_000, 0));
        expectEarnings(0, EARNED);
        nextEpoch();
        expectEarnings(0, EARNED);
        nextEpoch();
        expectEarnings(EARNED, 0);
        nextEpoch();
        expectEarnings(EARNED, 0);
    }

    function test_GivenCreditInEveryEpoch_TheTwoLastArePending() public {
        for (uint256 i = 0; i < 4; ++i) {
            record(recordFor(0, 1_000, 0));
            nextEpoch();
        }
        expectEarnings(3 * EARNED, EARNED);
        vm.assertEq(ledger.currentEpoch(), 1_004);
    }

    function test_WhenClaimed_AnyoneSendsItToThePayoutAddress() public {
        matureOne();
        vm.expectEmit(address(ledger));
        emit ILedger.RewardClaimed(AccountId.unwrap(account), earner, EARNED);
        vm.prank(named("anyone"));
        vm.assertEq(ledger.claim(account), EARNED);

        vm.assertEq(token.balanceOf(earner), uint256(EARNED) * 1e9);
        expectEarnings(0, 0);
    }

    function test_GivenNothingMatured_WhenClaimed_ItReverts() public {
        record(recordFor(0, 1_000, 0));
        bytes memory refusal = abi.encodeWithSelector(ILedger.Ledger_NothingToClaim.selector, account);
        vm.expectRevert(refusal);
        ledger.claim(account);
        vm.expectRevert(refusal);
        vm.prank(earner);
        ledger.claimTo(named("elsewhere"));
        vm.expectRevert(refusal);
        ledger.claimMany(pair(contributors[1], account));
        vm.expectRevert(abi.encodeWithSelector(ILedger.Ledger_NothingToClaim.selector, 0));
        ledger.claimMany(new AccountId[](0));
    }

    function test_GivenAnUnknownAccount_WhenClaimed_ItReverts() public {
        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_UnknownAccount.selector, 999));
        ledger.claim(AccountId.wrap(999));
    }

    function test_WhenClaimedTwice_TheSecondReverts() public {
        matureOne();
        ledger.claim(account);
        vm.expectRevert(abi.encodeWithSelector(ILedger.Ledger_NothingToClaim.selector, account));
        ledger.claim(account);
    }

    function test_GivenPendingCredit_WhenClaimed_OnlyTheMaturedIsPaid() public {
        matureOne();
        record(recordFor(0, 2_000, 0));
        ledger.claim(account);
        expectEarnings(0, 2 * EARNED);
    }

    function test_WhenClaimedTo_ThePayoutAddressSendsItElsewhere() public {
        matureOne();
        vm.expectEmit(address(ledger));
        emit ILedger.RewardClaimed(AccountId.unwrap(account), named("elsewhere"), EARNED);
        vm.prank(earner);
        vm.assertEq(ledger.claimTo(named("elsewhere")), EARNED);
        vm.assertEq(token.balanceOf(named("elsewhere")), uint256(EARNED) * 1e9);
    }

    function test_GivenAStrangerOrNoDestination_WhenClaimedTo_ItReverts() public {
        matureOne();
        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_NoAccount.selector, named("stranger")));
        vm.prank(named("stranger"));
        ledger.claimTo(named("stranger"));
        vm.expectRevert(abi.encodeWithSelector(ILedger.Ledger_ZeroAddress.selector));
        vm.prank(earner);
        ledger.claimTo(address(0));
    }

    function test_GivenARotatedPayout_WhenClaimed_TheNewAddressIsPaid() public {
        matureOne();
        vm.prank(earner);
        accounts.proposePayout(account, named("new"));
        vm.prank(named("new"));
        accounts.acceptPayout(account);
        ledger.claim(account);
        vm.assertEq(token.balanceOf(named("new")), uint256(EARNED) * 1e9);
    }

    function test_WhenManyAreClaimed_ThoseWithoutArePassedOver() public {
        record(bytes.concat(recordFor(0, 1_000, 0), recordFor(1, 3_000, 2)));
        nextEpoch();
        nextEpoch();
        AccountId[] memory claimants = new AccountId[](4);
        (claimants[0], claimants[1], claimants[2], claimants[3]) = (
            contributors[0],
            contributors[1],
            contributors[2],
            contributors[0]
        );
        vm.assertEq(ledger.claimMany(claimants), 4 * EARNED);
        vm.assertEq(token.balanceOf(named(contributorName(0))), uint256(EARNED) * 1e9);
        vm.assertEq(token.balanceOf(named(contributorName(1))), 0);
        vm.assertEq(token.balanceOf(named(contributorName(2))), 3 * uint256(EARNED) * 1e9);
    }

    function test_GivenOneThatEarnedNothing_WhenClaimedForMany_NothingIsSaidOfIt() public {
        matureOne();
        (uint48 before, ) = ledger.journal();
        ledger.claimMany(pair(contributors[1], contributors[0]));
        (uint48 count, ) = ledger.journal();
        vm.assertEq(count, before + 1);
    }

    function matureOne() private {
        record(recordFor(0, 1_000, 0));
        nextEpoch();
        nextEpoch();
    }

    function nextEpoch() private {
        vm.warp(block.timestamp + EPOCH);
    }

    function expectEarnings(uint64 matured, uint64 pending) private view {
        (uint64 maturedNow, uint64 pendingNow) = ledger.earningsOf(account);
        vm.assertEq(maturedNow, matured, "matured");
        vm.assertEq(pendingNow, pending, "pending");
    }

    function pair(AccountId a, AccountId b) private pure returns (AccountId[] memory both) {
        both = new AccountId[](2);
        (both[0], both[1]) = (a, b);
    }
}
