// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IBonds} from "../interfaces/IBonds.sol";
import {ServingTerms} from "../interfaces/IModels.sol";
import {BatchReader} from "../libraries/BatchReader.sol";
import {BondSlot, BondSlots} from "../libraries/BondSlot.sol";
import {RecordProofs} from "../libraries/RecordProofs.sol";
import {AccountId, BatchId, BondId, bondOf, ModelId} from "../types/Ids.sol";
import {BatchHeader, RecordProof} from "../types/Records.sol";
import {Recording} from "./Recording.sol";

/// @title Strikes
/// @notice What the Court may do: void a record, stop a model, and take from bonds.
abstract contract Strikes is Recording {
    using BondSlots for BondSlot;
    using RecordProofs for RecordProof;
    using RecordProofs for bytes;

    /// @inheritdoc IBonds
    address public court;

    /// @inheritdoc IBonds
    uint64 public unburntGwei;

    mapping(BatchId batch => mapping(uint256 word => uint256 bits)) private _voided;

    modifier onlyCourt() {
        require(msg.sender == court, Ledger_NotCourt(msg.sender, court));
        _;
    }

    /// @inheritdoc IBonds
    function strikeRecord(RecordProof calldata call, BondId culprit, AccountId beneficiary) external onlyCourt {
        BatchHeader calldata header = call.header;
        require(call.isRecorded(_batches[header.batch]), Ledger_NotRecorded(header.batch, call.index));
        require(!isVoided(header.batch, call.index), Ledger_AlreadyVoided(header.batch, call.index));
        uint32 epoch = currentEpoch();
        require(epoch - header.epoch < 2, Ledger_RecordMatured(header.batch, header.epoch, epoch));

        AccountId payer = call.record.payerOf();
        uint64 feeGwei = call.record.feeOf();
        // forge-lint: disable-next-line(incorrect-shift)
        _voided[header.batch][call.index >> 8] |= 1 << (call.index & 0xff);
        _takeBack(header, call.record, epoch);
        _tabs[payer][header.operator].balanceGwei += feeGwei;
        _relieve(bondOf(header.operator), feeGwei, header.epoch, epoch);
        _relieve(bondOf(header.model), feeGwei, header.epoch, epoch);

        _emit(4, abi.encode(RecordVoided.selector, header.batch, call.index, payer, feeGwei));
        _slash(culprit, _requiredFor(feeGwei), beneficiary);
    }

    /// @inheritdoc IBonds
    function strikeModel(ModelId model, AccountId beneficiary) external onlyCourt {
        BondId bond = bondOf(model);
        require(!_bonds[bond].isStopped(), Ledger_ModelStopped(model));

        _bonds[bond] = _bonds[bond].stopped();

        _emit(2, abi.encode(ModelStopped.selector, model));
        _slash(bond, type(uint64).max, beneficiary);
    }

    /// @inheritdoc IBonds
    function slash(BondId bond, uint64 amountGwei, AccountId beneficiary) external onlyCourt {
        _slash(bond, amountGwei, beneficiary);
    }

    /// @inheritdoc IBonds
    function freezeBond(BondId bond, uint40 until) external onlyCourt {
        if (until <= _holds[bond].frozenUntil) return;

        _holds[bond].frozenUntil = until;

        _emit(2, abi.encode(BondFrozen.selector, bond, until));
    }

    /// @inheritdoc IBonds
    function stake(BondId bond, uint64 amountGwei) external onlyCourt {
        // A stake can be paid to its own holder: what is frozen would leave that way.
        uint40 frozenUntil = _holds[bond].frozenUntil;
        require(block.timestamp >= frozenUntil, Ledger_LeavesLater(frozenUntil, block.timestamp));
        BondSlot slot = _bonds[bond].rolledTo(currentEpoch());
        uint256 requiredGwei = amountGwei + (slot.exposure() == 0 ? 0 : _requiredFor(slot.exposure()));
        require(slot.balance() >= requiredGwei, Ledger_BondTooSmall(bond, slot.balance(), requiredGwei));

        slot = slot.taken(amountGwei);
        uint64 stakedGwei = _holds[bond].stakedGwei + amountGwei;
        _bonds[bond] = slot;
        _holds[bond].stakedGwei = stakedGwei;

        _emit(2, abi.encode(BondStaked.selector, bond, amountGwei, slot.balance(), stakedGwei));
    }

    /// @inheritdoc IBonds
    function release(BondId bond, uint64 amountGwei) external onlyCourt {
        uint64 stakedGwei = _unstake(bond, amountGwei);
        BondSlot slot = _bonds[bond].deposited(amountGwei);
        _bonds[bond] = slot;

        _emit(2, abi.encode(BondReleased.selector, bond, amountGwei, slot.balance(), stakedGwei));
    }

    /// @inheritdoc IBonds
    function payStake(BondId bond, uint64 amountGwei, AccountId beneficiary) external onlyCourt {
        uint64 stakedGwei = _unstake(bond, amountGwei);
        _award(beneficiary, amountGwei);

        _emit(3, abi.encode(StakePaid.selector, bond, beneficiary, amountGwei, stakedGwei));
    }

    /// @inheritdoc IBonds
    function burnSlashed() external returns (uint64 amountGwei) {
        amountGwei = unburntGwei;
        require(amountGwei != 0, Ledger_NothingToBurn());

        unburntGwei = 0;

        _emit(1, abi.encode(SlashedBurnt.selector, amountGwei));
        _burn(amountGwei);
    }

    /// @inheritdoc IBonds
    function isVoided(BatchId batch, uint256 index) public view returns (bool) {
        return (_voided[batch][index >> 8] >> (index & 0xff)) & 1 != 0;
    }

    /// @dev Splits the fee as it was split when it was recorded, and takes each part back from where it is pending.
    function _takeBack(BatchHeader calldata header, bytes calldata record, uint32 epoch) private {
        ServingTerms memory terms = models.servingTerms(header.model);
        uint256 feeGwei = record.feeOf();
        uint256 leftGwei = feeGwei;
        uint256 ownerBps = BPS - terms.contributorBps - terms.operatorBps - header.treasuryBps;

        uint256 poolGwei = (feeGwei * terms.contributorBps) / BPS;
        uint256 rows = record.rowCountOf();
        for (uint256 i = 0; i < rows; ++i) {
            (, AccountId account, uint16 weight) = record.rowAt(i);
            leftGwei -= _debit(account, (poolGwei * weight) / BatchReader.WEIGHT_SUM, header.epoch, epoch);
        }
        leftGwei -= _debit(header.operator, (feeGwei * terms.operatorBps) / BPS, header.epoch, epoch);
        for (uint256 i = 0; i < terms.royalties.length; ++i) {
            ownerBps -= terms.royalties[i].bps;
            uint256 royaltyGwei = (feeGwei * terms.royalties[i].bps) / BPS;
            leftGwei -= _debit(terms.royalties[i].account, royaltyGwei, header.epoch, epoch);
        }
        leftGwei -= _debit(terms.owner, (feeGwei * ownerBps) / BPS, header.epoch, epoch);
        _debit(treasury, leftGwei, header.epoch, epoch);
    }

    function _relieve(BondId bond, uint64 feeGwei, uint32 recordedIn, uint32 epoch) private {
        _bonds[bond] = _bonds[bond].rolledTo(epoch).relieved(feeGwei, recordedIn);
    }

    /// @dev Takes what there is, and says nothing where there is nothing.
    function _slash(BondId bond, uint256 wantedGwei, AccountId beneficiary) private {
        BondSlot slot = _bonds[bond];
        uint64 amountGwei = wantedGwei < slot.balance() ? uint64(wantedGwei) : slot.balance();
        if (amountGwei == 0) return;

        uint64 bountyGwei = uint64((uint256(amountGwei) * _bountyBps) / BPS);
        slot = slot.taken(amountGwei);
        _bonds[bond] = slot;
        unburntGwei += amountGwei - bountyGwei;
        _award(beneficiary, bountyGwei);

        _emit(3, abi.encode(BondSlashed.selector, bond, beneficiary, amountGwei, bountyGwei, slot.balance()));
    }

    function _unstake(BondId bond, uint64 amountGwei) private returns (uint64 stakedGwei) {
        stakedGwei = _holds[bond].stakedGwei;
        require(amountGwei <= stakedGwei, Ledger_StakeTooSmall(bond, stakedGwei, amountGwei));
        stakedGwei -= amountGwei;
        _holds[bond].stakedGwei = stakedGwei;
    }
}
