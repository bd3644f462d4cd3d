// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BondSlot, BondSlots} from "../../../contracts/libraries/BondSlot.sol";
import {Test} from "../harness/Test.sol";

contract BondSlotTest is Test {
    using BondSlots for BondSlot;

    uint64 private constant MOST = type(uint64).max;
    bytes private constant PANIC = abi.encodeWithSignature("Panic(uint256)", 0x11);

    function test_GivenEverythingAtItsMost_NothingSpills() public pure {
        BondSlot slot = BondSlot.wrap(0).deposited(MOST).exposing(MOST);
        expect(slot, MOST, 0, 0, MOST);
        expect(slot.leavingAll(MOST), MOST, MOST, 0, MOST);
        expect(slot.leavingAll(MOST).seizing(MOST), MOST, 0, MOST, MOST);
        expect(slot.holding(MOST), MOST, 0, MOST, MOST);
        expect(slot.leavingAll(MOST).taken(MOST), 0, 0, 0, MOST);
        expect(slot.relieved(MOST), MOST, 0, 0, 0);
    }

    function test_WhatLeavesCoversNothingAndWhatIsHeldDoesNotLeave() public pure {
        BondSlot slot = BondSlot.wrap(0).deposited(100).leavingAll(70);
        vm.assertEq(slot.standing(), 100);
        vm.assertEq(slot.covering(), 30);
        slot = slot.holding(20);
        expect(slot, 100, 70, 20, 0);
        vm.assertEq(slot.standing(), 80);
        vm.assertEq(slot.covering(), 10);
        expect(slot.releasing(20), 100, 70, 0, 0);
        expect(slot.taken(15), 85, 65, 20, 0);
    }

    function test_WhenSeized_WhatIsLeavingIsHeldFirst_AndCoverOnlyThen() public pure {
        BondSlot slot = BondSlot.wrap(0).deposited(100).leavingAll(70);
        slot = slot.seizing(69);
        expect(slot, 100, 1, 69, 0);
        vm.assertEq(slot.covering(), 30);
        expect(slot.seizing(1), 100, 0, 70, 0);
        slot = slot.seizing(11);
        expect(slot, 100, 0, 80, 0);
        vm.assertEq(slot.covering(), 20);
        expect(slot.releasing(80), 100, 0, 0, 0);
    }

    function test_GivenMoreThanThereIs_ItPanics() public {
        BondSlot slot = BondSlot.wrap(0).deposited(100).holding(40).exposing(7);
        vm.expectRevert(PANIC);
        this.taken(slot, 101);
        vm.expectRevert(PANIC);
        this.releasing(slot, 41);
        vm.expectRevert(PANIC);
        this.relieved(slot, 8);
        vm.expectRevert(PANIC);
        this.holding(slot, 61);
        // What is held is not there to be taken.
        vm.expectRevert(PANIC);
        this.taken(slot, 61);
        vm.expectRevert(PANIC);
        this.deposited(slot, MOST);
    }

    function testFuzz_AnySequence_KeepsLeavingAndHeldWithinTheBalance(
        uint8[20] memory acts,
        uint64[20] memory values
    ) public pure {
        BondSlot slot = BondSlot.wrap(0);
        uint256 balance = 0;
        uint256 held = 0;
        uint256 leaving = 0;
        for (uint256 i = 0; i < 20; ++i) {
            uint256 kind = acts[i] % 6;
            uint64 value = values[i];
            if (kind == 0) {
                value %= 1e12;
                balance += value;
                slot = slot.deposited(value);
            } else if (kind == 4) {
                value = uint64(bound(value, 0, held));
                held -= value;
                slot = slot.releasing(value);
            } else if (kind == 5) {
                value = uint64(bound(value, 0, balance - held - leaving));
                (held, slot) = (held + value, slot.holding(value));
            } else {
                value = uint64(bound(value, 0, balance - held));
                if (kind == 1) (balance, slot) = (balance - value, slot.taken(value));
                if (kind == 2) (held, leaving, slot) = seized(slot, held, leaving, value);
                if (kind == 3) (leaving, slot) = (value, slot.leavingAll(value));
                if (leaving > balance - held) leaving = balance - held;
            }
            expect(slot, balance, leaving, held, 0);
            vm.assertEq(slot.covering() + slot.leaving() + slot.held(), slot.balance());
        }
    }

    function taken(BondSlot slot, uint64 amountGwei) external pure returns (BondSlot) {
        return slot.taken(amountGwei);
    }

    function releasing(BondSlot slot, uint64 amountGwei) external pure returns (BondSlot) {
        return slot.releasing(amountGwei);
    }

    function relieved(BondSlot slot, uint64 amountGwei) external pure returns (BondSlot) {
        return slot.relieved(amountGwei);
    }

    function holding(BondSlot slot, uint64 amountGwei) external pure returns (BondSlot) {
        return slot.holding(amountGwei);
    }

    function deposited(BondSlot slot, uint64 amountGwei) external pure returns (BondSlot) {
        return slot.deposited(amountGwei);
    }

    function seized(
        BondSlot slot,
        uint256 held,
        uint256 leaving,
        uint64 value
    ) private pure returns (uint256, uint256, BondSlot) {
        return (held + value, leaving < value ? 0 : leaving - value, slot.seizing(value));
    }

    function expect(BondSlot slot, uint256 balance, uint256 leaving, uint256 held, uint256 exposed) private pure {
        vm.assertEq(slot.balance(), balance, "balance");
        vm.assertEq(slot.leaving(), leaving, "leaving");
        vm.assertEq(slot.held(), held, "held");
        vm.assertEq(slot.exposed(), exposed, "exposed");
    }
}
