// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BondSlot, BondSlots} from "../../../contracts/libraries/BondSlot.sol";
import {EarningsSlot, EarningsSlots} from "../../../contracts/libraries/EarningsSlot.sol";
import {Receipts} from "../../proofs/Receipts.sol";
import {Solvency} from "../../proofs/Solvency.sol";
import {Test} from "../harness/Test.sol";

/// @notice The packed slots and the accounting that is proved (test/proofs) go through the same acts and say the same amounts.
contract EarningsSlotBooksTest is Test {
    using BondSlots for BondSlot;
    using EarningsSlots for EarningsSlot;

    uint256 private constant PEOPLE = 3;
    uint256 private constant MOST = 1e16;

    struct Paid {
        uint32 epoch;
        uint256 fee;
        uint256[PEOPLE] parts;
        bool isStruck;
    }

    Solvency private solvency;
    Receipts[PEOPLE] private receipts;

    EarningsSlot[PEOPLE] private earnings;
    BondSlot private bond;
    Paid[] private records;
    uint32 private epoch = 20_000;

    function setUp() public {
        solvency = new Solvency();
        for (uint256 i = 0; i < PEOPLE; ++i) receipts[i] = new Receipts();
    }

    function testFuzz_GivenAnyActs_TheSlotsHoldWhatTheProvedAccountingHolds(uint256[32] memory draws) public {
        for (uint256 i = 0; i < draws.length; ++i) {
            _act(draws[i] % 10, draws[i] >> 8);
            _compare();
        }
    }

    function _act(uint256 kind, uint256 draw) private {
        if (kind == 0) solvency.fundTab(bound(draw, 0, MOST));
        else if (kind == 1) solvency.withdrawTab(bound(draw, 0, solvency.tabs()));
        else if (kind == 2) _wait(draw % 4);
        else if (kind < 5) _record(draw);
        else if (kind == 5) _strike(draw);
        else if (kind == 6) _claim(draw % PEOPLE);
        else if (kind == 7) _deposit(uint64(bound(draw, 0, MOST)));
        else if (kind == 8) _slash(draw);
        else solvency.burn();
    }

    function _wait(uint256 epochs) private {
        for (uint256 i = 0; i < epochs; ++i) {
            solvency.turnEpoch();
            for (uint256 who = 0; who < PEOPLE; ++who) receipts[who].turnEpoch();
        }
        epoch += uint32(epochs);
    }

    function _record(uint256 draw) private {
        Paid memory paid;
        paid.epoch = epoch;
        paid.fee = bound(draw, 0, solvency.tabs());
        paid.parts[0] = bound(draw >> 8, 0, paid.fee);
        paid.parts[1] = bound(draw >> 16, 0, paid.fee - paid.parts[0]);
        paid.parts[2] = paid.fee - paid.parts[0] - paid.parts[1];
        records.push(paid);
        bond = bond.rolledTo(epoch).exposed(paid.fee);
        solvency.recordFee(paid.fee);
        for (uint256 who = 0; who < PEOPLE; ++who) {
            earnings[who] = earnings[who].rolledTo(epoch).credited(paid.parts[who]);
            receipts[who].credit(paid.parts[who]);
        }
    }

    /// @dev Void while pending, and once.
    function _strike(uint256 draw) private {
        if (records.length == 0) return;
        Paid storage paid = records[draw % records.length];
        uint256 age = epoch - paid.epoch;
        if (age > 1 || paid.isStruck) return;
        paid.isStruck = true;
        bond = bond.rolledTo(epoch).relieved(paid.fee, paid.epoch);
        if (age == 0) solvency.strikeNewer(paid.fee);
        else solvency.strikeOlder(paid.fee);
        for (uint256 who = 0; who < PEOPLE; ++who) {
            earnings[who] = earnings[who].rolledTo(epoch).debited(paid.parts[who], paid.epoch);
            if (age == 0) receipts[who].debitNewer(paid.parts[who]);
            else receipts[who].debitOlder(paid.parts[who]);
        }
    }

    function _claim(uint256 who) private {
        EarningsSlot slot = earnings[who].rolledTo(epoch);
        solvency.claim(slot.matured());
        receipts[who].claim();
        earnings[who] = slot.claimed();
    }

    function _deposit(uint64 amount) private {
        bond = bond.deposited(amount);
        solvency.depositBond(amount);
    }

    /// @dev Or a withdrawal, where nobody gets a bounty.
    function _slash(uint256 draw) private {
        uint64 amount = uint64(bound(draw, 0, bond.balance()));
        bond = bond.taken(amount);
        if (draw & (1 << 200) == 0) {
            solvency.withdrawBond(amount);
            return;
        }
        uint64 bounty = uint64(bound(draw >> 8, 0, amount));
        uint256 who = (draw >> 16) % PEOPLE;
        earnings[who] = earnings[who].rolledTo(epoch).awarded(bounty);
        solvency.slash(amount, bounty);
        receipts[who].award(bounty);
    }

    function _compare() private view {
        uint256 matured;
        uint256 pending;
        for (uint256 who = 0; who < PEOPLE; ++who) {
            EarningsSlot slot = earnings[who].rolledTo(epoch);
            Receipts theirs = receipts[who];
            vm.assertEq(slot.matured(), theirs.matured(), "one account's matured");
            vm.assertEq(slot.pending(), theirs.newer() + theirs.older(), "one account's pending");
            theirs.check();
            matured += slot.matured();
            pending += slot.pending();
        }
        vm.assertEq(matured, solvency.matured(), "matured");
        vm.assertEq(pending, solvency.newer() + solvency.older(), "pending");
        vm.assertEq(bond.balance(), solvency.bonds(), "bonds");
        vm.assertEq(bond.rolledTo(epoch).exposure(), _strikable(), "exposure");
        solvency.check();
    }

    function _strikable() private view returns (uint256 fees) {
        for (uint256 i = 0; i < records.length; ++i) {
            if (!records[i].isStruck && records[i].epoch + 1 >= epoch) fees += records[i].fee;
        }
    }
}
