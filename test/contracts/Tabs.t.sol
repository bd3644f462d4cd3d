// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IAccounts} from "../../contracts/interfaces/IAccounts.sol";
import {ILedger, Tab} from "../../contracts/interfaces/ILedger.sol";
import {AccountId} from "../../contracts/types/Ids.sol";
import {Market} from "./harness/Market.sol";

contract TabsTest is Market {
    address private payer;
    uint32 private payerId;
    uint32 private operatorId;

    function setUp() public override {
        super.setUp();
        payer = named(payerName(0));
        payerId = AccountId.unwrap(payers[0]);
        operatorId = AccountId.unwrap(operatorAccount);
    }

    function test_WhenFunded_TheTabGrowsAndTheCapIsSet() public {
        uint256 held = token.balanceOf(address(ledger));
        token.transfer(payer, 50e9);
        vm.startPrank(payer);
        token.approve(address(ledger), 50e9);
        vm.expectEmit(address(ledger));
        emit ILedger.TabFunded(payerId, operatorId, 50, FUNDS + 50, 99);
        ledger.fundTab(operatorAccount, 50, 99);

        expectTab(Tab({balanceGwei: FUNDS + 50, maxFeeGwei: 99, leavingGwei: 0, leavesAt: 0}));
        vm.assertEq(token.balanceOf(payer), 0);
        vm.assertEq(token.balanceOf(address(ledger)), held + 50e9);
    }

    function test_GivenNoAmount_WhenFunded_OnlyTheCapChanges() public {
        vm.recordLogs();
        vm.prank(payer);
        ledger.fundTab(operatorAccount, 0, 5);
        expectTab(Tab({balanceGwei: FUNDS, maxFeeGwei: 5, leavingGwei: 0, leavesAt: 0}));
        vm.assertEq(vm.getRecordedLogs().length, 1, "no transfer of nothing");
    }

    function test_GivenNoAllowance_WhenFunded_ItReverts() public {
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(ledger), 0, 1e9)
        );
        vm.prank(payer);
        ledger.fundTab(operatorAccount, 1, 5);
    }

    function test_GivenAnUnknownOperatorOrPayer_WhenFunded_ItReverts() public {
        AccountId unknown = AccountId.wrap(accounts.accountCount() + 1);
        vm.startPrank(payer);
        vm.expectRevert(abi.encodeWithSelector(ILedger.Ledger_UnknownOperator.selector, unknown));
        ledger.fundTab(unknown, 0, 5);
        vm.expectRevert(abi.encodeWithSelector(ILedger.Ledger_UnknownOperator.selector, 0));
        ledger.fundTab(AccountId.wrap(0), 0, 5);
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_NoAccount.selector, address(this)));
        ledger.fundTab(operatorAccount, 0, 5);
    }

    function test_WhenAWithdrawalIsRequested_ItWaitsForTheNotice() public {
        uint40 leavesAt = uint40(block.timestamp + NOTICE);
        vm.startPrank(payer);
        vm.expectEmit(address(ledger));
        emit ILedger.TabWithdrawalRequested(payerId, operatorId, 400, leavesAt);
        ledger.requestTabWithdrawal(operatorAccount, 400);
        expectTab(Tab({balanceGwei: FUNDS, maxFeeGwei: CAP, leavingGwei: 400, leavesAt: leavesAt}));

        vm.warp(leavesAt - 1);
        vm.expectRevert(abi.encodeWithSelector(ILedger.Ledger_LeavesLater.selector, leavesAt, leavesAt - 1));
        ledger.withdrawTab(operatorAccount);

        vm.warp(leavesAt);
        vm.expectEmit(address(ledger));
        emit ILedger.TabWithdrawn(payerId, operatorId, payer, 400, FUNDS - 400);
        ledger.withdrawTab(operatorAccount);
        expectTab(Tab({balanceGwei: FUNDS - 400, maxFeeGwei: CAP, leavingGwei: 0, leavesAt: 0}));
        vm.assertEq(token.balanceOf(payer), 400e9);

        vm.expectRevert(abi.encodeWithSelector(ILedger.Ledger_NothingLeaving.selector, payerId, operatorId));
        ledger.withdrawTab(operatorAccount);
    }

    function test_GivenMoreThanThereIs_WhenRequested_AllOfItLeaves() public {
        vm.prank(payer);
        ledger.requestTabWithdrawal(operatorAccount, type(uint64).max);
        vm.assertEq(ledger.tabOf(payers[0], operatorAccount).leavingGwei, FUNDS);
    }

    function test_GivenARequest_WhenItIsTakenBack_NothingLeaves() public {
        vm.startPrank(payer);
        ledger.requestTabWithdrawal(operatorAccount, 400);
        vm.expectEmit(address(ledger));
        emit ILedger.TabWithdrawalRequested(payerId, operatorId, 0, 0);
        ledger.requestTabWithdrawal(operatorAccount, 0);
        vm.expectRevert(abi.encodeWithSelector(ILedger.Ledger_NothingLeaving.selector, payerId, operatorId));
        ledger.withdrawTab(operatorAccount);
    }

    function test_GivenCallsSettledMeanwhile_WhenWithdrawn_ItPaysWhatIsLeft() public {
        vm.prank(payer);
        ledger.requestTabWithdrawal(operatorAccount, FUNDS);
        record(recordFor(0, CAP, 0));
        vm.warp(block.timestamp + NOTICE);
        vm.prank(payer);
        ledger.withdrawTab(operatorAccount);
        vm.assertEq(token.balanceOf(payer), uint256(FUNDS - CAP) * 1e9);
        expectTab(Tab({balanceGwei: 0, maxFeeGwei: CAP, leavingGwei: 0, leavesAt: 0}));
    }

    function expectTab(Tab memory tab) private view {
        vm.assertEq(abi.encode(ledger.tabOf(payers[0], operatorAccount)), abi.encode(tab));
    }
}
