// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {WideProducts, WideVector} from "../../../contracts/libraries/WideProducts.sol";
import {PlainUnits} from "../harness/PlainUnits.sol";
import {RandomCodes} from "../harness/RandomCodes.sol";
import {Test} from "../harness/Test.sol";

/// @notice Calls the library as contracts do: memory is set aside before anything is copied there.
contract WideProductsHarness {
    /// @param gap Bytes between one sketch and the next.
    function ofTotals(
        bytes calldata totals,
        uint256 weight,
        bytes calldata sketches,
        uint256 gap
    ) external pure returns (int256[] memory) {
        WideProducts.reserve();
        return _dots(WideProducts.ofTotals(totals, weight), sketches, totals.length / 16, gap);
    }

    function ofUnitTotal(
        bytes calldata total,
        bytes calldata sketches,
        uint256 gap
    ) external pure returns (int256[] memory) {
        WideProducts.reserve();
        return _dots(WideProducts.ofUnitTotal(total), sketches, total.length / 8, gap);
    }

    function reserveAfter(uint256 used) external pure {
        bytes memory before = new bytes(used);
        WideProducts.reserve();
        require(before.length == used);
    }

    function _dots(
        WideVector memory vector,
        bytes memory sketches,
        uint256 size,
        uint256 gap
    ) private pure returns (int256[] memory) {
        uint256 first;
        assembly ("memory-safe") {
            first := add(sketches, 0x20)
        }
        return WideProducts.dots(vector, first, size + gap, sketches.length / (size + gap));
    }
}

contract WideProductsTest is Test {
    using PlainUnits for int256[];

    uint256 private constant SKETCHES = 3;

    WideProductsHarness private products;

    function setUp() public {
        products = new WideProductsHarness();
    }

    /// @dev Fees of one record up to those of the greatest book that there can be, at both sides of every limb.
    function testFuzz_GivenABooksTotals_TheProductsAreThePlainOnes(
        bytes32 seed,
        uint256 steps,
        uint8 bits,
        uint8 gap
    ) public view {
        uint256 weight = bound(uint256(seed) >> 8, 1, uint256(1) << bound(bits, 1, 58)) - 1;
        expectBook(seed, RandomCodes.dims(steps), weight, gap);
    }

    function test_GivenFeesOnBothSidesOfTwoLimbs_TheProductsAreThePlainOnes() public view {
        uint64[8] memory weights = [
            uint64(1),
            (1 << 20) - 1,
            1 << 20,
            (1 << 38) - 1,
            1 << 38,
            (1 << 40) + 1,
            (1 << 57) + 12_345,
            (1 << 58) - 1
        ];
        for (uint256 i = 0; i < weights.length; ++i) {
            expectBook(bytes32(4 * i), 1_024, weights[i], 16);
            expectBook(bytes32(4 * i + 2), 320, weights[i], 0);
        }
    }

    /// @dev All records say the same, or the opposite, of sketches at their greatest.
    function test_GivenTheGreatestSums_NoDigitSpillsIntoTheNext() public view {
        for (uint256 limbs = 2; limbs <= 3; ++limbs) {
            uint256 weight = limbs == 2 ? (1 << 38) - 1 : (1 << 58) - 1;
            for (uint256 signs = 0; signs < 4; ++signs) {
                int256[] memory codes = new int256[](1_024);
                int256[] memory query = new int256[](1_024);
                bytes memory totals = new bytes(8 * 1_024);
                for (uint256 d = 0; d < 1_024; ++d) {
                    codes[d] = signs & 1 == 0 ? int256(7) : int256(-7);
                    query[d] = signs & 2 == 0 ? int256(weight) : -int256(weight);
                    put(totals, d, signs & 2 == 0 ? weight : 0);
                }
                int256[] memory found = products.ofTotals(totals, weight, codes.pack(), 0);
                vm.assertTrue(found[0] == codes.dot(query));
            }
        }
    }

    function testFuzz_GivenTheTotalOfAModelsUnits_TheProductsAreThePlainOnes(
        bytes32 seed,
        uint256 steps,
        uint8 gap
    ) public view {
        uint256 dims = RandomCodes.dims(steps);
        int256[] memory total = RandomCodes.values(seed, dims, 7 * 65_535 * 1_024);
        (int256[][] memory codes, bytes memory sketches) = sketchesOf(seed, dims, gap);
        int256[] memory found = products.ofUnitTotal(PlainUnits.totalBytes(total), sketches, gap);
        for (uint256 i = 0; i < SKETCHES; ++i) vm.assertTrue(found[i] == codes[i].dot(total));
    }

    function test_GivenNoSketches_ThereAreNoProducts() public view {
        vm.assertEq(products.ofTotals(new bytes(512), 0, "", 0).length, 0);
        vm.assertEq(products.ofUnitTotal(new bytes(256), "", 0).length, 0);
    }

    function test_GivenMemoryThatIsUsedAlready_SettingItAsideFails() public {
        products.reserveAfter(0xf00 - 0x80);
        (bool done, bytes memory reason) = address(products).call{gas: 1_000_000}(
            abi.encodeCall(products.reserveAfter, (0x1000))
        );
        vm.assertFalse(done);
        vm.assertEq(reason.length, 0);
    }

    function expectBook(bytes32 seed, uint256 dims, uint256 weight, uint256 gap) private view {
        bytes memory totals = new bytes(8 * dims);
        int256[] memory query = new int256[](dims);
        for (uint256 d = 0; d < dims; ++d) {
            uint256 word = uint256(keccak256(abi.encode(seed, "total", d)));
            uint256 total =
                word % 4 == 0
                    ? 0
                    : word % 4 == 1
                        ? weight
                        : (word >> 8) % (weight + 1);
            query[d] = 2 * int256(total) - int256(weight);
            put(totals, d, total);
        }
        (int256[][] memory codes, bytes memory sketches) = sketchesOf(seed, dims, gap);
        int256[] memory found = products.ofTotals(totals, weight, sketches, gap);
        for (uint256 i = 0; i < SKETCHES; ++i) vm.assertTrue(found[i] == codes[i].dot(query));
    }

    function put(bytes memory totals, uint256 d, uint256 total) private pure {
        assembly ("memory-safe") {
            let place := add(add(totals, 0x20), shl(3, d))
            mstore(place, or(shl(192, total), shr(64, shl(64, mload(place)))))
        }
    }

    /// @dev Sketches with anything between them.
    function sketchesOf(
        bytes32 seed,
        uint256 dims,
        uint256 gap
    ) private pure returns (int256[][] memory codes, bytes memory sketches) {
        codes = new int256[][](SKETCHES);
        bytes memory between = new bytes(gap);
        for (uint256 i = 0; i < gap; ++i) between[i] = seed[i % 32];
        for (uint256 i = 0; i < SKETCHES; ++i) {
            codes[i] = RandomCodes.codes(keccak256(abi.encode(seed, i)), dims);
            sketches = abi.encodePacked(sketches, codes[i].pack(), between);
        }
    }
}
