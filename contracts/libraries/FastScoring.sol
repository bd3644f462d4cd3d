// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Scoring} from "./Scoring.sol";

/// @title FastScoring
library FastScoring {
    function score(bytes calldata query, bytes calldata row) internal pure returns (uint64) {
        return Scoring.score(query, row);
    }

    function isDuplicate(bytes calldata a, bytes calldata b) internal pure returns (bool) {
        return Scoring.isDuplicate(a, b);
    }

    function holdsEight(bytes calldata codes) internal pure returns (bool) {
        for (uint256 i = 0; i < codes.length; ++i) {
            uint8 pair = uint8(codes[i]);
            if (pair >> 4 == 8 || pair & 15 == 8) return true;
        }
        return false;
    }
}
