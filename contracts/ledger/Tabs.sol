// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedger, Tab} from "../interfaces/ILedger.sol";
import {AccountId} from "../types/Ids.sol";
import {Purse} from "./Purse.sol";

/// @title Tabs
/// @notice Payers' prepaid, capped spending permissions. An operator charges them by recording; a payer who leaves gives
/// notice, so that calls already served can still be settled.
abstract contract Tabs is Purse {
    /// @inheritdoc ILedger
    uint32 public immutable tabNoticeSeconds;

    mapping(AccountId payer => mapping(AccountId operator => Tab)) internal _tabs;

    constructor(uint32 tabNoticeSeconds_) {
        tabNoticeSeconds = tabNoticeSeconds_;
    }

    /// @inheritdoc ILedger
    function fundTab(AccountId operator, uint64 amountGwei, uint64 maxFeeGwei) external {
        AccountId payer = accounts.requireAccountOf(msg.sender);
        require(_exists(operator), Ledger_UnknownOperator(operator));

        Tab storage tab = _tabs[payer][operator];
        uint64 balanceGwei = tab.balanceGwei + amountGwei;
        tab.balanceGwei = balanceGwei;
        tab.maxFeeGwei = maxFeeGwei;

        _emit(3, abi.encode(TabFunded.selector, payer, operator, amountGwei, balanceGwei, maxFeeGwei));
        _collect(msg.sender, amountGwei);
    }

    /// @inheritdoc ILedger
    function requestTabWithdrawal(AccountId operator, uint64 amountGwei) external {
        AccountId payer = accounts.requireAccountOf(msg.sender);

        Tab storage tab = _tabs[payer][operator];
        uint64 leavingGwei = amountGwei < tab.balanceGwei ? amountGwei : tab.balanceGwei;
        uint40 leavesAt = leavingGwei == 0 ? 0 : uint40(block.timestamp + tabNoticeSeconds);
        tab.leavingGwei = leavingGwei;
        tab.leavesAt = leavesAt;

        _emit(3, abi.encode(TabWithdrawalRequested.selector, payer, operator, leavingGwei, leavesAt));
    }

    /// @inheritdoc ILedger
    function withdrawTab(AccountId operator) external {
        AccountId payer = accounts.requireAccountOf(msg.sender);
        Tab storage tab = _tabs[payer][operator];
        uint64 amountGwei = tab.leavingGwei < tab.balanceGwei ? tab.leavingGwei : tab.balanceGwei;
        require(amountGwei != 0, Ledger_NothingLeaving(payer, operator));
        require(block.timestamp >= tab.leavesAt, Ledger_LeavesLater(tab.leavesAt, block.timestamp));

        uint64 balanceGwei = tab.balanceGwei - amountGwei;
        tab.balanceGwei = balanceGwei;
        tab.leavingGwei = 0;
        tab.leavesAt = 0;

        _emit(4, abi.encode(TabWithdrawn.selector, payer, operator, msg.sender, amountGwei, balanceGwei));
        _pay(msg.sender, amountGwei);
    }

    /// @inheritdoc ILedger
    function tabOf(AccountId payer, AccountId operator) external view returns (Tab memory) {
        return _tabs[payer][operator];
    }
}
