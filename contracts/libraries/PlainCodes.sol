// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {UnitTotals} from "./UnitTotals.sol";

/// @title PlainCodes
/// @notice Codes of packed sketches one by one, where gas does not matter and code size does.
library PlainCodes {
    /// @notice The code of dimension `d` of the sketch at a memory address.
    function codeAt(uint256 sketch, uint256 d) internal pure returns (int256 code) {
        assembly ("memory-safe") {
            let nibble := and(shr(shl(2, iszero(and(d, 1))), byte(0, mload(add(sketch, shr(1, d))))), 0xf)
            code := sub(nibble, shl(1, and(nibble, 8)))
        }
    }

    /// @notice `Σ_d a_d · b_d`.
    function dot(uint256 a, uint256 b, uint256 dims) internal pure returns (int256 sum) {
        for (uint256 d = 0; d < dims; ++d) sum += codeAt(a, d) * codeAt(b, d);
    }

    /// @notice `Σ_d T_d · code_d` for a settled total `T` (`UnitTotals`).
    function dotWith(bytes memory total, uint256 sketch, uint256 dims) internal pure returns (int256 sum) {
        for (uint256 d = 0; d < dims; ++d) sum += UnitTotals.valueAt(total, d) * codeAt(sketch, d);
    }
}
