// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Royalty, SettlementTerms, WeighedUnit} from "../../../contracts/interfaces/IModels.sol";
import {BookPay, Pot} from "../../../contracts/libraries/BookPay.sol";
import {AccountId} from "../../../contracts/types/Ids.sol";
import {Test} from "../harness/Test.sol";

/// @notice The arithmetic of a book's pay at its extremes. `SettlementTwin.t.sol` holds the whole of it to its plain twin.
contract BookPayTest is Test {
    uint256 private constant UNITS = 7;
    /// @dev The largest that the bounds of docs allow.
    uint64 private constant SUPPLY = 1e18;
    uint256 private constant MOST_NET = (1 << 89) - 1;

    function testFuzz_GivenAnyWeights_UnitsNeverGetMoreThanThePoolAndLoseAFewGweiOnly(
        uint64 feesGwei,
        uint64 givenGwei,
        uint16[4] memory bps,
        uint256[7] memory nets,
        uint64[7] memory fixedWeights,
        uint16[7] memory kept
    ) public pure {
        SettlementTerms memory terms = termsOf(bps);
        uint256 net = 0;
        for (uint256 u = 0; u < UNITS; ++u) {
            nets[u] = bps[3] % 5 == 0 ? 0 : nets[u] % (MOST_NET + 1);
            if (bps[3] % 3 == 0) fixedWeights[u] = 0;
            kept[u] = 1 + (kept[u] % 1_024);
            terms.fixedTotal += fixedWeights[u];
            terms.keptRows += kept[u];
            net += nets[u];
        }
        givenGwei %= SUPPLY;
        Pot memory pot = BookPay.potOf(terms, feesGwei % SUPPLY, 1 << 40, givenGwei, net);
        uint256 paid = 0;
        for (uint256 u = 0; u < UNITS; ++u) paid += BookPay.payOf(pot, unitOf(nets[u], fixedWeights[u], kept[u]));
        uint256 whole = uint256(pot.poolGwei) + givenGwei;
        vm.assertTrue(paid <= whole);
        // Three divisions a unit, and one for what the floor leaves.
        vm.assertTrue(whole - paid <= 3 * UNITS + 1);
    }

    function test_GivenNoWeightsAtAll_NobodyIsPaidAndNothingIsDividedByZero() public pure {
        SettlementTerms memory terms;
        terms.contributorBps = 5_000;
        Pot memory pot = BookPay.potOf(terms, 1_000, 1, 7, 0);
        vm.assertEq(pot.poolGwei, 500);
        vm.assertEq(pot.fixedGwei, 507);
        vm.assertEq(pot.scale, 0);
        vm.assertEq(BookPay.payOf(pot, unitOf(0, 0, 0)), 0);
    }

    /// @dev P1: a weight of one takes no pool where there is a floor.
    function test_GivenTheLeastNetInfluence_TheFloorLeavesAllToFixedWeights() public pure {
        SettlementTerms memory terms;
        (terms.contributorBps, terms.floorBps, terms.floorNorm) = (10_000, 10_000, 1e6);
        (terms.fixedTotal, terms.keptRows) = (4, 20);
        Pot memory pot = BookPay.potOf(terms, 1_000_000, 1_000, 0, 1);
        vm.assertEq(pot.scale, 1e9);
        vm.assertEq(BookPay.payOf(pot, unitOf(1, 0, 10)), 0);
        vm.assertEq(BookPay.payOf(pot, unitOf(0, 1, 10)), 249_999);
    }

    function test_GivenNetInfluenceAboveTheFloor_ItTakesAllOfThePoolButBase() public pure {
        SettlementTerms memory terms;
        (terms.contributorBps, terms.baseBps, terms.floorBps, terms.floorNorm) = (10_000, 2_500, 10_000, 1);
        (terms.fixedTotal, terms.keptRows) = (4, 20);
        Pot memory pot = BookPay.potOf(terms, 1_000_000, 1_000, 0, 3_000);
        vm.assertEq(pot.fixedGwei, 0);
        vm.assertEq(BookPay.payOf(pot, unitOf(1_000, 3, 10)), 250_000 + 125_000);
        vm.assertEq(BookPay.payOf(pot, unitOf(2_000, 1, 10)), 500_000 + 125_000);
    }

    function test_GivenTheLargestOfEverything_NothingOverflows() public pure {
        SettlementTerms memory terms;
        (terms.contributorBps, terms.floorBps) = (10_000, 40_000);
        (terms.floorNorm, terms.fixedTotal, terms.keptRows) = (type(uint64).max, 1 << 74, 1 << 20);
        uint256 net = MOST_NET * 1_024;
        Pot memory pot = BookPay.potOf(terms, SUPPLY, type(uint64).max, SUPPLY, net);
        vm.assertEq(pot.scale, 4 * uint256(type(uint64).max) * type(uint64).max);
        vm.assertEq(
            pot.fixedGwei,
            uint64((SUPPLY * (pot.scale - net)) / pot.scale) + SUPPLY,
            "what the floor leaves, and what was given"
        );
        vm.assertEq(
            BookPay.payOf(pot, unitOf(MOST_NET, type(uint64).max, 1_024)),
            (SUPPLY * MOST_NET) / pot.scale + (uint256(pot.fixedGwei) * type(uint64).max) / (1 << 74)
        );
    }

    function termsOf(uint16[4] memory bps) private pure returns (SettlementTerms memory terms) {
        terms.contributorBps = bps[0] % 9_001;
        terms.baseBps = bps[1] % 10_001;
        terms.floorBps = 5_000 + (bps[2] % 35_001);
        terms.floorNorm = uint64(bps[3]) << 32;
        terms.owner = AccountId.wrap(1);
        terms.royalties = new Royalty[](0);
    }

    function unitOf(uint256 net, uint256 fixedWeight, uint256 kept) private pure returns (WeighedUnit) {
        return WeighedUnit.wrap((net << 112) | (fixedWeight << 48) | (kept << 32) | 9);
    }
}
