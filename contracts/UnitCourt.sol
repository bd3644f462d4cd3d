// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {UnitDemands} from "./court/UnitDemands.sol";
import {Units} from "./court/Units.sol";
import {Governed} from "./Governed.sol";
import {IBonds} from "./interfaces/IBonds.sol";
import {IModels} from "./interfaces/IModels.sol";
import {IUnitCourt, UnitCourtTerms} from "./interfaces/IUnitCourt.sol";

/// @title UnitCourt
/// @dev What each function promises stands in `IUnitCourt`. This file assembles the parts and holds what governance may do.
contract UnitCourt is Governed, UnitDemands {
    uint32 public constant MIN_DEMAND_SECONDS = 1 hours;
    uint32 public constant MAX_DEMAND_SECONDS = 5 days;
    uint64 public constant MAX_DEMAND_FEE = 1_000e9;

    constructor(
        IModels models_,
        IBonds bonds_,
        address authority_,
        UnitCourtTerms memory terms_
    ) Units(models_, bonds_) Governed(authority_) {
        _setTerms(terms_);
        bonds_.token().refuseTransfers();
    }

    /// @inheritdoc IUnitCourt
    function setTerms(UnitCourtTerms calldata terms_) external restricted {
        _setTerms(terms_);
    }

    /// @inheritdoc IUnitCourt
    function terms() external view returns (UnitCourtTerms memory) {
        return _terms;
    }

    function _setTerms(UnitCourtTerms memory terms_) private {
        require(
            terms_.demandFeeGwei != 0 &&
                terms_.demandFeeGwei <= MAX_DEMAND_FEE &&
                terms_.demandSeconds >= MIN_DEMAND_SECONDS &&
                terms_.demandSeconds <= MAX_DEMAND_SECONDS,
            UnitCourt_TermsOutOfRange(terms_)
        );
        UnitCourtTerms memory previous = _terms;
        _terms = terms_;
        _emit(1, abi.encode(UnitCourtTermsSet.selector, previous, terms_));
    }
}
