// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Bond, BondRule, IBonds} from "../interfaces/IBonds.sol";
import {ILedger} from "../interfaces/ILedger.sol";
import {IModels} from "../interfaces/IModels.sol";
import {BondSlot, BondSlots} from "../libraries/BondSlot.sol";
import {AccountId, BondId, ModelId} from "../types/Ids.sol";
import {Earnings} from "./Earnings.sol";

/// @title Bonds
/// @notice What answers for records and indexes, how it comes in, and how it leaves again.
abstract contract Bonds is Earnings {
    using BondSlots for BondSlot;

    /// @dev What keeps a bond's balance from leaving, in one slot.
    struct Hold {
        uint64 leavingGwei;
        uint40 leavesAt;
        uint40 frozenUntil;
        uint64 stakedGwei;
    }

    uint16 public constant MAX_BOUNTY_BPS = 5_000;
    uint256 internal constant BPS = 10_000;

    /// @inheritdoc IBonds
    uint32 public immutable bondNoticeSeconds;

    /// @inheritdoc ILedger
    IModels public immutable models;

    mapping(BondId bond => BondSlot) internal _bonds;
    mapping(BondId bond => Hold) internal _holds;

    /// @dev The rule, in the slot that `Recording` reads for every batch.
    uint64 private _minimumGwei;
    uint32 private _ratioBps;
    uint16 internal _bountyBps;

    /// @dev A notice of two epochs and more is longer than any record stays pending.
    constructor(IModels models_, uint32 bondNoticeSeconds_) {
        uint256 windowSeconds = 2 * uint256(epochSeconds);
        require(bondNoticeSeconds_ >= windowSeconds, Ledger_BondNoticeTooShort(bondNoticeSeconds_, windowSeconds));
        models = models_;
        bondNoticeSeconds = bondNoticeSeconds_;
    }

    /// @inheritdoc IBonds
    function depositBond(BondId bond, uint64 amountGwei) external {
        require(amountGwei != 0, Ledger_ZeroDeposit(bond));
        _holderOf(bond);
        BondSlot slot = _bonds[bond];
        require(!slot.isStopped(), Ledger_ModelStopped(_modelOf(bond)));

        slot = slot.deposited(amountGwei);
        _bonds[bond] = slot;

        _emit(3, abi.encode(BondDeposited.selector, bond, msg.sender, amountGwei, slot.balance()));
        _collect(msg.sender, amountGwei);
    }

    /// @inheritdoc IBonds
    function requestBondWithdrawal(BondId bond, uint64 amountGwei) external {
        _requireHolder(bond);

        uint64 balanceGwei = _bonds[bond].balance();
        uint64 leavingGwei = amountGwei < balanceGwei ? amountGwei : balanceGwei;
        uint40 leavesAt = leavingGwei == 0 ? 0 : uint40(block.timestamp + bondNoticeSeconds);
        _holds[bond].leavingGwei = leavingGwei;
        _holds[bond].leavesAt = leavesAt;

        _emit(2, abi.encode(BondWithdrawalRequested.selector, bond, leavingGwei, leavesAt));
    }

    /// @inheritdoc IBonds
    function withdrawBond(BondId bond) external {
        _requireHolder(bond);
        Hold storage hold = _holds[bond];
        BondSlot slot = _bonds[bond].rolledTo(currentEpoch());
        uint64 amountGwei = hold.leavingGwei < slot.balance() ? hold.leavingGwei : slot.balance();
        require(amountGwei != 0, Ledger_NoBondLeaving(bond));
        uint40 leavesAt = hold.leavesAt > hold.frozenUntil ? hold.leavesAt : hold.frozenUntil;
        require(block.timestamp >= leavesAt, Ledger_LeavesLater(leavesAt, block.timestamp));

        slot = slot.taken(amountGwei);
        if (slot.exposure() != 0) _requireCover(bond, slot);
        _bonds[bond] = slot;
        hold.leavingGwei = 0;
        hold.leavesAt = 0;

        _emit(3, abi.encode(BondWithdrawn.selector, bond, msg.sender, amountGwei, slot.balance()));
        _pay(msg.sender, amountGwei);
    }

    /// @inheritdoc IBonds
    function bondStateOf(BondId bond) external view returns (Bond memory) {
        BondSlot slot = _bonds[bond].rolledTo(currentEpoch());
        Hold memory hold = _holds[bond];
        return
            Bond({
                balanceGwei: slot.balance(),
                exposureGwei: slot.exposure(),
                stakedGwei: hold.stakedGwei,
                leavingGwei: hold.leavingGwei,
                leavesAt: hold.leavesAt,
                frozenUntil: hold.frozenUntil,
                isStopped: slot.isStopped()
            });
    }

    /// @inheritdoc IBonds
    function requiredBondOf(BondId bond, uint64 feeGwei) external view returns (uint256) {
        return _requiredFor(uint256(_bonds[bond].rolledTo(currentEpoch()).exposure()) + feeGwei);
    }

    /// @inheritdoc IBonds
    function bondRule() public view returns (BondRule memory) {
        return BondRule({minimumGwei: _minimumGwei, ratioBps: _ratioBps, bountyBps: _bountyBps});
    }

    /// @dev Lets a bond answer for fees recorded in `epoch`, if it can.
    function _expose(BondId bond, uint256 feesGwei, uint32 epoch) internal {
        BondSlot slot = _bonds[bond].rolledTo(epoch).exposed(feesGwei);
        require(!slot.isStopped(), Ledger_ModelStopped(_modelOf(bond)));
        _requireCover(bond, slot);
        _bonds[bond] = slot;
    }

    function _setBondRule(BondRule memory rule) internal {
        require(
            rule.minimumGwei != 0 && rule.bountyBps <= MAX_BOUNTY_BPS,
            Ledger_BondRuleOutOfRange(rule.minimumGwei, rule.bountyBps, MAX_BOUNTY_BPS)
        );
        BondRule memory previous = bondRule();
        (_minimumGwei, _ratioBps, _bountyBps) = (rule.minimumGwei, rule.ratioBps, rule.bountyBps);
        _emit(1, abi.encode(BondRuleSet.selector, previous, rule));
    }

    function _requireCover(BondId bond, BondSlot slot) internal view {
        uint256 requiredGwei = _requiredFor(slot.exposure());
        require(slot.balance() >= requiredGwei, Ledger_BondTooSmall(bond, slot.balance(), requiredGwei));
    }

    /// @dev The least bond and the ratio's part of the fees, rounded up: also what a struck record with that fee costs.
    function _requiredFor(uint256 feesGwei) internal view returns (uint256) {
        return _minimumGwei + Math.ceilDiv(feesGwei * _ratioBps, BPS);
    }

    function _modelOf(BondId bond) internal pure returns (ModelId) {
        return ModelId.wrap(uint32(BondId.unwrap(bond)));
    }

    /// @dev Where a bond is paid back to; there is no bond of an account or a model that does not exist.
    function _holderOf(BondId bond) private view returns (address) {
        uint64 number = BondId.unwrap(bond);
        require(number >> 33 == 0, Ledger_UnknownBond(bond));
        if (number >> 32 == 0) return accounts.payoutOf(AccountId.wrap(uint32(number)));
        return accounts.payoutOf(models.ownerOf(_modelOf(bond)));
    }

    function _requireHolder(BondId bond) private view {
        address holder = _holderOf(bond);
        require(msg.sender == holder, Ledger_NotBondHolder(bond, msg.sender, holder));
    }
}
