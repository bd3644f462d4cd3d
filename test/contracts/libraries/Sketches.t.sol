// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Sketches} from "../../../contracts/libraries/Sketches.sol";
import {PlainUnits} from "../harness/PlainUnits.sol";
import {RandomCodes} from "../harness/RandomCodes.sol";
import {Test} from "../harness/Test.sol";

contract SketchesTest is Test {
    using PlainUnits for int256[];

    function test_GivenOneCode_ItsSquareIsCountedWhereverItStands() public pure {
        for (uint256 dims = 64; dims <= 576; dims += 256) {
            for (int256 code = -7; code <= 7; ++code) {
                for (uint256 d = 0; d < dims; d += 13) {
                    int256[] memory codes = new int256[](dims);
                    codes[d] = code;
                    vm.assertEq(squaredLength(codes.pack()), uint256(code * code));
                }
            }
        }
    }

    function testFuzz_GivenAnyCodes_TheSquaredLengthIsThePlainSum(bytes32 seed, uint256 steps) public pure {
        int256[] memory codes = RandomCodes.codes(seed, RandomCodes.dims(steps));
        vm.assertEq(squaredLength(codes.pack()), uint256(codes.dot(codes)));
    }

    function test_GivenTheLongestSketch_TheSquaredLengthIsTheGreatest() public pure {
        int256[] memory codes = new int256[](1_024);
        for (uint256 d = 0; d < codes.length; ++d) codes[d] = d % 3 == 0 ? int256(-7) : int256(7);
        vm.assertEq(squaredLength(codes.pack()), 49 * 1_024);
    }

    function test_GivenWhatLiesBehindASketch_ItDoesNotCount() public pure {
        bytes memory packed = RandomCodes.codes("sketch", 320).pack();
        bytes memory longer = abi.encodePacked(packed, new bytes(96));
        for (uint256 i = packed.length; i < longer.length; ++i) longer[i] = 0x78;
        uint256 sketch = addressOf(longer);
        vm.assertEq(Sketches.squaredLength(sketch, packed.length), squaredLength(packed));
        vm.assertFalse(Sketches.holdsEight(sketch, packed.length));
        vm.assertTrue(Sketches.holdsEight(sketch, longer.length));
    }

    function testFuzz_GivenAnyBytes_TheNibbleEightIsFoundExactlyWhereThereIsOne(
        bytes32 seed,
        uint256 steps,
        uint8 density
    ) public pure {
        bytes memory packed = RandomCodes.codes(seed, RandomCodes.dims(steps)).pack();
        bool expected = false;
        for (uint256 i = 0; i < packed.length; ++i) {
            uint256 word = uint256(keccak256(abi.encode(seed, "eight", i)));
            if (word % (1 + 4 * uint256(density)) != 0) continue;
            packed[i] = word & (1 << 200) == 0 ? bytes1(0x08) | (packed[i] & 0xf0) : bytes1(0x80) | (packed[i] & 0x0f);
            expected = true;
        }
        vm.assertTrue(Sketches.holdsEight(addressOf(packed), packed.length) == expected);
    }

    function test_GivenANibbleEightAnywhere_ItIsFound() public pure {
        for (uint256 i = 0; i < 160; ++i) {
            bytes memory packed = RandomCodes.codes(bytes32(i), 320).pack();
            packed[i] = i % 2 == 0 ? bytes1(0x81) : bytes1(0x18);
            vm.assertTrue(Sketches.holdsEight(addressOf(packed), packed.length));
        }
    }

    function squaredLength(bytes memory packed) private pure returns (uint256) {
        return Sketches.squaredLength(addressOf(packed), packed.length);
    }

    function addressOf(bytes memory packed) private pure returns (uint256 place) {
        assembly ("memory-safe") {
            place := add(packed, 0x20)
        }
    }
}
