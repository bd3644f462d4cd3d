// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Governed} from "./Governed.sol";
import {IBonds} from "./interfaces/IBonds.sol";
import {ICourt} from "./interfaces/ICourt.sol";
import {IChannels} from "./interfaces/IChannels.sol";
import {ILedger, LedgerTerms} from "./interfaces/ILedger.sol";
import {Books} from "./ledger/Books.sol";
import {Voiding} from "./ledger/Voiding.sol";

/// @title Ledger
/// @dev What each function promises stands in `ILedger`. This file assembles the parts and holds what governance may do.
contract Ledger is Voiding {
    constructor(
        IChannels channels_,
        IBonds bonds_,
        address authority_,
        LedgerTerms memory terms_
    ) Books(channels_, bonds_) Governed(authority_) {
        _setTerms(terms_);
        earnings.token().refuseTransfers();
    }

    /// @inheritdoc ILedger
    function appoint(address court_, address settlement_) external restricted {
        require(court_ != address(0) && settlement_ != address(0), Ledger_ZeroAddress());
        require(court == address(0), Ledger_AlreadyAppointed(court, settlement));
        (court, settlement) = (court_, settlement_);
        _emit(3, abi.encode(LedgerUsersAppointed.selector, court_, settlement_));
    }

    /// @inheritdoc ILedger
    function setTerms(LedgerTerms calldata terms_) external restricted {
        _setTerms(terms_);
    }

    /// @inheritdoc ILedger
    function leastBondNotice() external view returns (uint32) {
        return _terms.windowSeconds + _terms.epochSeconds;
    }

    /// @inheritdoc ILedger
    function terms() external view returns (LedgerTerms memory) {
        return _terms;
    }

    /// @dev A demand must be answered and closed within a window, and a bond outlast a window and an epoch.
    function _setTerms(LedgerTerms memory terms_) private {
        require(
            terms_.epochSeconds >= 1 hours &&
                terms_.epochSeconds <= 30 days &&
                terms_.windowSeconds >= 1 days &&
                terms_.windowSeconds <= 14 days &&
                terms_.minBookGwei <= 1_000e9 &&
                terms_.treasuryBps >= 100 &&
                terms_.treasuryBps <= 1_000 &&
                (court == address(0) || terms_.windowSeconds >= ICourt(court).leastWindow()) &&
                terms_.windowSeconds + terms_.epochSeconds <= bonds.rule().noticeSeconds,
            Ledger_TermsOutOfRange(terms_)
        );
        LedgerTerms memory previous = _terms;
        _terms = terms_;
        _emit(1, abi.encode(LedgerTermsSet.selector, previous, terms_));
    }
}
