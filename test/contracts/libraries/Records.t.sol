// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Records} from "../../../contracts/libraries/Records.sol";
import {Test} from "../harness/Test.sol";

contract RecordsTest is Test {
    function testFuzz_GivenAnyCodes_ItFindsExactlyTheNibbleEight(bytes32[4] memory words, uint8 clean) public pure {
        // Random words nearly always hold an eight: most are cleaned of them first.
        for (uint256 i = 0; i < 4; ++i) if (clean & (1 << i) == 0) words[i] = withoutEights(words[i]);
        bytes memory codes = abi.encodePacked(words);
        uint256 start;
        assembly ("memory-safe") {
            start := add(codes, 0x20)
        }
        vm.assertTrue(Records.codesInRange(start, codes.length) == plain(codes));
        vm.assertTrue(Records.codesInRange(start, 32) == plain(abi.encodePacked(words[0])));
    }

    function testFuzz_GivenAnyHead_ItReadsItsFields(
        bytes32 commitment,
        uint32 payer,
        uint64 fee,
        uint8 rows
    ) public pure {
        bytes memory packed = abi.encodePacked(commitment, payer, fee, rows, bytes32(0));
        uint256 start;
        assembly ("memory-safe") {
            start := add(packed, 0x20)
        }
        (uint256 payerRead, uint256 feeRead, uint256 rowsRead) = Records.head(start);
        vm.assertEq(payerRead, payer);
        vm.assertEq(feeRead, fee);
        vm.assertEq(rowsRead, rows);
    }

    function withoutEights(bytes32 word) private pure returns (bytes32 cleaned) {
        for (uint256 i = 0; i < 256; i += 4) {
            uint256 nibble = (uint256(word) >> i) & 0x0f;
            cleaned |= bytes32((nibble == 8 ? 7 : nibble) << i);
        }
    }

    function plain(bytes memory codes) private pure returns (bool) {
        for (uint256 i = 0; i < codes.length; ++i) {
            if (uint8(codes[i]) >> 4 == 8 || uint8(codes[i]) & 0x0f == 8) return false;
        }
        return true;
    }
}
