// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ChargeSlot, ChargeSlots} from "../../../contracts/libraries/ChargeSlot.sol";
import {Test} from "../harness/Test.sol";

contract ChargeSlotTest is Test {
    using ChargeSlots for ChargeSlot;

    address private constant EVERY_BIT = address(type(uint160).max);
    uint32 private constant MOST = type(uint32).max;

    function test_GivenEverythingAtItsMost_NothingSpills() public pure {
        ChargeSlot slot = ChargeSlot.wrap(0).withSigner(EVERY_BIT).limited(MOST).covering(type(uint256).max);
        expect(slot, EVERY_BIT, MOST, MOST, 0);
        expect(slot.charging(MOST), EVERY_BIT, MOST, MOST, MOST);
        expect(slot.charging(MOST).withSigner(address(0)), address(0), MOST, MOST, MOST);
    }

    function test_WhenCovered_ItRisesAsFarAsTheLimitAndNeverFalls() public pure {
        ChargeSlot slot = ChargeSlot.wrap(0).withSigner(EVERY_BIT).limited(100);
        expect(slot.covering(30), EVERY_BIT, 100, 30, 0);
        expect(slot.covering(30).covering(20), EVERY_BIT, 100, 30, 0);
        expect(slot.covering(30).covering(101), EVERY_BIT, 100, 100, 0);
    }

    function test_WhenLimited_WhatIsNoLongerReachedIsNotCovered() public pure {
        ChargeSlot slot = ChargeSlot.wrap(0).withSigner(EVERY_BIT).limited(100).covering(60).charging(20);
        expect(slot.limited(60), EVERY_BIT, 60, 60, 20);
        expect(slot.limited(59), EVERY_BIT, 59, 59, 20);
        expect(slot.limited(20), EVERY_BIT, 20, 20, 20);
        expect(slot.limited(59).limited(100), EVERY_BIT, 100, 59, 20);
    }

    function testFuzz_AnySequence_IsThatOfFieldsApart(uint8[16] memory acts, uint32[16] memory values) public pure {
        ChargeSlot slot = ChargeSlot.wrap(0);
        address signer = address(0);
        uint256 limit = 0;
        uint256 covered = 0;
        uint256 charged = 0;
        for (uint256 i = 0; i < 16; ++i) {
            uint32 value = values[i];
            if (acts[i] % 4 == 0) {
                signer = address(uint160(uint256(keccak256(abi.encode(value)))));
                slot = slot.withSigner(signer);
            } else if (acts[i] % 4 == 1) {
                // A withdrawal leaves what was charged.
                if (value < charged) value = uint32(charged);
                limit = value;
                if (covered > limit) covered = limit;
                slot = slot.limited(value);
            } else if (acts[i] % 4 == 2) {
                slot = slot.covering(value);
                if (value > limit) value = uint32(limit);
                if (value > covered) covered = value;
            } else {
                value = uint32(bound(value, 0, covered - charged));
                charged += value;
                slot = slot.charging(value);
            }
            expect(slot, signer, limit, covered, charged);
            vm.assertTrue(charged <= covered && covered <= limit);
        }
    }

    function expect(ChargeSlot slot, address signer, uint256 limit, uint256 covered, uint256 charged) private pure {
        vm.assertEq(slot.signer(), signer);
        vm.assertEq(slot.limit(), limit, "limit");
        vm.assertEq(slot.covered(), covered, "covered");
        vm.assertEq(slot.charged(), charged, "charged");
    }
}
