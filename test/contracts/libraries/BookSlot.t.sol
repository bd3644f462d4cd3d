// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BookSlot, BookSlots} from "../../../contracts/libraries/BookSlot.sol";
import {Test} from "../harness/Test.sol";

contract BookSlotTest is Test {
    using BookSlots for BookSlot;

    uint64 private constant MOST = type(uint64).max;
    uint40 private constant LAST = type(uint40).max;

    function test_WhenOpened_ABookIsEmptyUntilItCloses() public pure {
        expect(BookSlots.opened(LAST), 0, 0, 0, LAST, false, false);
    }

    function test_GivenEverythingAtItsMost_NothingSpills() public pure {
        BookSlot slot = BookSlots.opened(LAST).taking(MOST, MOST);
        expect(slot, MOST, MOST, 1, LAST, false, false);
        expect(slot.closing(LAST), MOST, MOST, 1, LAST, true, false);
        expect(slot.closing(0).settled(), MOST, MOST, 1, 0, true, true);
        expect(slot.settled().without(MOST), 0, MOST, 1, LAST, false, true);
    }

    function test_WhenBatchesAreTaken_TheyAreCounted() public pure {
        BookSlot slot = BookSlots.opened(9).taking(5, 50).taking(0, 0).taking(7, 70);
        expect(slot, 12, 120, 3, 9, false, false);
        expect(slot.without(5), 7, 120, 3, 9, false, false);
    }

    function test_WhenClosing_ItIsNeverLaterThanBefore() public pure {
        BookSlot slot = BookSlots.opened(100).taking(5, 50);
        expect(slot.closing(99), 5, 50, 1, 99, true, false);
        expect(slot.closing(100), 5, 50, 1, 100, true, false);
        expect(slot.closing(101), 5, 50, 1, 100, true, false);
    }

    function test_WhenCovered_NothingElseChanges() public pure {
        BookSlot slot = BookSlots.opened(LAST).taking(MOST, MOST).closing(LAST).settled();
        vm.assertFalse(slot.isCovered());
        slot = slot.covered();
        vm.assertTrue(slot.isCovered());
        expect(slot, MOST, MOST, 1, LAST, true, true);
        slot = BookSlots.opened(9).covered().taking(5, 50).closing(8).without(5).settled();
        vm.assertTrue(slot.isCovered());
        expect(slot, 0, 50, 1, 8, true, true);
    }

    function test_GivenMoreThanItHolds_TakingOutPanics() public {
        BookSlot slot = BookSlots.opened(9).taking(5, 50);
        vm.expectRevert(abi.encodeWithSignature("Panic(uint256)", 0x11));
        this.without(slot, 6);
    }

    function without(BookSlot slot, uint64 units) external pure returns (BookSlot) {
        return slot.without(units);
    }

    function expect(
        BookSlot slot,
        uint64 units,
        uint64 coverGwei,
        uint32 batches,
        uint40 closesAt,
        bool isClosing,
        bool isSettled
    ) private pure {
        vm.assertEq(slot.units(), units, "units");
        vm.assertEq(slot.coverGwei(), coverGwei, "cover");
        vm.assertEq(slot.batches(), batches, "batches");
        vm.assertEq(slot.closesAt(), closesAt, "closes at");
        vm.assertTrue(slot.isClosing() == isClosing);
        vm.assertTrue(slot.isSettled() == isSettled);
    }
}
