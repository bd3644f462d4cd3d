// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedger} from "../interfaces/ILedger.sol";
import {EarningsSlot, EarningsSlots} from "../libraries/EarningsSlot.sol";
import {AccountId} from "../types/Ids.sol";
import {Purse} from "./Purse.sol";

/// @title Earnings
/// @notice What accounts are owed: pending for one to two epochs, then claimable by anyone for them.
abstract contract Earnings is Purse {
    using EarningsSlots for EarningsSlot;

    /// @inheritdoc ILedger
    uint32 public immutable epochSeconds;

    mapping(AccountId account => EarningsSlot) private _earnings;

    constructor(uint32 epochSeconds_) {
        require(epochSeconds_ != 0, Ledger_ZeroEpoch());
        epochSeconds = epochSeconds_;
    }

    /// @inheritdoc ILedger
    function claim(AccountId account) external returns (uint64 amountGwei) {
        amountGwei = _claim(account, accounts.payoutOf(account));
        require(amountGwei != 0, Ledger_NothingToClaim(account));
    }

    /// @inheritdoc ILedger
    function claimTo(address to) external returns (uint64 amountGwei) {
        require(to != address(0), Ledger_ZeroAddress());
        AccountId account = accounts.requireAccountOf(msg.sender);
        amountGwei = _claim(account, to);
        require(amountGwei != 0, Ledger_NothingToClaim(account));
    }

    /// @inheritdoc ILedger
    function claimMany(AccountId[] calldata claimants) external returns (uint64 totalGwei) {
        AccountId account;
        for (uint256 i = 0; i < claimants.length; ++i) {
            account = claimants[i];
            totalGwei += _claim(account, accounts.payoutOf(account));
        }
        require(totalGwei != 0, Ledger_NothingToClaim(account));
    }

    /// @inheritdoc ILedger
    function earningsOf(AccountId account) external view returns (uint64 maturedGwei, uint64 pendingGwei) {
        EarningsSlot slot = _earnings[account].rolledTo(currentEpoch());
        return (slot.matured(), slot.pending());
    }

    /// @inheritdoc ILedger
    function currentEpoch() public view returns (uint32) {
        return uint32(block.timestamp / epochSeconds);
    }

    /// @dev Nothing is written for nothing: an account that earns its first credit pays for a new slot.
    function _credit(AccountId account, uint256 amountGwei, uint32 epoch) internal {
        if (amountGwei == 0) return;
        _earnings[account] = _earnings[account].rolledTo(epoch).credited(amountGwei);
    }

    /// @dev Pays nothing, says nothing and writes nothing where nothing has matured.
    function _claim(AccountId account, address to) private returns (uint64 amountGwei) {
        EarningsSlot slot = _earnings[account].rolledTo(currentEpoch());
        amountGwei = slot.matured();
        if (amountGwei == 0) return 0;

        _earnings[account] = slot.claimed();

        _emit(3, abi.encode(RewardClaimed.selector, account, to, amountGwei));
        _pay(to, amountGwei);
    }
}
