// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Appeals} from "./court/Appeals.sol";
import {Receipts} from "./court/Receipts.sol";
import {Governed} from "./Governed.sol";
import {CourtTerms, ICourt} from "./interfaces/ICourt.sol";
import {ILedger} from "./interfaces/ILedger.sol";

/// @title Court
/// @dev What each function promises stands in `ICourt`. This file assembles the parts and holds what governance and the arbiter may do.
contract Court is Governed, Appeals {
    constructor(ILedger ledger_, address authority_, CourtTerms memory terms_) Receipts(ledger_) Governed(authority_) {
        _setTerms(terms_);
        ledger_.earnings().token().refuseTransfers();
    }

    /// @inheritdoc ICourt
    function rule(uint64 appeal, bool upheld, bytes32 reasonsHash, string calldata reasonsURI) external restricted {
        _rule(appeal, upheld, reasonsHash, reasonsURI);
    }

    /// @inheritdoc ICourt
    function setTerms(CourtTerms calldata terms_) external restricted {
        _setTerms(terms_);
    }

    /// @inheritdoc ICourt
    function leastWindow() external view returns (uint32) {
        return 3 * _terms.demandSeconds;
    }

    /// @inheritdoc ICourt
    function terms() external view returns (CourtTerms memory) {
        return _terms;
    }

    function _setTerms(CourtTerms memory terms_) private {
        require(
            terms_.demandFeeGwei != 0 &&
                terms_.demandFeeGwei <= 1_000e9 &&
                terms_.demandSeconds >= 1 hours &&
                3 * uint256(terms_.demandSeconds) <= ledger.terms().windowSeconds &&
                terms_.receiptFees >= 2 &&
                terms_.receiptFees <= 100 &&
                terms_.appealStakeGwei >= 1e9 &&
                terms_.appealStakeGwei <= 1_000e9 &&
                terms_.rulingSeconds >= 7 days &&
                terms_.rulingSeconds <= 30 days &&
                terms_.keyNoticeSeconds >= 1 hours &&
                terms_.keyNoticeSeconds <= 14 days,
            Court_TermsOutOfRange(terms_)
        );
        CourtTerms memory previous = _terms;
        _terms = terms_;
        _emit(1, abi.encode(CourtTermsSet.selector, previous, terms_));
    }
}
