// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {PlainCodes} from "../../../contracts/libraries/PlainCodes.sol";
import {PlainUnits} from "../harness/PlainUnits.sol";
import {RandomCodes} from "../harness/RandomCodes.sol";
import {Test} from "../harness/Test.sol";

contract PlainCodesTest is Test {
    using PlainUnits for int256[];

    function testFuzz_GivenAnySketch_EachCodeIsReadFromItsNibble(bytes32 seed, uint256 steps) public pure {
        int256[] memory codes = RandomCodes.codes(seed, RandomCodes.dims(steps));
        uint256 sketch = addressOf(codes.pack());
        for (uint256 d = 0; d < codes.length; ++d) {
            vm.assertTrue(PlainCodes.codeAt(sketch, d) == codes[d]);
        }
    }

    function test_GivenTheNibbleEight_ItReadsAsMinusEight() public pure {
        bytes memory packed = new bytes(32);
        packed[1] = 0x81;
        packed[2] = 0x18;
        uint256 sketch = addressOf(packed);
        vm.assertTrue(PlainCodes.codeAt(sketch, 2) == -8);
        vm.assertTrue(PlainCodes.codeAt(sketch, 3) == 1);
        vm.assertTrue(PlainCodes.codeAt(sketch, 5) == -8);
    }

    function testFuzz_GivenAnySketches_TheirProductIsThePlainOne(bytes32 seed, uint256 steps) public pure {
        uint256 dims = RandomCodes.dims(steps);
        int256[] memory a = RandomCodes.codes(seed, dims);
        int256[] memory b = RandomCodes.codes(keccak256(abi.encode(seed)), dims);
        vm.assertTrue(PlainCodes.dot(addressOf(a.pack()), addressOf(b.pack()), dims) == a.dot(b));
    }

    function testFuzz_GivenAnyTotal_ItsProductWithASketchIsThePlainOne(bytes32 seed, uint256 steps) public pure {
        uint256 dims = RandomCodes.dims(steps);
        int256[] memory codes = RandomCodes.codes(seed, dims);
        // 1,024 units at full scale.
        int256[] memory total = RandomCodes.values(seed, dims, 7 * 65_535 * 1_024);
        vm.assertTrue(
            PlainCodes.dotWith(PlainUnits.totalBytes(total), addressOf(codes.pack()), dims) == total.dot(codes)
        );
    }

    function addressOf(bytes memory packed) private pure returns (uint256 place) {
        assembly ("memory-safe") {
            place := add(packed, 0x20)
        }
    }
}
