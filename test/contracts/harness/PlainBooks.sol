// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {PlainUnits} from "./PlainUnits.sol";

/// @notice What is registered of a model, as settlement needs it.
/// @param dims Dimensions of its records' query sketches, 0 where they hold none.
/// @param codes Sketches of its units; empty where it has none.
/// @param isStruck Which units were struck in time.
struct PlainModel {
    uint256 dims;
    int256[][] codes;
    uint256[] scales;
    uint256[] kept;
    uint256[] fixedWeights;
    bool[] isStruck;
    uint256 contributorBps;
    uint256 operatorBps;
    uint256[] royaltiesBps;
    uint256 baseBps;
    uint256 floorBps;
    uint256 feeUnitGwei;
}

/// @notice What a book holds when its window is over.
/// @param units `F`.
/// @param positive `P_d`: for each dimension the fees whose bit is 1.
struct PlainBook {
    uint256 units;
    uint256[] positive;
    uint256 givenGwei;
    uint256 treasuryBps;
}

/// @notice What everybody is paid.
struct PlainPay {
    uint256[] weights;
    uint256[] unitsGwei;
    uint256 poolGwei;
    uint256 operatorGwei;
    uint256 ownerGwei;
    uint256[] royaltiesGwei;
    uint256 treasuryGwei;
}

/// @notice The pay of a book the plain way, formula by formula (docs/protocol.md, "Books and pay"): what settlement is held to.
library PlainBooks {
    uint256 private constant BPS = 10_000;

    /// @notice `W_u`.
    function weightsOf(
        PlainModel memory model,
        PlainBook memory book
    ) internal pure returns (uint256[] memory weights) {
        weights = new uint256[](model.kept.length);
        if (model.dims == 0) return weights;
        int256[] memory q = new int256[](model.dims);
        for (uint256 d = 0; d < q.length; ++d) q[d] = 2 * int256(book.positive[d]) - int256(book.units);
        for (uint256 u = 0; u < weights.length; ++u) {
            int256 product = PlainUnits.dot(q, model.codes[u]);
            if (product > 0 && !model.isStruck[u]) weights[u] = model.scales[u] * uint256(product);
        }
    }

    /// @notice `N`, over all units, struck or not.
    function normOf(PlainModel memory model) internal pure returns (uint256) {
        uint256 most = 0;
        uint256 dims = 0;
        for (uint256 u = 0; u < model.codes.length; ++u) {
            dims = model.codes[u].length;
            uint256 length = uint256(PlainUnits.dot(model.codes[u], model.codes[u]));
            uint256 square = model.scales[u] * model.scales[u] * length;
            if (square > most) most = square;
        }
        return rootOf(dims * most);
    }

    function payOf(PlainModel memory model, PlainBook memory book) internal pure returns (PlainPay memory pay) {
        uint256 fees = book.units * model.feeUnitGwei;
        pay.weights = weightsOf(model, book);
        pay.poolGwei = (fees * model.contributorBps) / BPS;
        pay.operatorGwei = (fees * model.operatorBps) / BPS;
        pay.treasuryGwei = fees + book.givenGwei - pay.operatorGwei;
        uint256 ownerBps = BPS - model.contributorBps - model.operatorBps - book.treasuryBps;
        pay.royaltiesGwei = new uint256[](model.royaltiesBps.length);
        for (uint256 i = 0; i < model.royaltiesBps.length; ++i) {
            pay.royaltiesGwei[i] = (fees * model.royaltiesBps[i]) / BPS;
            pay.treasuryGwei -= pay.royaltiesGwei[i];
            ownerBps -= model.royaltiesBps[i];
        }
        pay.ownerGwei = (fees * ownerBps) / BPS;
        pay.treasuryGwei -= pay.ownerGwei;
        payUnits(model, book, pay);
    }

    function payUnits(PlainModel memory model, PlainBook memory book, PlainPay memory pay) private pure {
        uint256 base = (pay.poolGwei * model.baseBps) / BPS;
        uint256 rest = pay.poolGwei - base;
        uint256 net = sum(pay.weights);
        uint256 scale = (model.floorBps * book.units * normOf(model)) / BPS;
        if (net > scale) scale = net;
        uint256 steady = book.givenGwei + (scale == 0 ? rest : (rest * (scale - net)) / scale);
        uint256[] memory kept = standing(model, model.kept);
        uint256[] memory weights = standing(model, model.fixedWeights);
        if (sum(weights) == 0) weights = kept;
        pay.unitsGwei = new uint256[](kept.length);
        for (uint256 u = 0; u < kept.length; ++u) {
            uint256 amount = part(base, kept[u], sum(kept));
            amount += part(rest, pay.weights[u], scale);
            amount += part(steady, weights[u], sum(weights));
            pay.unitsGwei[u] = amount;
            pay.treasuryGwei -= amount;
        }
    }

    /// @dev Struck units have no rows and no weight.
    function standing(PlainModel memory model, uint256[] memory values) private pure returns (uint256[] memory left) {
        left = new uint256[](values.length);
        for (uint256 u = 0; u < values.length; ++u) left[u] = model.isStruck[u] ? 0 : values[u];
    }

    function part(uint256 amount, uint256 weight, uint256 total) private pure returns (uint256) {
        return total == 0 ? 0 : (amount * weight) / total;
    }

    function sum(uint256[] memory values) internal pure returns (uint256 total) {
        for (uint256 i = 0; i < values.length; ++i) total += values[i];
    }

    /// @notice `isqrt`, bit by bit.
    function rootOf(uint256 square) internal pure returns (uint256 root) {
        for (uint256 bit = 1 << 127; bit != 0; bit >>= 1) {
            if ((root + bit) * (root + bit) <= square) root += bit;
        }
    }
}
