// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccountId, bondOf} from "../../contracts/types/Ids.sol";
import {encodeRecord, RandomRecords} from "./harness/RandomRecords.sol";
import {Recorded, Recordings} from "./harness/Recordings.sol";

/// @notice Whatever was recorded, and whatever changed since: striking it all restores the exact earlier state.
contract StrikesRestoreTest is Recordings, RandomRecords {
    /// @dev Earns nothing of any record, and all of the bounties.
    AccountId private challenger;

    function setUp() public override {
        super.setUp();
        ledger.appointCourt(address(this));
        challenger = openAccount("challenger");
    }

    function testFuzz_GivenABatchStruckAtOnce_EverythingIsAsItWas(uint256 seed) public {
        bytes memory before = settled(seed);
        strikeAll(drawBatch());
        vm.assertEq(books(), before);
    }

    function testFuzz_GivenAnotherShareAndEpochBetween_EverythingIsAsItWas(uint256 seed) public {
        bytes memory before = settled(seed);
        Recorded memory early = drawBatch();
        ledger.setTreasuryShare(uint16(random(1_001)));
        if (random(2) == 0) vm.warp((uint256(early.header.epoch) + 1) * EPOCH + random(EPOCH));
        Recorded memory later = drawBatch();
        if (random(2) == 0) (early, later) = (later, early);
        strikeAll(early);
        strikeAll(later);
        vm.assertEq(books(), before);
    }

    /// @dev A batch that stays, so that nothing begins at zero.
    function settled(uint256 seed) private returns (bytes memory) {
        state = seed;
        drawBatch();
        return books();
    }

    function drawBatch() private returns (Recorded memory) {
        bytes[] memory records = new bytes[](1 + random(5));
        uint32 count = AccountId.unwrap(payers[2]);
        for (uint256 i = 0; i < records.length; ++i) {
            uint32 payer = AccountId.unwrap(payers[random(3)]);
            records[i] = encodeRecord(randomRecord(payer, uint64(random(CAP + 1)), count, 32));
        }
        return recordAll(records);
    }

    /// @dev In an order of its own, and each at another's cost.
    function strikeAll(Recorded memory recorded) private {
        uint256 count = recorded.records.length;
        uint256 first = random(count);
        for (uint256 i = 0; i < count; ++i) {
            uint256 index = (first + i) % count;
            if (random(2) == 0) ledger.strikeRecord(proofOf(recorded, index), bondOf(operatorAccount), challenger);
            else ledger.strikeRecord(proofOf(recorded, index), bondOf(model), challenger);
        }
        ledger.claim(challenger);
    }
}
