// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Bonds} from "../../contracts/Bonds.sol";
import {IAccounts} from "../../contracts/interfaces/IAccounts.sol";
import {Bond, BondRule, IBonds} from "../../contracts/interfaces/IBonds.sol";
import {ILedger} from "../../contracts/interfaces/ILedger.sol";
import {IModels} from "../../contracts/interfaces/IModels.sol";
import {BondId, bondOf, ModelId} from "../../contracts/types/Ids.sol";
import {MarketBooks} from "./harness/MarketBooks.sol";

contract BondsTest is MarketBooks {
    uint40 private constant BOND_NOTICE = 4 days;

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
        uint256 held = token.balanceOf(address(bonds));
        vm.startPrank(giver);
        token.approve(address(bonds), 50e9);
        vm.expectEmit(address(bonds));
        emit IBonds.BondDeposited(bondId, giver, 20, BOND + 20);
        bonds.deposit(bond, 20);
        vm.expectEmit(address(bonds));
        emit IBonds.BondDeposited(BondId.unwrap(modelBond), giver, 30, BOND + 30);
        bonds.deposit(modelBond, 30);

        expectBond(bond, Bond(BOND + 20, 0, 0, 0, 0, 0));
        expectBond(modelBond, Bond(BOND + 30, 0, 0, 0, 0, 0));
        vm.assertEq(token.balanceOf(giver), 0);
        vm.assertEq(token.balanceOf(address(bonds)), held + 50e9);
    }

    function test_GivenNoAmountOrNoSuchHolder_ADepositReverts() public {
        vm.expectRevert(abi.encodeWithSelector(IBonds.Bonds_ZeroDeposit.selector, bond));
        bonds.deposit(bond, 0);
        BondId unknown = BondId.wrap(uint64(1) << 33);
        vm.expectRevert(abi.encodeWithSelector(IBonds.Bonds_Unknown.selector, unknown));
        bonds.deposit(unknown, 1);
        unknown = BondId.wrap(type(uint64).max);
        vm.expectRevert(abi.encodeWithSelector(IBonds.Bonds_Unknown.selector, unknown));
        bonds.deposit(unknown, 1);
        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_UnknownAccount.selector, 0));
        bonds.deposit(BondId.wrap(0), 1);
        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_UnknownAccount.selector, 999));
        bonds.deposit(BondId.wrap(999), 1);
        vm.expectRevert(abi.encodeWithSelector(IModels.Models_UnknownModel.selector, 0));
        bonds.deposit(bondOf(ModelId.wrap(0)), 1);
        vm.expectRevert(abi.encodeWithSelector(IModels.Models_UnknownModel.selector, 9));
        bonds.deposit(bondOf(ModelId.wrap(9)), 1);
    }

    function test_GivenNoAllowance_ADepositReverts() public {
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(bonds), 0, 1e9)
        );
        vm.prank(operator);
        bonds.deposit(bond, 1);
    }

    function test_WhenAskedBack_ItCoversNothingFromThenAndLeavesAfterTheNotice() public {
        uint40 leavesAt = clock.time() + BOND_NOTICE;
        vm.startPrank(operator);
        vm.expectEmit(address(bonds));
        emit IBonds.BondWithdrawalRequested(bondId, 400, leavesAt);
        bonds.requestWithdrawal(bond, 400);
        expectBond(bond, Bond(BOND, 400, 0, 0, 0, leavesAt));

        pass(BOND_NOTICE - 1);
        vm.expectRevert(abi.encodeWithSelector(IBonds.Bonds_LeavesLater.selector, leavesAt, leavesAt - 1));
        bonds.withdraw(bond);
        pass(1);
        vm.expectEmit(address(bonds));
        emit IBonds.BondWithdrawn(bondId, operator, 400, BOND - 400);
        bonds.withdraw(bond);
        expectBond(bond, Bond(BOND - 400, 0, 0, 0, 0, 0));
        vm.assertEq(token.balanceOf(operator), 400e9);

        vm.expectRevert(abi.encodeWithSelector(IBonds.Bonds_NothingLeaving.selector, bond));
        bonds.withdraw(bond);
    }

    /// @dev A request that was once good for ever let money go just before it was needed.
    function test_GivenARequestThatWaitedSevenDays_ItHasExpired() public {
        vm.startPrank(operator);
        bonds.requestWithdrawal(bond, 400);
        uint40 expiredAt = clock.time() + BOND_NOTICE + 7 days;
        pass(BOND_NOTICE + 7 days);
        vm.expectRevert(abi.encodeWithSelector(IBonds.Bonds_RequestExpired.selector, expiredAt, expiredAt));
        bonds.withdraw(bond);
        bonds.requestWithdrawal(bond, 300);
        pass(BOND_NOTICE + 7 days - 1);
        bonds.withdraw(bond);
        vm.assertEq(token.balanceOf(operator), 300e9);
    }

    function test_WhilePaused_NoNoticeRunsAndNoRequestExpires() public {
        vm.prank(operator);
        bonds.requestWithdrawal(bond, 400);
        uint40 leavesAt = clock.time() + BOND_NOTICE;
        pass(BOND_NOTICE - 1);
        clock.pause();
        pass(14 days - 1);
        vm.expectRevert(abi.encodeWithSelector(IBonds.Bonds_LeavesLater.selector, leavesAt, leavesAt - 1));
        vm.prank(operator);
        bonds.withdraw(bond);
        pass(1 + 7 days);
        vm.prank(operator);
        bonds.withdraw(bond);
        vm.assertEq(token.balanceOf(operator), 400e9);
    }

    function test_GivenAModelsBond_ItsOwnerAsksItBack() public {
        vm.startPrank(named("model owner"));
        bonds.requestWithdrawal(modelBond, type(uint64).max);
        pass(BOND_NOTICE);
        bonds.withdraw(modelBond);
        vm.assertEq(token.balanceOf(named("model owner")), uint256(BOND) * 1e9);
        expectBond(modelBond, Bond(0, 0, 0, 0, 0, 0));
    }

    function test_GivenARequest_WhenAskedAgain_ItIsReplacedAndTheNoticeBeginsAnew() public {
        vm.startPrank(operator);
        bonds.requestWithdrawal(bond, 400);
        pass(EPOCH);
        uint40 leavesAt = clock.time() + BOND_NOTICE;
        bonds.requestWithdrawal(bond, 300);
        expectBond(bond, Bond(BOND, 300, 0, 0, 0, leavesAt));
        vm.expectEmit(address(bonds));
        emit IBonds.BondWithdrawalRequested(bondId, 0, 0);
        bonds.requestWithdrawal(bond, 0);
        expectBond(bond, Bond(BOND, 0, 0, 0, 0, 0));
        vm.expectRevert(abi.encodeWithSelector(IBonds.Bonds_NothingLeaving.selector, bond));
        bonds.withdraw(bond);
    }

    function test_GivenAnybodyElse_WhenTheyAskItBack_ItReverts() public {
        address stranger = named("stranger");
        vm.startPrank(stranger);
        bytes memory refusal = abi.encodeWithSelector(IBonds.Bonds_NotHolder.selector, bond, stranger, operator);
        vm.expectRevert(refusal);
        bonds.requestWithdrawal(bond, 1);
        vm.expectRevert(refusal);
        bonds.withdraw(bond);
        vm.stopPrank();
        vm.expectRevert(
            abi.encodeWithSelector(IBonds.Bonds_NotHolder.selector, modelBond, operator, named("model owner"))
        );
        vm.prank(operator);
        bonds.requestWithdrawal(modelBond, 1);
    }

    function test_GivenARotatedPayoutAddress_TheNewOneIsTheHolder() public {
        address next = named("next");
        vm.prank(operator);
        accounts.proposePayout(operatorAccount, next);
        vm.startPrank(next);
        accounts.acceptPayout(operatorAccount);
        bonds.requestWithdrawal(bond, 7);
        pass(BOND_NOTICE);
        bonds.withdraw(bond);
        vm.assertEq(token.balanceOf(next), 7e9);
    }

    function test_GivenUnsettledRecords_WhenWithdrawn_WhatStaysCoversThem() public {
        uint64 coverGwei = 500 * uint64(FEE_UNIT) + OPEN / 100;
        recordOne(0, 500, 1);
        vm.startPrank(operator);
        bonds.requestWithdrawal(bond, BOND);
        pass(BOND_NOTICE);
        bonds.withdraw(bond);
        vm.assertEq(token.balanceOf(operator), (uint256(BOND) - MINIMUM_BOND - coverGwei) * 1e9);
        expectBond(bond, Bond(MINIMUM_BOND + coverGwei, 0, 0, coverGwei, 0, 0));

        bonds.requestWithdrawal(bond, 1);
        pass(BOND_NOTICE);
        vm.expectRevert(
            abi.encodeWithSelector(
                IBonds.Bonds_TooSmall.selector,
                bond,
                MINIMUM_BOND + coverGwei,
                uint256(MINIMUM_BOND) + coverGwei
            )
        );
        bonds.withdraw(bond);
        vm.stopPrank();
        passWindow(1);
        settleWhole(book(1), plainModel());
        vm.prank(operator);
        bonds.requestWithdrawal(bond, BOND);
        pass(BOND_NOTICE);
        vm.prank(operator);
        bonds.withdraw(bond);
        expectBond(bond, Bond(0, 0, 0, 0, 0, 0));
    }

    function test_WhenBurnt_WhatIsNobodysLeavesTheSupply() public {
        vm.expectRevert(abi.encodeWithSelector(IBonds.Bonds_NothingToBurn.selector));
        bonds.burnSlashed();
        slash(bond, 1_000, 300);
        uint256 supply = token.totalSupply();
        vm.expectEmit(address(bonds));
        emit IBonds.SlashedBurnt(700);
        vm.prank(named("stranger"));
        vm.assertEq(bonds.burnSlashed(), 700);
        vm.assertEq(token.totalSupply(), supply - 700e9);
        vm.assertEq(bonds.unburntGwei(), 0);
        vm.assertEq(token.balanceOf(address(bonds)), (2 * uint256(BOND) - 1_000) * 1e9);
    }

    function test_WhenTheRuleIsSet_OldAndNewAreToldAndCountFromThen() public {
        recordOne(0, 100, 1);
        BondRule memory rule = BondRule(1e9, 1, 30_000, 5_000, 60 days, 60 days);
        vm.expectEmit(address(bonds));
        emit IBonds.BondRuleSet(bondRule(), rule);
        bonds.setRule(rule);
        vm.assertEq(abi.encode(bonds.rule()), abi.encode(rule));
        uint64 coverGwei = 100 * uint64(FEE_UNIT) + OPEN / 100;
        vm.assertEq(bonds.bondStateOf(bond).exposedGwei, coverGwei, "recorded under the old rule");
        recordOne(0, 100, 2);
        vm.assertEq(bonds.bondStateOf(bond).exposedGwei, coverGwei + 300 * uint64(FEE_UNIT) + 1);
    }

    function test_GivenARuleOutOfBounds_ItReverts() public {
        BondRule[14] memory rules;
        for (uint256 i = 0; i < rules.length; ++i) rules[i] = bondRule();
        rules[0].minimumGwei = 1e9 - 1;
        rules[1].perRecordGwei = 0;
        rules[2].ratioBps = 4_999;
        rules[3].ratioBps = 30_001;
        rules[4].bountyBps = 5_001;
        rules[4].ratioBps = 30_000;
        // Below, striking oneself would give back more than half of a fee.
        (rules[5].ratioBps, rules[5].bountyBps) = (9_999, 5_000);
        (rules[6].ratioBps, rules[6].bountyBps) = (5_000, 1);
        (rules[7].ratioBps, rules[7].bountyBps) = (7_142, 3_000);
        rules[8].noticeSeconds = EPOCH + WINDOW - 1;
        rules[9].noticeSeconds = 60 days + 1;
        rules[10].modelSeconds = 7 days - 1;
        rules[11].modelSeconds = 60 days + 1;
        rules[12].noticeSeconds = 0;
        rules[13].perRecordGwei = 1_000 * OPEN + 1;
        for (uint256 i = 0; i < rules.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IBonds.Bonds_RuleOutOfRange.selector, rules[i]));
            bonds.setRule(rules[i]);
        }
    }

    function test_GivenARuleAtItsBounds_ItIsSet() public {
        BondRule[4] memory rules;
        rules[0] = BondRule(1e9, 1, 5_000, 0, EPOCH + WINDOW, 7 days);
        rules[1] = BondRule(type(uint64).max, 1_000 * OPEN, 30_000, 5_000, 60 days, 60 days);
        rules[2] = BondRule(1e9, 1, 10_000, 5_000, EPOCH + WINDOW, 7 days);
        rules[3] = BondRule(1e9, 1, 7_143, 3_000, EPOCH + WINDOW, 7 days);
        for (uint256 i = 0; i < rules.length; ++i) {
            bonds.setRule(rules[i]);
            vm.assertEq(abi.encode(bonds.rule()), abi.encode(rules[i]));
        }
    }

    function test_BeforeALedgerIsAppointed_AnyNoticeUpToSixtyDaysWillDo() public {
        BondRule memory rule = bondRule();
        rule.noticeSeconds = 0;
        Bonds fresh = new Bonds(token, models, earnings, address(manager), rule);
        vm.assertEq(fresh.rule().noticeSeconds, 0);
    }

    function test_GivenAStranger_GovernanceReverts() public {
        bytes memory refusal = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, operator);
        vm.startPrank(operator);
        vm.expectRevert(refusal);
        bonds.setRule(bondRule());
        vm.expectRevert(refusal);
        bonds.appoint(ledger, address(court), address(unitCourt));
    }

    function test_WhenAppointed_ItIsToldAndStaysForGood() public {
        Bonds fresh = new Bonds(token, models, earnings, address(manager), bondRule());
        vm.assertTrue(token.refuses(address(fresh)));
        bytes memory refusal = abi.encodeWithSelector(IBonds.Bonds_ZeroAddress.selector);
        vm.expectRevert(refusal);
        fresh.appoint(ILedger(address(0)), address(court), address(unitCourt));
        vm.expectRevert(refusal);
        fresh.appoint(ledger, address(0), address(unitCourt));
        vm.expectRevert(refusal);
        fresh.appoint(ledger, address(court), address(0));

        vm.expectEmit(address(fresh));
        emit IBonds.BondUsersAppointed(address(ledger), address(court), address(unitCourt));
        fresh.appoint(ledger, address(court), address(unitCourt));
        vm.assertEq(address(fresh.ledger()), address(ledger));
        vm.assertEq(fresh.court(), address(court));
        vm.assertEq(fresh.unitCourt(), address(unitCourt));
        vm.expectRevert(
            abi.encodeWithSelector(
                IBonds.Bonds_AlreadyAppointed.selector,
                address(ledger),
                address(court),
                address(unitCourt)
            )
        );
        fresh.appoint(ledger, named("court"), address(unitCourt));
    }

    function expectBond(BondId which, Bond memory expected) private view {
        vm.assertEq(abi.encode(bonds.bondStateOf(which)), abi.encode(expected));
    }

    function slash(BondId which, uint64 amountGwei, uint64 bountyGwei) private {
        vm.prank(address(court));
        bonds.slash(which, amountGwei, 0, toOnly(treasury, uint16((bountyGwei * 10_000) / amountGwei)));
    }
}
