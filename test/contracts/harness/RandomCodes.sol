// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Codes and sums to try libraries with, from a seed: of every size, and now and then at their extremes only.
library RandomCodes {
    /// @dev Every fourth seed gives 7 and −7 only, and every fourth many zeros.
    function codes(bytes32 seed, uint256 dims) internal pure returns (int256[] memory drawn) {
        drawn = new int256[](dims);
        uint256 kind = uint256(seed) % 4;
        uint256 word;
        for (uint256 d = 0; d < dims; ++d) {
            word = d % 32 == 0 ? uint256(keccak256(abi.encode(seed, d))) : word >> 8;
            int256 code = int256((word & 0xff) % 15) - 7;
            if (kind == 0) code = word & 1 == 0 ? int256(7) : int256(-7);
            if (kind == 1 && word & 0xe0 != 0) code = 0;
            drawn[d] = code;
        }
    }

    /// @dev Integers between minus and plus `most`, both now and then.
    function values(bytes32 seed, uint256 count, uint256 most) internal pure returns (int256[] memory drawn) {
        drawn = new int256[](count);
        for (uint256 i = 0; i < count; ++i) {
            uint256 word = uint256(keccak256(abi.encode(seed, i)));
            if (word % 8 == 0) drawn[i] = word & 8 == 0 ? int256(most) : -int256(most);
            else drawn[i] = int256((word >> 8) % (2 * most + 1)) - int256(most);
        }
    }

    /// @dev Dimensions of a sketch: a multiple of 64, up to 1,024.
    function dims(uint256 steps) internal pure returns (uint256) {
        return 64 * (1 + (steps % 16));
    }
}
