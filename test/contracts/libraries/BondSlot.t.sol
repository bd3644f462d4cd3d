// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BondSlot, BondSlots} from "../../../contracts/libraries/BondSlot.sol";
import {Test} from "../harness/Test.sol";

contract BondSlotTest is Test {
    using BondSlots for BondSlot;

    BondSlot private empty;

    function test_GivenEverythingAtOnce_NothingSpills() public view {
        BondSlot slot = empty.rolledTo(5).exposed(1e18).rolledTo(6).exposed(1e18).deposited(1e18).stopped();
        vm.assertEq(slot.balance(), 1e18);
        vm.assertEq(slot.exposure(), 2e18);
        vm.assertTrue(slot.isStopped());

        slot = slot.relieved(1e18, 5);
        vm.assertEq(slot.exposure(), 1e18, "the newer fees");
        slot = slot.relieved(1e18, 6).taken(1e18);
        vm.assertEq(BondSlot.unwrap(slot), (6 << 192) | (1 << 255), "only the epoch and the stop");
    }

    function test_WhenStopped_ItStaysSoInEveryEpoch() public view {
        BondSlot slot = empty.rolledTo(5).exposed(7).deposited(9);
        vm.assertFalse(slot.isStopped());
        slot = slot.stopped();
        for (uint32 epoch = 5; epoch < 9; ++epoch) {
            vm.assertTrue(slot.rolledTo(epoch).isStopped());
            vm.assertEq(slot.rolledTo(epoch).balance(), 9);
            vm.assertEq(slot.rolledTo(epoch).exposure(), epoch < 7 ? 7 : 0);
        }
    }

    function test_GivenFeesOfTwoEpochs_EachIsRelievedApart() public view {
        BondSlot slot = empty.rolledTo(5).exposed(7).rolledTo(6).exposed(11);
        vm.assertEq(slot.relieved(7, 5).exposure(), 11);
        vm.assertEq(slot.relieved(11, 6).exposure(), 7);
        vm.assertEq(slot.relieved(7, 5).rolledTo(7).exposure(), 11);
        vm.assertEq(slot.relieved(11, 6).rolledTo(7).exposure(), 0);
    }

    function test_GivenMoreThanThereIs_ItPanics() public {
        BondSlot slot = empty.rolledTo(5).exposed(7).rolledTo(6).exposed(11).deposited(9);
        vm.expectRevert(UNDERFLOW);
        this.takenFrom(slot, 10);
        vm.expectRevert(UNDERFLOW);
        this.relievedOf(slot, 8, 5);
        vm.expectRevert(UNDERFLOW);
        this.relievedOf(slot, 12, 6);
    }

    bytes private constant UNDERFLOW = abi.encodeWithSignature("Panic(uint256)", 0x11);

    function takenFrom(BondSlot slot, uint64 amountGwei) external pure returns (BondSlot) {
        return slot.taken(amountGwei);
    }

    function relievedOf(BondSlot slot, uint256 feeGwei, uint32 epoch) external pure returns (BondSlot) {
        return slot.relieved(feeGwei, epoch);
    }
}
