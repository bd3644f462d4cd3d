// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IClock} from "../../contracts/interfaces/IClock.sol";
import {World} from "./harness/World.sol";

contract ClockTest is World {
    uint40 private constant MAX_PAUSE = 14 days;
    uint40 private constant PERIOD = 60 days;

    uint40 private start;

    function setUp() public override {
        super.setUp();
        start = uint40(block.timestamp);
    }

    function test_WhenNothingWasPaused_TheTimeIsTheTimestamp() public view {
        vm.assertEq(clock.time(), start);
        vm.assertEq(clock.runningTime(), start);
        vm.assertEq(clock.pausedUntil(), 0);
        vm.assertEq(clock.MAX_PAUSE(), MAX_PAUSE);
        vm.assertEq(clock.PERIOD(), PERIOD);
    }

    function test_WhenPaused_TheTimeStandsStillAndRunningTimeReverts() public {
        vm.expectEmit(address(clock));
        emit IClock.Paused(address(this), start + MAX_PAUSE);
        clock.pause();
        vm.assertEq(clock.pausedUntil(), start + MAX_PAUSE);

        vm.warp(start + 3 days);
        vm.assertEq(clock.time(), start);
        vm.expectRevert(abi.encodeWithSelector(IClock.Clock_Paused.selector, start + MAX_PAUSE));
        clock.runningTime();
    }

    function test_WhenResumed_TheTimeGoesOnWhereItStood() public {
        clock.pause();
        vm.warp(start + 3 days);
        vm.expectEmit(address(clock));
        emit IClock.Resumed(address(this), 3 days);
        clock.resume();

        vm.assertEq(clock.time(), start);
        vm.assertEq(clock.pausedUntil(), 0);
        vm.warp(start + 4 days);
        vm.assertEq(clock.time(), start + 1 days);
        vm.assertEq(clock.runningTime(), start + 1 days);
    }

    function test_WhenResumedInTheSameBlock_NothingIsUsedUp() public {
        clock.pause();
        clock.resume();
        vm.assertEq(clock.time(), start);
        clock.pause();
        vm.assertEq(clock.pausedUntil(), start + MAX_PAUSE);
    }

    function test_GivenNobodyResumes_ThePauseEndsByItself() public {
        clock.pause();
        vm.warp(start + MAX_PAUSE - 1);
        vm.assertEq(clock.time(), start);
        vm.warp(start + MAX_PAUSE);
        vm.assertEq(clock.time(), start);
        vm.assertEq(clock.runningTime(), start);
        vm.assertEq(clock.pausedUntil(), 0);
        vm.warp(start + MAX_PAUSE + 5);
        vm.assertEq(clock.runningTime(), start + 5);
    }

    function test_GivenAPause_WhenPausedAgain_ItReverts() public {
        clock.pause();
        vm.warp(start + 1 days);
        vm.expectRevert(abi.encodeWithSelector(IClock.Clock_Paused.selector, start + MAX_PAUSE));
        clock.pause();
    }

    function test_GivenNoPause_WhenResumed_ItReverts() public {
        vm.expectRevert(abi.encodeWithSelector(IClock.Clock_NotPaused.selector));
        clock.resume();
        clock.pause();
        vm.warp(start + MAX_PAUSE);
        vm.expectRevert(abi.encodeWithSelector(IClock.Clock_NotPaused.selector));
        clock.resume();
    }

    function test_GivenPausesWithLessThan46DaysBetweenThem_TheyShareFourteenDays() public {
        clock.pause();
        vm.warp(start + 10 days);
        clock.resume();
        vm.warp(start + 56 days - 1);
        vm.expectEmit(address(clock));
        emit IClock.Paused(address(this), start + 60 days - 1);
        clock.pause();
        vm.warp(start + 61 days);
        vm.assertEq(clock.time(), start + 61 days - 14 days);

        vm.expectRevert(
            abi.encodeWithSelector(IClock.Clock_PausedTooLong.selector, start + 60 days - 1 + PERIOD - MAX_PAUSE)
        );
        clock.pause();
    }

    function test_GivenFortySixDaysWithoutAPause_AllFourteenDaysAreThereAgain() public {
        clock.pause();
        vm.warp(start + 10 days);
        clock.resume();
        vm.warp(start + 56 days);
        clock.pause();
        vm.assertEq(clock.pausedUntil(), start + 70 days);
    }

    function test_GivenAUsedUpPause_WhenFortySixDaysHavePassed_ItCanBePausedAgain() public {
        clock.pause();
        vm.warp(start + MAX_PAUSE + 46 days - 1);
        vm.expectRevert(abi.encodeWithSelector(IClock.Clock_PausedTooLong.selector, start + PERIOD));
        clock.pause();
        vm.warp(start + PERIOD);
        clock.pause();
        vm.assertEq(clock.pausedUntil(), start + PERIOD + MAX_PAUSE);
    }

    function test_GivenAStranger_ItNeitherPausesNorResumes() public {
        vm.startPrank(named("stranger"));
        bytes memory refusal = abi.encodeWithSelector(
            IAccessManaged.AccessManagedUnauthorized.selector,
            named("stranger")
        );
        vm.expectRevert(refusal);
        clock.pause();
        vm.expectRevert(refusal);
        clock.resume();
    }

    /// @dev Pauses as long and as often as they are allowed. Each hour is looked at alone.
    function testFuzz_GivenAnyPauses_TimeNeverRunsBackNorSkipsAndNoSixtyDaysHoldMoreThanFourteenPaused(
        uint8[40] memory waits
    ) public {
        uint256 hour = 0;
        bool[] memory isPausedIn = new bool[](40 * 24 * 12);
        for (uint256 i = 0; i < waits.length; ++i) {
            if (i % 2 == 0) try clock.pause() {} catch {}
            else if (clock.pausedUntil() != 0) clock.resume();
            for (uint256 left = 1 + (waits[i] % (24 * 12)); left != 0; --left) {
                uint40 before = clock.time();
                isPausedIn[hour++] = clock.pausedUntil() != 0;
                vm.warp(start + hour * 1 hours);
                vm.assertEq(clock.time() - before, isPausedIn[hour - 1] ? 0 : 1 hours);
            }
        }
        uint256 paused = 0;
        for (uint256 h = 0; h < hour; ++h) {
            if (isPausedIn[h]) ++paused;
            if (h >= 60 * 24 && isPausedIn[h - 60 * 24]) --paused;
            vm.assertLe(paused, 14 * 24, "hours paused in sixty days");
        }
    }
}
