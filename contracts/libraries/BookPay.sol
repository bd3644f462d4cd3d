// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SettlementTerms, WeighedUnit} from "../interfaces/IModels.sol";

/// @notice What a book's units share, and by what (docs/protocol.md, "Books and pay"). Amounts in gwei.
/// @param feesGwei All fees.
/// @param poolGwei The contributors' share of them.
/// @param baseGwei The part of it that goes by kept rows.
/// @param netGwei The part of it that goes by net influence, as far as that reaches.
/// @param fixedGwei What goes by fixed weights, what was given included; by kept rows where all of them are zero.
/// @param scale What all net influence is measured by: its sum, or the floor.
/// @param keptRows The sum of kept rows.
/// @param fixedTotal The sum of fixed weights.
struct Pot {
    uint64 feesGwei;
    uint64 poolGwei;
    uint64 baseGwei;
    uint64 netGwei;
    uint64 fixedGwei;
    uint256 scale;
    uint256 keptRows;
    uint256 fixedTotal;
}

/// @title BookPay
/// @notice Shares out the contributors' part of a book. Every division rounds down; nothing here reaches 2^150, so nothing overflows.
library BookPay {
    uint256 private constant BPS = 10_000;

    /// @param units All fees, in fee units.
    /// @param net The sum of what units were weighed.
    function potOf(
        SettlementTerms memory terms,
        uint64 feesGwei,
        uint64 units,
        uint64 givenGwei,
        uint256 net
    ) internal pure returns (Pot memory pot) {
        pot.feesGwei = feesGwei;
        pot.poolGwei = uint64((uint256(feesGwei) * terms.contributorBps) / BPS);
        pot.baseGwei = uint64((uint256(pot.poolGwei) * terms.baseBps) / BPS);
        pot.netGwei = pot.poolGwei - pot.baseGwei;
        uint256 floor = (terms.floorBps * uint256(units) * terms.floorNorm) / BPS;
        pot.scale = net > floor ? net : floor;
        uint256 restGwei = pot.scale == 0 ? pot.netGwei : (pot.netGwei * (pot.scale - net)) / pot.scale;
        pot.fixedGwei = uint64(restGwei) + givenGwei;
        pot.keptRows = terms.keptRows;
        pot.fixedTotal = terms.fixedTotal;
    }

    /// @notice What a unit is paid.
    function payOf(Pot memory pot, WeighedUnit unit) internal pure returns (uint64) {
        uint256 word = WeighedUnit.unwrap(unit);
        uint256 kept = uint16(word >> 32);
        unchecked {
            uint256 amountGwei = _part(pot.netGwei, word >> 112, pot.scale);
            amountGwei += _part(pot.baseGwei, kept, pot.keptRows);
            amountGwei +=
                pot.fixedTotal == 0
                    ? _part(pot.fixedGwei, kept, pot.keptRows)
                    : _part(pot.fixedGwei, uint64(word >> 48), pot.fixedTotal);
            return uint64(amountGwei);
        }
    }

    /// @dev A part of an amount, rounded down; nothing of nothing.
    function _part(uint256 amountGwei, uint256 weight, uint256 total) private pure returns (uint256 part) {
        assembly ("memory-safe") {
            part := div(mul(amountGwei, weight), total)
        }
    }
}
