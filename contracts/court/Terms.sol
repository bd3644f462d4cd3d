// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CourtTerms, ICourt} from "../interfaces/ICourt.sol";
import {Docket} from "./Docket.sol";

/// @title Terms
/// @notice What the slow kinds of challenges cost and how long they take.
abstract contract Terms is Docket {
    /// @dev An appeal freezes a bond for as long as it can be ruled.
    uint32 public constant MAX_RULING_SECONDS = 90 days;

    CourtTerms internal _terms;

    constructor(CourtTerms memory terms_) {
        _setTerms(terms_);
    }

    /// @inheritdoc ICourt
    function terms() external view returns (CourtTerms memory) {
        return _terms;
    }

    /// @dev A row withheld for longer than an epoch could be paid before its records are voided.
    function _setTerms(CourtTerms memory terms_) internal {
        require(
            terms_.demandSeconds != 0 &&
                terms_.demandSeconds <= ledger.epochSeconds() &&
                terms_.rulingSeconds != 0 &&
                terms_.rulingSeconds <= MAX_RULING_SECONDS &&
                terms_.demandFeeGwei != 0 &&
                terms_.appealStakeGwei != 0,
            Court_TermsOutOfRange(terms_)
        );
        CourtTerms memory previous = _terms;
        _terms = terms_;
        _emit(1, abi.encode(CourtTermsSet.selector, previous, terms_));
    }
}
