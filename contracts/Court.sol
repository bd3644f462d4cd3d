// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Appeals} from "./court/Appeals.sol";
import {Demands} from "./court/Demands.sol";
import {Docket} from "./court/Docket.sol";
import {Terms} from "./court/Terms.sol";
import {Governed} from "./Governed.sol";
import {CourtTerms, ICourt} from "./interfaces/ICourt.sol";
import {IDatasets} from "./interfaces/IDatasets.sol";
import {ILedger} from "./interfaces/ILedger.sol";
import {RecordProof} from "./types/Records.sol";

/// @title Court
/// @dev What each function promises stands in `ICourt`. This file assembles the parts and holds what governance may do.
contract Court is Governed, Demands, Appeals {
    constructor(
        ILedger ledger_,
        IDatasets datasets_,
        address authority_,
        CourtTerms memory terms_
    ) Docket(ledger_, datasets_) Terms(terms_) Governed(authority_) {}

    /// @inheritdoc ICourt
    function rule(
        uint64 appeal,
        bool upheld,
        RecordProof[] calldata calls,
        bytes32 reasonsHash,
        string calldata reasonsURI
    ) external restricted {
        _rule(appeal, upheld, calls, reasonsHash, reasonsURI);
    }

    /// @inheritdoc ICourt
    function setTerms(CourtTerms calldata terms_) external restricted {
        _setTerms(terms_);
    }
}
