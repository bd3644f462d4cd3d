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

    /// @dev A struct only so that its place is looked up once.
    struct Earned {
        EarningsSlot slot;
    }

    mapping(AccountId account => Earned) private _earnings;

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
        EarningsSlot slot = _earnings[account].slot.rolledTo(currentEpoch());
        return (slot.matured(), slot.pending());
    }

    /// @inheritdoc ILedger
    function currentEpoch() public view returns (uint32) {
        return uint32(block.timestamp / epochSeconds);
    }

    /// @dev Nothing is written for nothing: an account that earns its first credit pays for a new slot.
    function _credit(AccountId account, uint256 amountGwei, uint32 epoch) internal {
        if (amountGwei == 0) return;
        Earned storage earned = _earnings[account];
        earned.slot = earned.slot.rolledTo(epoch).credited(amountGwei);
    }

    /// @dev Takes back what was credited in the epoch `earnedIn`, while it is pending.
    /// @return The same amount.
    function _debit(AccountId account, uint256 amountGwei, uint32 earnedIn, uint32 epoch) internal returns (uint256) {
        if (amountGwei != 0) {
            Earned storage earned = _earnings[account];
            earned.slot = earned.slot.rolledTo(epoch).debited(amountGwei, earnedIn);
        }
        return amountGwei;
    }

    /// @dev Adds what can be claimed at once.
    function _award(AccountId account, uint64 amountGwei) internal {
        if (amountGwei == 0) return;
        Earned storage earned = _earnings[account];
        earned.slot = earned.slot.rolledTo(currentEpoch()).awarded(amountGwei);
    }

    /// @dev Pays nothing, says nothing and writes nothing where nothing has matured.
    function _claim(AccountId account, address to) internal returns (uint64 amountGwei) {
        Earned storage earned = _earnings[account];
        EarningsSlot slot = earned.slot.rolledTo(currentEpoch());
        amountGwei = slot.matured();
        if (amountGwei == 0) return 0;

        earned.slot = slot.claimed();

        _emit(3, abi.encode(RewardClaimed.selector, account, to, amountGwei));
        _pay(to, amountGwei);
    }
}
