// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {PlainRecord, PlainRow} from "./RecordsHarness.sol";

function encodeRecord(PlainRecord memory plain) pure returns (bytes memory packed) {
    packed = abi.encodePacked(plain.commitment, plain.payer, plain.feeGwei, uint8(plain.rows.length));
    for (uint256 i = 0; i < plain.rows.length; ++i) {
        PlainRow memory row = plain.rows[i];
        packed = abi.encodePacked(packed, row.row, row.account, row.weight);
    }
    packed = abi.encodePacked(packed, plain.sketch);
}

/// @notice Draws well-formed records for a model of 500 rows and at most 8 rows an attribution.
abstract contract RandomRecords {
    uint256 internal state;

    function randomRecord(
        uint32 payer,
        uint64 feeGwei,
        uint32 accountCount,
        uint256 sketchBytes
    ) internal returns (PlainRecord memory plain) {
        plain.commitment = bytes32(state);
        plain.payer = payer;
        plain.feeGwei = feeGwei;
        plain.rows = new PlainRow[](random(9));
        uint16[] memory weights = descending(plain.rows.length);
        uint256 start = random(500);
        for (uint256 i = 0; i < plain.rows.length; ++i) {
            // Steps that never meet, and one that makes rows share their lowest byte.
            uint256 row = i < 7 ? start + 37 * i : start + 256;
            uint32 account = randomAccount(accountCount);
            plain.rows[i] = PlainRow({row: uint32(row % 500), account: account, weight: weights[i]});
        }
        plain.sketch = new bytes(sketchBytes);
        for (uint256 i = 0; i < sketchBytes; ++i) {
            // Any of the fifteen codes, twice: 9 to 15 are negative, 0 to 7 are not.
            uint256 pair = (((9 + random(15)) & 0x0f) << 4) | ((9 + random(15)) & 0x0f);
            plain.sketch[i] = bytes1(uint8(pair));
        }
    }

    function randomAccount(uint32 accountCount) internal virtual returns (uint32) {
        return uint32(1 + random(accountCount));
    }

    function random(uint256 below) internal returns (uint256) {
        state = uint256(keccak256(abi.encode(state)));
        return state % below;
    }

    /// @dev Weights that descend and sum to 65,535.
    function descending(uint256 count) private returns (uint16[] memory weights) {
        weights = new uint16[](count);
        uint256 left = 65_535;
        uint256 most = 65_535;
        for (uint256 i = 0; i < count; ++i) {
            uint256 places = count - i;
            uint256 least = (left + places - 1) / places;
            uint256 weight = places == 1 ? left : least + random((left < most ? left : most) - least + 1);
            weights[i] = uint16(weight);
            most = weight;
            left -= weight;
        }
    }
}
