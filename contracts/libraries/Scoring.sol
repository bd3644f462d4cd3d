// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title Scoring
/// @notice How much a training row moved an answer, and what share of the fee's pool that is worth (docs/protocol.md,
/// "Score", "Attribution" and "Duplicates"). The plain version, kept as the truth.
/// @dev A sketch is `k / 2` bytes of two's complement nibbles in [-7, 7], even code in the high nibble. No length up to
/// 4096 codes comes near an overflow: `|dot| ≤ 49 · 4096 < 2^18`, scores stay below 2^25.
library Scoring {
    /// @dev Weights of an attribution sum to this.
    uint256 internal constant TOTAL_WEIGHT = 65_535;

    /// @dev Cosine from which two rows count as one: 70 / 100.
    uint256 internal constant TAU = 70;
    uint256 internal constant TAU_DENOMINATOR = 100;

    error Scoring_LengthsDiffer(uint256 a, uint256 b);
    error Scoring_CodeOutOfRange(uint256 index);

    /// @notice The code at `index`; the nibble 0x8 is refused.
    function codeAt(bytes calldata sketch, uint256 index) internal pure returns (int256) {
        uint256 pair = uint8(sketch[index / 2]);
        uint256 nibble = index % 2 == 0 ? pair >> 4 : pair & 15;
        require(nibble != 8, Scoring_CodeOutOfRange(index));
        return nibble < 8 ? int256(nibble) : int256(nibble) - 16;
    }

    /// @notice `Σ_d a_d · b_d`.
    function dot(bytes calldata a, bytes calldata b) internal pure returns (int256 sum) {
        require(a.length == b.length, Scoring_LengthsDiffer(a.length, b.length));
        for (uint256 d = 0; d < a.length * 2; ++d) {
            sum += codeAt(a, d) * codeAt(b, d);
        }
    }

    /// @notice `isqrt((Σ_d r_d²) << 32)`: the length of a sketch with 16 fractional bits, rounded down.
    function fixedNorm(bytes calldata row) internal pure returns (uint256) {
        return Math.sqrt(uint256(dot(row, row)) << 32);
    }

    /// @notice `(dot << 32) / norm` where both are positive, rounded down; zero otherwise.
    function score(bytes calldata query, bytes calldata row) internal pure returns (uint64) {
        int256 product = dot(query, row);
        uint256 norm = fixedNorm(row);
        if (product <= 0 || norm == 0) return 0;
        return uint64((uint256(product) << 32) / norm);
    }

    /// @notice Weights of rows with the given positive scores, the highest first: each its share of 65,535 rounded down,
    /// and the first also what is then missing.
    function weights(uint64[] memory scores) internal pure returns (uint16[] memory shares) {
        uint256 total = 0;
        for (uint256 i = 0; i < scores.length; ++i) {
            total += scores[i];
        }
        shares = new uint16[](scores.length);
        uint256 missing = TOTAL_WEIGHT;
        for (uint256 i = 0; i < scores.length; ++i) {
            shares[i] = uint16((TOTAL_WEIGHT * scores[i]) / total);
            missing -= shares[i];
        }
        if (scores.length > 0) shares[0] += uint16(missing);
    }

    /// @notice Whether two rows' sketches are close enough that only the first accepted is credited.
    function isDuplicate(bytes calldata a, bytes calldata b) internal pure returns (bool) {
        int256 product = dot(a, b);
        if (product <= 0) return false;
        uint256 squared = uint256(product) * uint256(product);
        uint256 lengths = uint256(dot(a, a)) * uint256(dot(b, b));
        return squared * TAU_DENOMINATOR ** 2 >= TAU ** 2 * lengths;
    }
}
