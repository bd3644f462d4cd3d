// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {FastScoring, QueryLanes} from "../../../contracts/libraries/FastScoring.sol";
import {Scoring} from "../../../contracts/libraries/Scoring.sol";
import {Test} from "../harness/Test.sol";

contract FastScoringTest is Test {
    struct Found {
        int256 dot;
        uint256 norm;
        uint64 score;
        bool duplicate;
    }

    function fast(bytes calldata a, bytes calldata b) external pure returns (Found memory) {
        return
            Found({
                dot: FastScoring.dot(a, b),
                norm: FastScoring.fixedNorm(b),
                score: FastScoring.score(a, b),
                duplicate: FastScoring.isDuplicate(a, b)
            });
    }

    function plain(bytes calldata a, bytes calldata b) external pure returns (Found memory) {
        return
            Found({
                dot: Scoring.dot(a, b),
                norm: Scoring.fixedNorm(b),
                score: Scoring.score(a, b),
                duplicate: Scoring.isDuplicate(a, b)
            });
    }

    function norm(bytes calldata row) external pure returns (uint256) {
        return FastScoring.fixedNorm(row);
    }

    function holdsEight(bytes calldata sketch) external pure returns (bool) {
        return FastScoring.holdsEight(sketch);
    }

    /// @dev What a score of 256 codes costs: of a query laid out already, and laid out for it; and their dot products.
    function spent(
        bytes calldata query,
        bytes calldata row
    ) external view returns (uint256 dot, uint256 score, uint256 lanes) {
        uint256 before = gasleft();
        QueryLanes laid = FastScoring.lanesOf(query);
        uint256 laidOut = gasleft();
        FastScoring.dot(laid, row);
        uint256 multiplied = gasleft();
        FastScoring.score(laid, row);
        return (laidOut - multiplied, multiplied - gasleft(), before - laidOut);
    }

    function test_GivenFlatSketches_ItAgreesWithThePlainTwin() public view {
        bytes1[5] memory pairs = [bytes1(0x77), 0x99, 0x00, 0x11, 0x79];
        for (uint256 length = 32; length <= 512; length += 32) {
            bytes memory query = flat(length, pairs[(length / 32) % 5]);
            for (uint256 i = 0; i < (length > 160 ? 1 : 5); ++i) agrees(query, flat(length, pairs[i]));
        }
    }

    function test_GivenTheLongestSketches_ItAgreesWithThePlainTwin() public view {
        agrees(flat(2048, 0x77), flat(2048, 0x77));
        agrees(flat(2048, 0x77), flat(2048, 0x99));
    }

    function test_GivenTheNibble0x8_ItCountsAsMinusEight() public view {
        Found memory found = this.fast(flat(2048, 0x88), flat(2048, 0x88));
        vm.assertEq(uint256(found.dot), 64 * 4096);
        vm.assertEq(found.norm, uint256(8 * 64) << 16);
        found = this.fast(flat(2048, 0x88), flat(2048, 0x77));
        vm.assertTrue(found.dot == -56 * 4096);
        found = this.fast(flat(2048, 0x77), flat(2048, 0x88));
        vm.assertTrue(found.dot == -56 * 4096);
    }

    /// forge-config: default.fuzz.runs = 48
    function testFuzz_GivenAnySketches_ItAgreesWithThePlainTwin(bytes32 seed, uint8 words, uint8 extremes) public view {
        uint256 length = 32 * (1 + (uint256(words) % 16));
        bytes memory query = drawn(keccak256(abi.encode(seed, "query")), length, extremes & 1 == 0);
        bytes memory row = drawn(keccak256(abi.encode(seed, "row")), length, extremes & 2 == 0);
        agrees(query, row);
        agrees(row, row);
    }

    /// @dev Any bytes: codes of -8 included, summed one by one.
    function testFuzz_GivenAnyBytes_TheDotProductIsExact(bytes32[4] memory a, bytes32[4] memory b) public view {
        int256 sum = 0;
        uint256 square = 0;
        for (uint256 i = 0; i < 256; ++i) {
            int256 code = codeAt(b, i);
            sum += codeAt(a, i) * code;
            square += uint256(code * code);
        }
        Found memory found = this.fast(abi.encodePacked(a), abi.encodePacked(b));
        vm.assertTrue(found.dot == sum);
        vm.assertTrue(found.norm * found.norm <= square << 32);
        vm.assertTrue((found.norm + 1) * (found.norm + 1) > square << 32);
    }

    function testFuzz_GivenAnyBytes_The0x8AmongThemIsFound(bytes32 first, bytes32 second) public view {
        bool held = false;
        for (uint256 i = 0; i < 64; ++i) {
            held = held || (uint256(first) >> (4 * i)) & 15 == 8 || (uint256(second) >> (4 * i)) & 15 == 8;
        }
        vm.assertTrue(this.holdsEight(abi.encodePacked(first, second)) == held);
    }

    function testFuzz_GivenOne0x8_ItIsFoundAndNoOtherNibbleIs(bytes32 seed, uint8 place) public view {
        bytes memory sketch = drawn(seed, 128, true);
        vm.assertFalse(this.holdsEight(sketch));
        sketch[place % 128] = place < 128 ? bytes1(0x81) : bytes1(0x78);
        vm.assertTrue(this.holdsEight(sketch));
    }

    function test_GivenSketchesOfOtherLengths_ItRefuses() public {
        vm.expectRevert(abi.encodeWithSelector(Scoring.Scoring_LengthsDiffer.selector, 64, 32));
        this.fast(flat(64, 0x11), flat(32, 0x11));
    }

    function test_GivenAPartOfAWord_ItRefuses() public {
        vm.expectRevert(abi.encodeWithSelector(FastScoring.Scoring_LengthUneven.selector, 40));
        this.fast(flat(40, 0x11), flat(40, 0x11));
        vm.expectRevert(abi.encodeWithSelector(FastScoring.Scoring_LengthUneven.selector, 40));
        this.norm(flat(40, 0x11));
        vm.expectRevert(abi.encodeWithSelector(FastScoring.Scoring_LengthUneven.selector, 33));
        this.holdsEight(flat(33, 0x11));
    }

    function test_GivenTwoHundredAndFiftySixCodes_ItCostsLittle() public view {
        (uint256 dot, uint256 score, uint256 lanes) = this.spent(drawn("query", 128, true), drawn("query", 128, true));
        vm.assertLe(dot, 1_100, "a dot product");
        vm.assertLe(score, 2_800, "a score");
        vm.assertLe(lanes, 2_300, "a query's lanes");
    }

    function agrees(bytes memory a, bytes memory b) private view {
        vm.assertEq(abi.encode(this.fast(a, b)), abi.encode(this.plain(a, b)));
    }

    function codeAt(bytes32[4] memory sketch, uint256 i) private pure returns (int256) {
        uint256 code = (uint256(sketch[i / 64]) >> (252 - 4 * (i % 64))) & 15;
        return code < 8 ? int256(code) : int256(code) - 16;
    }

    function flat(uint256 length, bytes1 pair) private pure returns (bytes memory sketch) {
        sketch = new bytes(length);
        for (uint256 i = 0; i < length; ++i) sketch[i] = pair;
    }

    /// @dev Codes of every size, or of the greatest only.
    function drawn(bytes32 seed, uint256 length, bool anySize) private pure returns (bytes memory sketch) {
        sketch = new bytes(length);
        uint256 random = uint256(seed);
        for (uint256 i = 0; i < length; ++i) {
            if (i % 16 == 0) random = uint256(keccak256(abi.encode(random)));
            sketch[i] = bytes1((nibble(random, anySize) << 4) | nibble(random >> 8, anySize));
            random >>= 16;
        }
    }

    function nibble(uint256 random, bool anySize) private pure returns (uint8) {
        if (!anySize) return random & 1 == 0 ? 7 : 9;
        return uint8((9 + ((random & 0xff) % 15)) % 16);
    }
}
