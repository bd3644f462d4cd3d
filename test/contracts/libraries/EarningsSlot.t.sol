// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EarningsSlot, EarningsSlots} from "../../../contracts/libraries/EarningsSlot.sol";
import {Test} from "../harness/Test.sol";

contract EarningsSlotTest is Test {
    using EarningsSlots for EarningsSlot;

    function test_GivenTheMost_NothingSpills() public pure {
        EarningsSlot slot = EarningsSlot.wrap(0).earning(type(uint64).max);
        expect(slot, type(uint64).max, 0);
        expect(slot.claimedAll(), type(uint64).max, type(uint64).max);
    }

    function testFuzz_AnySequence_IsThatOfTotalsApart(uint64[12] memory amounts, bool[12] memory claims) public pure {
        EarningsSlot slot = EarningsSlot.wrap(0);
        uint256 earned = 0;
        uint256 claimed = 0;
        for (uint256 i = 0; i < 12; ++i) {
            slot = slot.earning(amounts[i] / 16);
            earned += amounts[i] / 16;
            if (claims[i]) (slot, claimed) = (slot.claimedAll(), earned);
            expect(slot, earned, claimed);
        }
    }

    function expect(EarningsSlot slot, uint256 earned, uint256 claimed) private pure {
        vm.assertEq(slot.earned(), earned, "earned");
        vm.assertEq(slot.claimed(), claimed, "claimed");
    }
}
