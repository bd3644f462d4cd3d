// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SettlementTerms, WeighedUnit} from "../../contracts/interfaces/IModels.sol";
import {BookPay, Pot} from "../../contracts/libraries/BookPay.sol";
import {Test} from "../contracts/harness/Test.sol";

/// @notice P1: pay is continuous, at zero too.
contract ContinuityTest is Test {
    uint256 private constant UNITS = 8;

    /// @dev A unit's pay moves by at most the pool times what its net influence moved, over what all is measured by, and by what is rounded.
    function testFuzz_AUnitsPayMovesWithItsNetInfluence(
        uint64 fees,
        uint64 norm,
        uint88 net,
        uint88 more,
        uint88 others
    ) public pure {
        SettlementTerms memory terms = termsOf(norm);
        uint64 units = 1 + (fees % 1e9);
        (uint256 low, uint256 high) = (uint256(net) % 1e20, 0);
        high = low + (uint256(more) % 1e20);
        uint256 rest = uint256(others) % 1e20;
        Pot memory before = BookPay.potOf(terms, units * 1e6, units, 0, rest + low);
        Pot memory afterwards = BookPay.potOf(terms, units * 1e6, units, 0, rest + high);
        uint256 one = BookPay.payOf(before, unitOf(low));
        uint256 other = BookPay.payOf(afterwards, unitOf(high));
        uint256 most =
            before.scale == 0 ? before.poolGwei : (uint256(before.poolGwei) * (high - low)) / before.scale + 3;
        vm.assertLe(one > other ? one - other : other - one, most, "moved");
    }

    /// @dev Where a floor stands, one is all that one takes.
    function testFuzz_AmongSilence_AWeightOfOneTakesNoPool(uint64 fees, uint64 norm) public pure {
        SettlementTerms memory terms = termsOf(norm);
        uint64 units = 1 + (fees % 1e9);
        Pot memory pot = BookPay.potOf(terms, units * 1e6, units, 0, 1);
        uint256 steady = BookPay.payOf(BookPay.potOf(terms, units * 1e6, units, 0, 0), unitOf(0));
        vm.assertLe(BookPay.payOf(pot, unitOf(1)), steady + pot.poolGwei / pot.scale + 1, "one");
    }

    function termsOf(uint64 norm) private pure returns (SettlementTerms memory terms) {
        (terms.contributorBps, terms.floorBps) = (6_000, 10_000);
        // A unit of full scale and one code has at least this in 64 dimensions.
        terms.floorNorm = 8 * 65_535 + (norm % 1e9);
        (terms.keptRows, terms.fixedTotal) = (uint32(16 * UNITS), uint64(UNITS));
    }

    /// @dev W, fixed weight, kept rows and payee, as `Models` packs them.
    function unitOf(uint256 weight) private pure returns (WeighedUnit) {
        return WeighedUnit.wrap((weight << 112) | (uint256(1) << 48) | (uint256(16) << 32) | 7);
    }
}
