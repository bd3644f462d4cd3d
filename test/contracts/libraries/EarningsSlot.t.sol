// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EarningsSlot, EarningsSlots} from "../../../contracts/libraries/EarningsSlot.sol";
import {Test} from "../harness/Test.sol";

contract EarningsSlotTest is Test {
    using EarningsSlots for EarningsSlot;

    /// @dev The plain twin keeps what was credited in each epoch and adds up anew each time.
    function testFuzz_GivenAnyCreditsAndClaims_TheSlotIsTheListOfThem(uint32[20] memory draws) public pure {
        uint256[20] memory creditedIn;
        EarningsSlot slot;
        uint256 claimed;
        uint32 epoch;
        for (uint256 i = 0; i < draws.length; ++i) {
            epoch += draws[i] % 4;
            if (epoch >= creditedIn.length) break;
            slot = slot.rolledTo(epoch);
            slot = slot.credited(draws[i]);
            creditedIn[epoch] += draws[i];

            uint256 matured;
            uint256 pending;
            for (uint256 e = 0; e <= epoch; ++e) {
                if (e + 2 <= epoch) matured += creditedIn[e];
                else pending += creditedIn[e];
            }
            vm.assertEq(slot.matured(), matured - claimed, "matured");
            vm.assertEq(slot.pending(), pending, "pending");
            if (draws[i] % 3 == 0) {
                slot = slot.claimed();
                claimed = matured;
                vm.assertEq(slot.matured(), 0);
                vm.assertEq(slot.pending(), pending, "pending after a claim");
            }
        }
    }

    function test_GivenTheWholeSupply_NothingSpills() public pure {
        EarningsSlot slot = EarningsSlot.wrap(0).rolledTo(5).credited(1e18);
        slot = slot.rolledTo(6).credited(1e18);
        slot = slot.rolledTo(7).credited(1e18);
        vm.assertEq(slot.matured(), 1e18);
        vm.assertEq(slot.pending(), 2e18);
        vm.assertEq(slot.rolledTo(type(uint32).max).matured(), 3e18);
    }

    function test_GivenMoreThanWasEarnedInAnEpoch_TakingItBackPanics() public {
        EarningsSlot slot = EarningsSlot.wrap(0).rolledTo(5).credited(7).rolledTo(6).credited(11);
        vm.expectRevert(UNDERFLOW);
        this.debitedFrom(slot, 8, 5);
        vm.expectRevert(UNDERFLOW);
        this.debitedFrom(slot, 12, 6);
        vm.assertEq(slot.debited(7, 5).pending(), 11);
        vm.assertEq(slot.debited(11, 6).pending(), 7);
    }

    bytes private constant UNDERFLOW = abi.encodeWithSignature("Panic(uint256)", 0x11);

    function debitedFrom(EarningsSlot slot, uint256 amountGwei, uint32 epoch) external pure returns (EarningsSlot) {
        return slot.debited(amountGwei, epoch);
    }
}
