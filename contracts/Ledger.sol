// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Governed} from "./Governed.sol";
import {IAccounts} from "./interfaces/IAccounts.sol";
import {BondRule, IBonds} from "./interfaces/IBonds.sol";
import {ILedger, LedgerTerms} from "./interfaces/ILedger.sol";
import {IModels} from "./interfaces/IModels.sol";
import {Bonds} from "./ledger/Bonds.sol";
import {Earnings} from "./ledger/Earnings.sol";
import {Purse} from "./ledger/Purse.sol";
import {Recording} from "./ledger/Recording.sol";
import {SignedClaims} from "./ledger/SignedClaims.sol";
import {Strikes} from "./ledger/Strikes.sol";
import {Tabs} from "./ledger/Tabs.sol";
import {AccountId} from "./types/Ids.sol";

/// @title Ledger
/// @dev What each function promises stands in `ILedger`. This file assembles the parts and holds what governance may do.
contract Ledger is Governed, Strikes, SignedClaims {
    uint16 public constant MAX_TREASURY_BPS = 1_000;

    constructor(
        IERC20 token_,
        IAccounts accounts_,
        IModels models_,
        address authority_,
        AccountId treasury_,
        LedgerTerms memory terms
    )
        Purse(token_, accounts_)
        Tabs(terms.tabNoticeSeconds)
        Earnings(terms.epochSeconds)
        Bonds(models_, terms.bondNoticeSeconds)
        Recording(treasury_)
        Governed(authority_)
    {
        _setTreasuryShare(terms.treasuryBps);
        _setBondRule(terms.bondRule);
    }

    /// @inheritdoc IBonds
    function appointCourt(address court_) external restricted {
        require(court_ != address(0), Ledger_ZeroAddress());
        require(court == address(0), Ledger_CourtAlreadyAppointed(court));
        court = court_;
        _emit(2, abi.encode(CourtAppointed.selector, court_));
    }

    /// @inheritdoc IBonds
    function setBondRule(BondRule calldata rule) external restricted {
        _setBondRule(rule);
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
}
