// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Split} from "../../contracts/interfaces/IBonds.sol";
import {BookPage, ISettlement, Stage} from "../../contracts/interfaces/ISettlement.sol";
import {AccountId, BookId, bondOf, bookOf, ModelId} from "../../contracts/types/Ids.sol";
import {PlainBatch, PlainRecord} from "./harness/PlainBatch.sol";
import {PlainBook, PlainBooks, PlainModel, PlainPay} from "./harness/PlainBooks.sol";
import {PlannedUnit} from "./harness/PlainPlans.sol";
import {Registration} from "./harness/Registrar.sol";
import {Serving} from "./harness/Serving.sol";

/// @notice Random books of random models, settled in random pages: everybody is paid what the plain twin says, to the gwei.
contract SettlementTwinTest is Serving {
    ModelId private model;
    BookId private book;
    uint256[] private earnedBefore;

    function testFuzz_GivenAnyBookOfAnyModel_EverybodyIsPaidAsThePlainTwinSays(uint256 seed) public {
        seedWith(seed);
        Registration memory drawn = drawModel();
        model = serve(drawn);
        book = bookOf(model, operatorAccount, 1);
        PlainModel memory plain = plainModelOf(drawn);
        fillBook(plain.dims / 8);
        closeBook(plain);

        PlainPay memory pay = PlainBooks.payOf(plain, plainBookOf(book, plain));
        for (uint32 i = 1; i <= accounts.accountCount(); ++i) earnedBefore.push(earnedBy(i));
        settleInPages(plain);
        expectPaid(drawn, pay);
        expectReleased(pay);
        expectWhole(plain, pay);
    }

    /// @dev One to nine contributions of any size, some of which share a unit, and any terms.
    function drawModel() private returns (Registration memory drawn) {
        uint32[] memory kept = new uint32[](1 + random(9));
        for (uint256 c = 0; c < kept.length; ++c) {
            uint256 kind = random(6);
            kept[c] = uint32(
                kind == 0
                    ? random(3)
                    : kind == 1
                        ? 1_000 + random(2_000)
                        : random(40)
            );
        }
        uint256 terms = random(8);
        if (terms == 0) {
            // An equal split without sketches, of which every item is a row.
            for (uint256 c = 0; c < kept.length; ++c) kept[c] += 1;
            drawn = draw(bytes32(random()), kept, 0);
        } else {
            drawn = drawKept(bytes32(random()), kept, uint16(64 * (1 + random(random(4) == 0 ? 16 : 4))));
            drawn.tune.pay.baseBps = uint16(
                terms == 1
                    ? 10_000
                    : terms < 4
                        ? random(10_000)
                        : 0
            );
            drawn.tune.pay.sketched = terms != 1 && terms != 5;
        }
        drawn.tune.shares.contributorBps = uint16(random(7_001));
        drawn.tune.shares.operatorBps = uint16(random(1_501));
        drawn.tune.pay.feeUnitGwei = uint32(10 ** random(10));
        drawn.tune.pay.floorBps = uint16(5_000 + random(35_001));
    }

    function fillBook(uint256 sketchBytes) private {
        uint256 gifts = random(3);
        for (uint256 i = 0; i < gifts; ++i) {
            vm.prank(address(court));
            bonds.slash(
                bondOf(operatorAccount),
                uint64(1 + random(1e12)),
                0,
                Split(treasury, 0, model, operatorAccount, 10_000)
            );
        }
        uint256 batches = random(5);
        if (batches + gifts == 0) batches = 1;
        for (uint256 b = 0; b < batches; ++b) {
            PlainRecord[] memory records = drawRecords(1 + random(random(3) == 0 ? 12 : 3), sketchBytes);
            coverAll(model, records);
            recordAs(operatorAccount, model, namedChannels(), "", PlainBatch.encode(records));
        }
        for (uint256 b = 0; b < batches; ++b) {
            for (uint256 r = 0; r < recorded[b].gone.length; ++r) {
                if (random(5) == 0) takeOut(b, r, random(2) == 0);
            }
        }
    }

    /// @dev Lets the window pass; in half of all games units are struck before it ends, and one more when it has ended.
    function closeBook(PlainModel memory plain) private {
        if (random(2) == 0) {
            for (uint256 left = 1 + random(3); left != 0; --left) {
                strikeOne(plain, true);
                if (left > 1) pass(random(WINDOW / 4));
            }
        }
        pass(ledger.windowEndOf(book) - 1 - clock.time());
        if (random(4) == 0) strikeOne(plain, true);
        uint40 until = ledger.windowEndOf(book);
        pass(until - clock.time());
        if (random(4) == 0) strikeOne(plain, false);
        vm.assertEq(ledger.windowEndOf(book), until, "a strike after the window moves it no more");
        pass(random(100 days));
    }

    function strikeOne(PlainModel memory plain, bool isInTime) private {
        uint256 unit = random(plain.kept.length);
        vm.prank(address(random(2) == 0 ? address(court) : address(unitCourt)));
        models.strike(model, uint16(unit));
        if (isInTime) plain.isStruck[unit] = true;
    }

    function settleInPages(PlainModel memory plain) private {
        BookPage memory page = pageOf(book, plain, Stage.Summing, 0, 0, 0);
        settlement.settle(page);
        while (true) {
            (Stage stage, uint32 next, bytes32 progress) = settlement.progressOf(book);
            if (stage == Stage.Settled) break;
            vm.assertTrue(plain.dims != 0 || stage != Stage.Weighing);
            bool isFirst = stage == Stage.Summing && next == 0;
            if (!isFirst) vm.assertEq(progress, hashOf(progressOf(book, plain, stage, next)), "progress");
            // Anyone who sends a page of before, now or later, changes nothing.
            if (random(3) == 0) settlement.settle(page);
            if (random(6) == 0) refuseAhead(plain, stage, next);
            page = pageOf(book, plain, stage, next, random(4), uint32(random(plain.kept.length + 2)));
            settlement.settle(page);
        }
        settlement.settle(page);
    }

    function refuseAhead(PlainModel memory plain, Stage stage, uint32 next) private {
        BookPage memory ahead = pageOf(book, plain, stage, next, 0, 1);
        if (random(2) == 0) ahead.from += uint32(1 + random(3));
        else (ahead.stage, ahead.from) = (stage == Stage.Summing ? Stage.Weighing : Stage.Settled, 0);
        vm.expectRevert(
            abi.encodeWithSelector(
                ISettlement.Settlement_PageAhead.selector,
                book,
                ahead.stage,
                ahead.from,
                stage,
                next
            )
        );
        settlement.settle(ahead);
    }

    /// @dev That every account, and every joint unit, was credited its pay and nothing else.
    function expectPaid(Registration memory drawn, PlainPay memory pay) private view {
        uint256[] memory due = new uint256[](accounts.accountCount() + 1);
        for (uint16 u = 0; u < drawn.units.length; ++u) {
            PlannedUnit memory unit = drawn.units[u];
            vm.assertEq(earnings.receivedOf(model, u), unit.isJoint ? pay.unitsGwei[u] : 0, "joint unit");
            if (!unit.isJoint) due[AccountId.unwrap(drawn.trained[unit.first].contributor)] += pay.unitsGwei[u];
        }
        due[AccountId.unwrap(operatorAccount)] += pay.operatorGwei;
        due[AccountId.unwrap(ownerAccount)] += pay.ownerGwei;
        due[AccountId.unwrap(baseOwner)] += pay.royaltiesGwei[0];
        due[AccountId.unwrap(treasury)] += pay.treasuryGwei;
        for (uint32 i = 1; i < due.length; ++i) vm.assertEq(earnedBy(i) - earnedBefore[i - 1], due[i], "account");
    }

    function expectReleased(PlainPay memory pay) private view {
        vm.assertTrue(ledger.bookStateOf(book).isSettled);
        vm.assertEq(ledger.unsettledPoolOf(model), 0, "unsettled");
        vm.assertEq(bonds.bondStateOf(bondOf(operatorAccount)).exposedGwei, 0, "exposed");
        vm.assertEq(bonds.bondStateOf(bondOf(model)).settledGwei, pay.poolGwei, "settled");
    }

    /// @dev What is paid is what was charged, less what was voided, plus what was given.
    function expectWhole(PlainModel memory plain, PlainPay memory pay) private view {
        PlainBook memory held = plainBookOf(book, plain);
        uint256 paid = PlainBooks.sum(pay.unitsGwei) + pay.operatorGwei + pay.ownerGwei;
        paid += PlainBooks.sum(pay.royaltiesGwei) + pay.treasuryGwei;
        vm.assertEq(paid, held.units * plain.feeUnitGwei + held.givenGwei, "whole");
    }

    function earnedBy(uint32 account) private view returns (uint256 earnedGwei) {
        (earnedGwei, ) = earnings.earningsOf(AccountId.wrap(account));
    }
}
