// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccountId, bondOf} from "../../contracts/types/Ids.sol";
import {encodeRecord, RandomRecords} from "./harness/RandomRecords.sol";
import {Recorded, Recordings} from "./harness/Recordings.sol";
import {PlainRecord} from "./harness/RecordsHarness.sol";

/// @notice Somebody who goes by two names gains nothing by it, to the gwei.
contract SplittingTest is Recordings, RandomRecords {
    AccountId private one;
    AccountId private two;

    function setUp() public override {
        super.setUp();
        ledger.appointCourt(address(this));
        one = openAccount("one");
        two = openAccount("two");
    }

    function testFuzz_GivenRowsOfTwoContributors_TheyEarnWhatOneWould(uint256 seed, uint64 feeGwei) public {
        state = seed;
        PlainRecord memory plain = draw(feeGwei);
        for (uint256 i = 0; i < plain.rows.length; ++i) plain.rows[i].account = AccountId.unwrap(one);
        recordOne(encodeRecord(plain));
        uint64 whole = pendingOf(one);
        for (uint256 i = 0; i < plain.rows.length; ++i) {
            if (random(2) == 0) plain.rows[i].account = AccountId.unwrap(two);
        }
        recordOne(encodeRecord(plain));
        vm.assertEq(pendingOf(one) - whole + pendingOf(two), whole, "split");
    }

    /// @dev Of two smaller fees everybody but the treasury, which has the dust, is paid no more than of their sum.
    function testFuzz_GivenTwoPayersOfPartsOfAFee_NobodyEarnsMore(uint256 seed, uint64 feeGwei) public {
        state = seed;
        PlainRecord memory plain = draw(feeGwei);
        uint256 sum = plain.feeGwei;
        uint64 part = uint64(random(sum + 1));
        uint32 count = accounts.accountCount();
        uint64[] memory before = allPending(count);
        recordOne(encodeRecord(plain));
        uint64[] memory whole = allPending(count);
        (plain.feeGwei, part) = (part, plain.feeGwei - part);
        recordOne(encodeRecord(plain));
        (plain.feeGwei, plain.payer) = (part, AccountId.unwrap(payers[1]));
        recordOne(encodeRecord(plain));
        uint64[] memory split = allPending(count);
        for (uint32 i = 1; i <= count; ++i) {
            if (i == AccountId.unwrap(treasury)) continue;
            vm.assertLe(split[i] - whole[i], whole[i] - before[i], "split");
        }
        uint256 paidGwei = uint256(FUNDS) - ledger.tabOf(payers[0], operatorAccount).balanceGwei;
        paidGwei += FUNDS - ledger.tabOf(payers[1], operatorAccount).balanceGwei;
        vm.assertEq(paidGwei, 2 * sum, "paid");
    }

    function testFuzz_GivenTwoChallengers_TheirBountiesAreWhatOneWouldGet(uint64 fee, uint64 other) public {
        uint64 together = bountiesOf(one, one, fee, other);
        vm.assertEq(bountiesOf(one, two, fee, other), together, "bounties");
    }

    function bountiesOf(AccountId a, AccountId b, uint64 fee, uint64 other) private returns (uint64 bounties) {
        bytes[] memory records = new bytes[](2);
        (records[0], records[1]) = (recordFor(0, fee % CAP, 0), recordFor(1, other % CAP, 1));
        Recorded memory recorded = recordAll(records);
        ledger.strikeRecord(proofOf(recorded, 0), bondOf(operatorAccount), a);
        ledger.strikeRecord(proofOf(recorded, 1), bondOf(operatorAccount), b);
        bounties = ledger.claim(a);
        if (!(a == b)) bounties += ledger.claim(b);
    }

    function draw(uint64 feeGwei) private returns (PlainRecord memory) {
        return randomRecord(AccountId.unwrap(payers[0]), feeGwei % CAP, AccountId.unwrap(payers[2]), 32);
    }

    function allPending(uint32 count) private view returns (uint64[] memory amounts) {
        amounts = new uint64[](count + 1);
        for (uint32 i = 1; i <= count; ++i) amounts[i] = pendingOf(AccountId.wrap(i));
    }
}
