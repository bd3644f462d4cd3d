// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IModels, SettlementTerms, WeighedUnit} from "../../../contracts/interfaces/IModels.sol";
import {BookPay, Pot} from "../../../contracts/libraries/BookPay.sol";
import {ModelId} from "../../../contracts/types/Ids.sol";

/// @notice What a settlement would pay units for a book of any totals, as large as no book of a test can be (test/attribution/settlement.test.ts).
contract PayHarness {
    IModels private immutable models;

    constructor(IModels models_) {
        models = models_;
    }

    /// @param totals `P_d`: k integers of 64 bits.
    /// @return weights `W_u`.
    /// @return amountsGwei What each unit is paid.
    function paysOf(
        ModelId model,
        bytes calldata totals,
        uint64 units,
        uint64 givenGwei
    ) external view returns (uint256[] memory weights, uint64[] memory amountsGwei) {
        uint40 until = type(uint40).max;
        SettlementTerms memory terms = models.settlementTerms(model, until);
        WeighedUnit[] memory weighed = models.weigh(model, 0, terms.unitCount, until, totals, units);
        weights = new uint256[](weighed.length);
        uint256 net = 0;
        for (uint256 u = 0; u < weighed.length; ++u) {
            weights[u] = WeighedUnit.unwrap(weighed[u]) >> 112;
            net += weights[u];
        }
        uint64 feesGwei = units * models.feeUnitOf(model);
        Pot memory pot = BookPay.potOf(terms, feesGwei, units, givenGwei, net);
        amountsGwei = new uint64[](weighed.length);
        for (uint256 u = 0; u < weighed.length; ++u) amountsGwei[u] = BookPay.payOf(pot, weighed[u]);
    }
}
