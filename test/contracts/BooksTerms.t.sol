// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {BondRule} from "../../contracts/interfaces/IBonds.sol";
import {ILedger, LedgerTerms} from "../../contracts/interfaces/ILedger.sol";
import {Ledger} from "../../contracts/Ledger.sol";
import {World} from "./harness/World.sol";

/// @notice What governance may do to the Ledger.
contract BooksTermsTest is World {
    function test_WhenTermsAreSet_OldAndNewAreTold() public {
        LedgerTerms memory terms = LedgerTerms(1 hours, 3 days, 1_000 * OPEN, 1_000);
        vm.expectEmit(address(ledger));
        emit ILedger.LedgerTermsSet(ledgerTerms(), terms);
        ledger.setTerms(terms);
        vm.assertEq(abi.encode(ledger.terms()), abi.encode(terms));
        vm.assertEq(ledger.leastBondNotice(), 3 days + 1 hours);
    }

    function test_GivenTermsAtTheirBounds_TheyAreSet() public {
        BondRule memory rule = bondRule();
        rule.noticeSeconds = 60 days;
        bonds.setRule(rule);
        LedgerTerms[3] memory list = [
            LedgerTerms(1 hours, 3 * DEMAND, 0, 100),
            LedgerTerms(30 days, 14 days, 1_000 * OPEN, 1_000),
            LedgerTerms(1 hours, 14 days, 1, 500)
        ];
        for (uint256 i = 0; i < list.length; ++i) {
            ledger.setTerms(list[i]);
            vm.assertEq(abi.encode(ledger.terms()), abi.encode(list[i]));
        }
    }

    function test_GivenTermsOutOfBounds_TheyRevert() public {
        LedgerTerms[10] memory list;
        for (uint256 i = 0; i < list.length; ++i) list[i] = ledgerTerms();
        list[0].epochSeconds = 1 hours - 1;
        list[1].epochSeconds = 30 days + 1;
        list[2].windowSeconds = 1 days - 1;
        list[3].windowSeconds = 14 days + 1;
        list[4].minBookGwei = 1_000 * OPEN + 1;
        list[5].treasuryBps = 99;
        list[6].treasuryBps = 1_001;
        // Two answers to demands of half a day, and a slack, fit into a window and a half.
        list[7].windowSeconds = 3 * DEMAND - 1;
        // A bond leaves after four days at the earliest.
        list[8].windowSeconds = 3 days + 1;
        (list[9].epochSeconds, list[9].windowSeconds) = (2 days + 1, 2 days);
        for (uint256 i = 0; i < list.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(ILedger.Ledger_TermsOutOfRange.selector, list[i]));
            ledger.setTerms(list[i]);
        }
    }

    function test_BeforeACourtIsAppointed_ADayIsTheLeastWindow() public {
        LedgerTerms memory terms = ledgerTerms();
        terms.windowSeconds = 1 days;
        Ledger fresh = new Ledger(channels, bonds, address(manager), terms);
        vm.assertEq(fresh.terms().windowSeconds, 1 days);
        vm.assertTrue(token.refuses(address(fresh)));
    }

    function test_WhenUsersAreAppointed_ItIsToldAndStaysForGood() public {
        Ledger fresh = new Ledger(channels, bonds, address(manager), ledgerTerms());
        vm.expectRevert(abi.encodeWithSelector(ILedger.Ledger_ZeroAddress.selector));
        fresh.appoint(address(0), address(settlement));
        vm.expectRevert(abi.encodeWithSelector(ILedger.Ledger_ZeroAddress.selector));
        fresh.appoint(address(court), address(0));
        vm.expectEmit(address(fresh));
        emit ILedger.LedgerUsersAppointed(address(court), address(settlement));
        fresh.appoint(address(court), address(settlement));
        vm.assertEq(fresh.court(), address(court));
        vm.assertEq(fresh.settlement(), address(settlement));
        vm.expectRevert(
            abi.encodeWithSelector(ILedger.Ledger_AlreadyAppointed.selector, address(court), address(settlement))
        );
        fresh.appoint(named("court"), named("settlement"));
    }

    function test_GivenAStranger_GovernanceReverts() public {
        address stranger = named("stranger");
        bytes memory refusal = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, stranger);
        vm.startPrank(stranger);
        vm.expectRevert(refusal);
        ledger.setTerms(ledgerTerms());
        vm.expectRevert(refusal);
        ledger.appoint(address(court), address(settlement));
    }
}
