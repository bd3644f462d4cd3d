// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Sketches and units the plain way, code by code (docs/protocol.md, "Sketches" and "Units"): what the contracts are held to, and
/// what tests build their worlds with.
library PlainUnits {
    /// @notice Two codes a byte.
    function pack(int256[] memory codes) internal pure returns (bytes memory packed) {
        packed = new bytes(codes.length / 2);
        for (uint256 i = 0; i < packed.length; ++i) {
            packed[i] = bytes1(uint8((uint256(codes[2 * i]) & 15) * 16 + (uint256(codes[2 * i + 1]) & 15)));
        }
    }

    function unpack(bytes memory packed) internal pure returns (int256[] memory codes) {
        codes = new int256[](packed.length * 2);
        for (uint256 d = 0; d < codes.length; ++d) {
            uint256 nibble = d % 2 == 0 ? uint8(packed[d / 2]) >> 4 : uint8(packed[d / 2]) & 15;
            codes[d] = nibble < 8 ? int256(nibble) : int256(nibble) - 16;
        }
    }

    /// @notice `Σ_d a_d · b_d`.
    function dot(int256[] memory a, int256[] memory b) internal pure returns (int256 sum) {
        for (uint256 d = 0; d < a.length; ++d) sum += a[d] * b[d];
    }

    /// @notice `Σ weight · codes` of several sketches.
    function weightedSum(
        uint256[] memory weights,
        int256[][] memory codes
    ) internal pure returns (int256[] memory sum) {
        sum = new int256[](codes[0].length);
        for (uint256 i = 0; i < codes.length; ++i) {
            for (uint256 d = 0; d < sum.length; ++d) sum[d] += int256(weights[i]) * codes[i][d];
        }
    }

    function peakOf(int256[] memory sum) internal pure returns (uint256 peak) {
        for (uint256 d = 0; d < sum.length; ++d) {
            uint256 size = uint256(sum[d] < 0 ? -sum[d] : sum[d]);
            if (size > peak) peak = size;
        }
    }

    /// @notice `round(7 · sum / peak)`, ties away from zero.
    function codesOf(int256[] memory sum) internal pure returns (int256[] memory codes) {
        uint256 peak = peakOf(sum);
        codes = new int256[](sum.length);
        if (peak == 0) return codes;
        for (uint256 d = 0; d < sum.length; ++d) {
            uint256 size = uint256(sum[d] < 0 ? -sum[d] : sum[d]);
            int256 code = int256((14 * size + peak) / (2 * peak));
            codes[d] = sum[d] < 0 ? -code : code;
        }
    }

    function scaleOf(uint256 peak, uint256 maxPeak) internal pure returns (uint256) {
        return maxPeak == 0 ? 0 : (2 * 65_535 * peak + maxPeak) / (2 * maxPeak);
    }

    /// @notice `T` and the fixed weights of units.
    function fixedWeights(
        uint256[] memory scales,
        int256[][] memory codes
    ) internal pure returns (int256[] memory total, uint256[] memory weights) {
        total = weightedSum(scales, codes);
        weights = new uint256[](scales.length);
        for (uint256 u = 0; u < scales.length; ++u) {
            int256 scale = int256(scales[u]);
            int256 weight = scale * dot(codes[u], total) - scale * scale * dot(codes[u], codes[u]);
            weights[u] = weight > 0 ? uint256(weight) : 0;
        }
    }

    /// @notice The bytes of the total of a model's units.
    function totalBytes(int256[] memory total) internal pure returns (bytes memory data) {
        data = new bytes(total.length * 4);
        for (uint256 d = 0; d < total.length; ++d) {
            uint256 place = (d / 256) * 1_024 + ((d / 64) % 4) * 256 + (7 - (d % 8)) * 32 + ((d / 8) % 8) * 4;
            uint256 lane = uint256(total[d] + int256(1 << 29));
            for (uint256 i = 0; i < 4; ++i) data[place + i] = bytes1(uint8(lane >> (24 - 8 * i)));
        }
    }
}
