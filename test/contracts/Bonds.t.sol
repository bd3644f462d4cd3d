// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IAccounts} from "../../contracts/interfaces/IAccounts.sol";
import {Bond, BondRule, IBonds} from "../../contracts/interfaces/IBonds.sol";
import {ILedger, LedgerTerms} from "../../contracts/interfaces/ILedger.sol";
import {IModels} from "../../contracts/interfaces/IModels.sol";
import {Ledger} from "../../contracts/Ledger.sol";
import {BondId, bondOf, ModelId} from "../../contracts/types/Ids.sol";
import {Market} from "./harness/Market.sol";

contract BondsTest is Market {
    BondId private bond;
    BondId private modelBond;
    uint64 private bondId;

    function setUp() public override {
        super.setUp();
        bond = bondOf(operatorAccount);
        modelBond = bondOf(model);
        bondId = BondId.unwrap(bond);
    }

    function test_WhenDeposited_AnyoneAddsToABond() public {
        address giver = named("giver");
        token.transfer(giver, 50e9);
        uint256 held = token.balanceOf(address(ledger));
        vm.startPrank(giver);
        token.approve(address(ledger), 50e9);
        vm.expectEmit(address(ledger));
        emit IBonds.BondDeposited(bondId, giver, 20, BOND + 20);
        ledger.depositBond(bond, 20);
        vm.expectEmit(address(ledger));
        emit IBonds.BondDeposited(BondId.unwrap(modelBond), giver, 30, BOND + 30);
        ledger.depositBond(modelBond, 30);

        expectBond(bond, Bond(BOND + 20, 0, 0, 0, 0, 0, false));
        expectBond(modelBond, Bond(BOND + 30, 0, 0, 0, 0, 0, false));
        vm.assertEq(token.balanceOf(giver), 0);
        vm.assertEq(token.balanceOf(address(ledger)), held + 50e9);
    }

    function test_GivenNoAmountOrNoSuchHolder_WhenDeposited_ItReverts() public {
        vm.expectRevert(abi.encodeWithSelector(IBonds.Ledger_ZeroDeposit.selector, bond));
        ledger.depositBond(bond, 0);
        BondId unknown = BondId.wrap(uint64(1) << 33);
        vm.expectRevert(abi.encodeWithSelector(IBonds.Ledger_UnknownBond.selector, unknown));
        ledger.depositBond(unknown, 1);
        unknown = BondId.wrap(type(uint64).max);
        vm.expectRevert(abi.encodeWithSelector(IBonds.Ledger_UnknownBond.selector, unknown));
        ledger.depositBond(unknown, 1);
        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_UnknownAccount.selector, 0));
        ledger.depositBond(BondId.wrap(0), 1);
        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_UnknownAccount.selector, 999));
        ledger.depositBond(BondId.wrap(999), 1);
        vm.expectRevert(abi.encodeWithSelector(IModels.Models_UnknownModel.selector, 0));
        ledger.depositBond(bondOf(ModelId.wrap(0)), 1);
        vm.expectRevert(abi.encodeWithSelector(IModels.Models_UnknownModel.selector, 9));
        ledger.depositBond(bondOf(ModelId.wrap(9)), 1);
    }

    function test_WhenAskedBack_ItLeavesAfterTheNotice() public {
        uint40 leavesAt = uint40(block.timestamp + 3 * EPOCH);
        vm.startPrank(operator);
        vm.expectEmit(address(ledger));
        emit IBonds.BondWithdrawalRequested(bondId, 400, leavesAt);
        ledger.requestBondWithdrawal(bond, 400);
        expectBond(bond, Bond(BOND, 0, 0, 400, leavesAt, 0, false));

        vm.warp(leavesAt - 1);
        vm.expectRevert(abi.encodeWithSelector(ILedger.Ledger_LeavesLater.selector, leavesAt, leavesAt - 1));
        ledger.withdrawBond(bond);
        vm.warp(leavesAt);
        vm.expectEmit(address(ledger));
        emit IBonds.BondWithdrawn(bondId, operator, 400, BOND - 400);
        ledger.withdrawBond(bond);
        expectBond(bond, Bond(BOND - 400, 0, 0, 0, 0, 0, false));
        vm.assertEq(token.balanceOf(operator), 400e9);

        vm.expectRevert(abi.encodeWithSelector(IBonds.Ledger_NoBondLeaving.selector, bond));
        ledger.withdrawBond(bond);
    }

    function test_GivenAModelsBond_ItsOwnerAsksItBack() public {
        vm.startPrank(named("model owner"));
        ledger.requestBondWithdrawal(modelBond, type(uint64).max);
        vm.warp(block.timestamp + 3 * EPOCH);
        ledger.withdrawBond(modelBond);
        vm.assertEq(token.balanceOf(named("model owner")), uint256(BOND) * 1e9);
        expectBond(modelBond, Bond(0, 0, 0, 0, 0, 0, false));
    }

    function test_GivenARequest_WhenAskedAgain_ItIsReplacedAndTheNoticeBeginsAnew() public {
        vm.startPrank(operator);
        ledger.requestBondWithdrawal(bond, 400);
        vm.warp(block.timestamp + EPOCH);
        uint40 leavesAt = uint40(block.timestamp + 3 * EPOCH);
        ledger.requestBondWithdrawal(bond, 300);
        expectBond(bond, Bond(BOND, 0, 0, 300, leavesAt, 0, false));
        vm.expectEmit(address(ledger));
        emit IBonds.BondWithdrawalRequested(bondId, 0, 0);
        ledger.requestBondWithdrawal(bond, 0);
        expectBond(bond, Bond(BOND, 0, 0, 0, 0, 0, false));
        vm.expectRevert(abi.encodeWithSelector(IBonds.Ledger_NoBondLeaving.selector, bond));
        ledger.withdrawBond(bond);
    }

    function test_GivenAnybodyElse_WhenTheyAskItBack_ItReverts() public {
        address stranger = named("stranger");
        vm.startPrank(stranger);
        bytes memory refusal = abi.encodeWithSelector(IBonds.Ledger_NotBondHolder.selector, bond, stranger, operator);
        vm.expectRevert(refusal);
        ledger.requestBondWithdrawal(bond, 1);
        vm.expectRevert(refusal);
        ledger.withdrawBond(bond);
        vm.stopPrank();
        vm.expectRevert(
            abi.encodeWithSelector(IBonds.Ledger_NotBondHolder.selector, modelBond, operator, named("model owner"))
        );
        vm.prank(operator);
        ledger.requestBondWithdrawal(modelBond, 1);
    }

    function test_GivenASlashMeanwhile_WhenWithdrawn_ItPaysWhatIsLeft() public {
        ledger.appointCourt(address(this));
        vm.prank(operator);
        ledger.requestBondWithdrawal(bond, BOND);
        ledger.slash(bond, BOND - 3, treasury);
        vm.warp(block.timestamp + 3 * EPOCH);
        vm.prank(operator);
        ledger.withdrawBond(bond);
        vm.assertEq(token.balanceOf(operator), 3e9);
    }

    function test_GivenFeesThatCanBeStruck_WhenWithdrawn_WhatStaysCoversThem() public {
        uint64 most = BOND - MINIMUM_BOND - 500;
        vm.prank(operator);
        ledger.requestBondWithdrawal(bond, most + 1);
        vm.warp(block.timestamp + 3 * EPOCH);
        record(recordFor(0, 500, 0));
        vm.startPrank(operator);
        vm.expectRevert(
            abi.encodeWithSelector(
                IBonds.Ledger_BondTooSmall.selector,
                bond,
                MINIMUM_BOND + 499,
                uint256(MINIMUM_BOND) + 500
            )
        );
        ledger.withdrawBond(bond);
        ledger.requestBondWithdrawal(bond, most);
        vm.stopPrank();
        vm.warp(block.timestamp + 3 * EPOCH);
        record(recordFor(0, 500, 0));
        vm.prank(operator);
        ledger.withdrawBond(bond);
        vm.assertEq(ledger.bondStateOf(bond).balanceGwei, MINIMUM_BOND + 500);
    }

    function test_GivenABondThatJustCovers_ItRecordsAndOneGweiLessDoesNot() public {
        BondId[2] memory bonds = [bond, modelBond];
        address[2] memory holders = [operator, named("model owner")];
        for (uint256 i = 0; i < 2; ++i) {
            leave(holders[i], bonds[i], MINIMUM_BOND + 999);
            vm.assertEq(ledger.requiredBondOf(bonds[i], 1_000), MINIMUM_BOND + 1_000);
            vm.expectRevert(
                abi.encodeWithSelector(
                    IBonds.Ledger_BondTooSmall.selector,
                    bonds[i],
                    MINIMUM_BOND + 999,
                    MINIMUM_BOND + 1_000
                )
            );
            record(recordFor(0, 1_000, 0));
            bondUp(bonds[i], 1);
            record(recordFor(0, 1_000, 0));
            vm.expectRevert(
                abi.encodeWithSelector(
                    IBonds.Ledger_BondTooSmall.selector,
                    bonds[i],
                    MINIMUM_BOND + 1_000,
                    MINIMUM_BOND + 1_001
                )
            );
            record(recordFor(0, 1, 0));
            bondUp(bonds[i], BOND);
        }
    }

    function test_WhenRecorded_BothBondsAnswerUntilTheCreditsMature() public {
        record(recordFor(0, 700, 0));
        vm.warp(block.timestamp + EPOCH);
        record(bytes.concat(recordFor(0, 30, 0), recordFor(1, 5, 0)));
        expectExposures(735);
        vm.warp(block.timestamp + EPOCH - 1);
        expectExposures(735);
        vm.assertEq(ledger.requiredBondOf(bond, 5), MINIMUM_BOND + 740);
        vm.warp(block.timestamp + 1);
        expectExposures(35);
        vm.warp(block.timestamp + EPOCH);
        expectExposures(0);
        vm.assertEq(ledger.requiredBondOf(bond, 0), MINIMUM_BOND);
    }

    function test_GivenAnotherRatio_WhenAsked_TheFeesPartIsRoundedUp() public {
        ledger.setBondRule(BondRule({minimumGwei: 5, ratioBps: 1, bountyBps: 0}));
        vm.assertEq(ledger.requiredBondOf(bond, 0), 5);
        vm.assertEq(ledger.requiredBondOf(bond, 1), 6);
        vm.assertEq(ledger.requiredBondOf(bond, 10_000), 6);
        vm.assertEq(ledger.requiredBondOf(bond, 10_001), 7);
    }

    function test_WhenTheRuleIsSet_OldAndNewAreTold() public {
        BondRule memory rule = BondRule({minimumGwei: 1, ratioBps: 30_000, bountyBps: 5_000});
        vm.assertEq(abi.encode(ledger.bondRule()), abi.encode(ledgerTerms().bondRule));
        vm.expectEmit(address(ledger));
        emit IBonds.BondRuleSet(ledgerTerms().bondRule, rule);
        ledger.setBondRule(rule);
        vm.assertEq(abi.encode(ledger.bondRule()), abi.encode(rule));
    }

    function test_GivenNoMinimumOrTooHighABounty_WhenTheRuleIsSet_ItReverts() public {
        vm.expectRevert(abi.encodeWithSelector(IBonds.Ledger_BondRuleOutOfRange.selector, 0, 1, 5_000));
        ledger.setBondRule(BondRule({minimumGwei: 0, ratioBps: 1, bountyBps: 1}));
        vm.expectRevert(abi.encodeWithSelector(IBonds.Ledger_BondRuleOutOfRange.selector, 1, 5_001, 5_000));
        ledger.setBondRule(BondRule({minimumGwei: 1, ratioBps: 1, bountyBps: 5_001}));
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, operator));
        vm.prank(operator);
        ledger.setBondRule(BondRule({minimumGwei: 1, ratioBps: 1, bountyBps: 1}));
    }

    function test_GivenANoticeShorterThanTwoEpochs_WhenDeployed_ItReverts() public {
        LedgerTerms memory terms = ledgerTerms();
        terms.bondNoticeSeconds = 2 * EPOCH - 1;
        vm.expectRevert(
            abi.encodeWithSelector(IBonds.Ledger_BondNoticeTooShort.selector, 2 * EPOCH - 1, 2 * uint256(EPOCH))
        );
        new Ledger(token, accounts, models, address(manager), treasury, terms);
        terms.bondNoticeSeconds = 2 * EPOCH;
        Ledger short = new Ledger(token, accounts, models, address(manager), treasury, terms);
        vm.assertEq(short.bondNoticeSeconds(), 2 * EPOCH);
    }

    /// @dev Takes back all of a bond but that much.
    function leave(address holder, BondId which, uint64 amountGwei) private {
        uint64 balanceGwei = ledger.bondStateOf(which).balanceGwei;
        vm.startPrank(holder);
        ledger.requestBondWithdrawal(which, balanceGwei - amountGwei);
        vm.warp(block.timestamp + 3 * EPOCH);
        ledger.withdrawBond(which);
        vm.stopPrank();
    }

    function expectExposures(uint64 expected) private view {
        vm.assertEq(ledger.bondStateOf(bond).exposureGwei, expected, "operator");
        vm.assertEq(ledger.bondStateOf(modelBond).exposureGwei, expected, "model");
    }

    function expectBond(BondId which, Bond memory expected) private view {
        vm.assertEq(abi.encode(ledger.bondStateOf(which)), abi.encode(expected));
    }
}
