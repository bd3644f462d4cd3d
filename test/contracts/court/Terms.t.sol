// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CourtTerms, ICourt} from "../../../contracts/interfaces/ICourt.sol";
import {LedgerTerms, ILedger} from "../../../contracts/interfaces/ILedger.sol";
import {IUnitCourt, UnitCourtTerms} from "../../../contracts/interfaces/IUnitCourt.sol";
import {World} from "../harness/World.sol";

/// @notice What governance may set of both courts, at both ends of every bound.
contract TermsTest is World {
    function test_WhenDeployed_TheCourtsSayWhatTheyUse() public view {
        vm.assertEq(abi.encode(court.terms()), abi.encode(courtTerms()));
        vm.assertEq(address(court.ledger()), address(ledger));
        vm.assertEq(court.leastWindow(), 3 * DEMAND);
        vm.assertEq(abi.encode(unitCourt.terms()), abi.encode(unitCourtTerms()));
        vm.assertEq(address(unitCourt.models()), address(models));
        vm.assertEq(address(unitCourt.bonds()), address(bonds));
        vm.assertEq(unitCourt.MIN_DEMAND_SECONDS(), 1 hours);
        vm.assertEq(unitCourt.MAX_DEMAND_SECONDS(), 5 days);
        vm.assertEq(unitCourt.MAX_DEMAND_FEE(), 1_000 * OPEN);
    }

    function test_WhenSet_TermsAreTold() public {
        CourtTerms memory terms = CourtTerms(3, 2 hours, 2, OPEN, 7 days, 1 hours);
        vm.expectEmit(address(court));
        emit ICourt.CourtTermsSet(courtTerms(), terms);
        court.setTerms(terms);
        vm.assertEq(abi.encode(court.terms()), abi.encode(terms));
        vm.assertEq(court.leastWindow(), 6 hours);

        UnitCourtTerms memory unitTerms = UnitCourtTerms(1, 5 days);
        vm.expectEmit(address(unitCourt));
        emit IUnitCourt.UnitCourtTermsSet(unitCourtTerms(), unitTerms);
        unitCourt.setTerms(unitTerms);
        vm.assertEq(abi.encode(unitCourt.terms()), abi.encode(unitTerms));
    }

    function test_GivenTermsAtTheirBounds_TheyAreTaken() public {
        court.setTerms(CourtTerms(1, 1 hours, 2, OPEN, 7 days, 1 hours));
        court.setTerms(CourtTerms(1_000 * OPEN, WINDOW / 3, 100, 1_000 * OPEN, 30 days, 14 days));
        unitCourt.setTerms(UnitCourtTerms(1, 1 hours));
        unitCourt.setTerms(UnitCourtTerms(1_000 * OPEN, 5 days));
    }

    function test_GivenTermsBeyondTheirBounds_TheyAreRefused() public {
        refuses(CourtTerms(0, DEMAND, 10, 10 * OPEN, RULING, NOTICE));
        refuses(CourtTerms(1_000 * OPEN + 1, DEMAND, 10, 10 * OPEN, RULING, NOTICE));
        refuses(CourtTerms(1, 1 hours - 1, 10, 10 * OPEN, RULING, NOTICE));
        refuses(CourtTerms(1, WINDOW / 3 + 1, 10, 10 * OPEN, RULING, NOTICE));
        refuses(CourtTerms(1, type(uint32).max, 10, 10 * OPEN, RULING, NOTICE));
        refuses(CourtTerms(1, DEMAND, 1, 10 * OPEN, RULING, NOTICE));
        refuses(CourtTerms(1, DEMAND, 101, 10 * OPEN, RULING, NOTICE));
        refuses(CourtTerms(1, DEMAND, 10, OPEN - 1, RULING, NOTICE));
        refuses(CourtTerms(1, DEMAND, 10, 1_000 * OPEN + 1, RULING, NOTICE));
        refuses(CourtTerms(1, DEMAND, 10, 10 * OPEN, 7 days - 1, NOTICE));
        refuses(CourtTerms(1, DEMAND, 10, 10 * OPEN, 30 days + 1, NOTICE));
        refuses(CourtTerms(1, DEMAND, 10, 10 * OPEN, RULING, 1 hours - 1));
        refuses(CourtTerms(1, DEMAND, 10, 10 * OPEN, RULING, 14 days + 1));

        refuses(UnitCourtTerms(0, DEMAND));
        refuses(UnitCourtTerms(1_000 * OPEN + 1, DEMAND));
        refuses(UnitCourtTerms(OPEN, 1 hours - 1));
        refuses(UnitCourtTerms(OPEN, 5 days + 1));
    }

    /// @dev Three times to answer fit into the window, whichever of the two is changed.
    function test_GivenAWindow_ADemandsTimeIsAThirdOfItAtMost_AndTheOtherWayRound() public {
        CourtTerms memory terms = courtTerms();
        LedgerTerms memory windows = ledgerTerms();
        terms.demandSeconds = WINDOW / 3;
        court.setTerms(terms);
        windows.windowSeconds = WINDOW - 1;
        refusesWindow(windows);
        windows.windowSeconds = WINDOW;
        ledger.setTerms(windows);

        terms.demandSeconds = 8 hours;
        court.setTerms(terms);
        windows.windowSeconds = 1 days;
        ledger.setTerms(windows);
        terms.demandSeconds = 8 hours + 1;
        refuses(terms);
    }

    function refuses(CourtTerms memory terms) private {
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_TermsOutOfRange.selector, terms));
        court.setTerms(terms);
    }

    function refuses(UnitCourtTerms memory terms) private {
        vm.expectRevert(abi.encodeWithSelector(IUnitCourt.UnitCourt_TermsOutOfRange.selector, terms));
        unitCourt.setTerms(terms);
    }

    function refusesWindow(LedgerTerms memory terms) private {
        vm.expectRevert(abi.encodeWithSelector(ILedger.Ledger_TermsOutOfRange.selector, terms));
        ledger.setTerms(terms);
    }
}
