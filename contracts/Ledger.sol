// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IAccounts} from "./interfaces/IAccounts.sol";
import {ILedger} from "./interfaces/ILedger.sol";
import {IModels} from "./interfaces/IModels.sol";
import {Earnings} from "./ledger/Earnings.sol";
import {Purse} from "./ledger/Purse.sol";
import {Recording} from "./ledger/Recording.sol";
import {Tabs} from "./ledger/Tabs.sol";
import {AccountId} from "./types/Ids.sol";

/// @title Ledger
/// @dev What each function promises stands in `ILedger`. This file assembles the parts and holds what governance may do.
contract Ledger is AccessManaged, Recording {
    uint16 public constant MAX_TREASURY_BPS = 1_000;

    constructor(
        IERC20 token_,
        IAccounts accounts_,
        IModels models_,
        address authority_,
        AccountId treasury_,
        uint32 epochSeconds_,
        uint32 tabNoticeSeconds_,
        uint16 treasuryBps_
    )
        Purse(token_, accounts_)
        Tabs(tabNoticeSeconds_)
        Earnings(epochSeconds_)
        Recording(models_, treasury_)
        AccessManaged(authority_)
    {
        _setTreasuryShare(treasuryBps_);
    }

    /// @inheritdoc ILedger
    function setTreasuryShare(uint16 treasuryBps_) external restricted {
        _setTreasuryShare(treasuryBps_);
    }

    /// @inheritdoc ILedger
    function pauseRecording() external restricted {
        require(!recordingPaused, Ledger_Paused());
        recordingPaused = true;
        _emit(2, abi.encode(RecordingPaused.selector, msg.sender));
    }

    /// @inheritdoc ILedger
    function resumeRecording() external restricted {
        require(recordingPaused, Ledger_NotPaused());
        recordingPaused = false;
        _emit(2, abi.encode(RecordingResumed.selector, msg.sender));
    }

    function _setTreasuryShare(uint16 treasuryBps_) private {
        require(treasuryBps_ <= MAX_TREASURY_BPS, Ledger_TreasuryShareTooHigh(treasuryBps_, MAX_TREASURY_BPS));
        uint16 previousBps = treasuryBps;
        treasuryBps = treasuryBps_;
        _emit(1, abi.encode(TreasuryShareSet.selector, previousBps, treasuryBps_));
    }

    /// @dev OpenZeppelin emits `AuthorityUpdated` itself; the journal takes it in all the same.
    function _setAuthority(address authority_) internal override {
        super._setAuthority(authority_);
        _note(abi.encode(IAccessManaged.AuthorityUpdated.selector, authority_));
    }
}
