// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {Court} from "../../../contracts/Court.sol";
import {CourtTerms, ICourt} from "../../../contracts/interfaces/ICourt.sol";
import {Courtroom} from "../harness/Courtroom.sol";

contract TermsTest is Courtroom {
    function test_WhenDeployed_TheTermsAreToldAndJournaled() public {
        vm.assertEq(abi.encode(court.terms()), abi.encode(courtTerms()));
        vm.recordLogs();
        Court second = new Court(ledger, datasets, address(manager), courtTerms());
        (uint48 count, ) = second.journal();
        vm.assertEq(count, vm.getRecordedLogs().length);
        vm.assertEq(count, 2);
    }

    function test_WhenSet_OldAndNewAreTold() public {
        CourtTerms memory other = CourtTerms(1, EPOCH, 1, 90 days);
        vm.expectEmit(address(court));
        emit ICourt.CourtTermsSet(courtTerms(), other);
        court.setTerms(other);
        vm.assertEq(abi.encode(court.terms()), abi.encode(other));
    }

    function test_GivenNothingOrTooLong_WhenSet_ItReverts() public {
        isOutOfRange(CourtTerms(0, 1, 1, 1));
        isOutOfRange(CourtTerms(1, 0, 1, 1));
        isOutOfRange(CourtTerms(1, EPOCH + 1, 1, 1));
        isOutOfRange(CourtTerms(1, 1, 0, 1));
        isOutOfRange(CourtTerms(1, 1, 1, 0));
        isOutOfRange(CourtTerms(1, 1, 1, 90 days + 1));
    }

    function test_GivenAnybodyElse_WhenSet_ItReverts() public {
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, arbiter));
        vm.prank(arbiter);
        court.setTerms(courtTerms());
    }

    function isOutOfRange(CourtTerms memory wrong) private {
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_TermsOutOfRange.selector, wrong));
        court.setTerms(wrong);
    }
}
