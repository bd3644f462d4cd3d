// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedger, LedgerTerms} from "../../contracts/interfaces/ILedger.sol";
import {BatchShown, BookPage, ISettlement, Progress, Stage} from "../../contracts/interfaces/ISettlement.sol";
import {Settlement} from "../../contracts/Settlement.sol";
import {AccountId, BatchId, BookId, bondOf, bookOf} from "../../contracts/types/Ids.sol";
import {BatchHeader} from "../../contracts/types/Records.sol";
import {MarketBooks} from "./harness/MarketBooks.sol";
import {PlainModel, PlainPay} from "./harness/PlainBooks.sol";

contract SettlementTest is MarketBooks {
    uint96 private id;

    function setUp() public override {
        super.setUp();
        id = BookId.unwrap(book(1));
        recordMany(3, 100, 1);
        recordMany(4, 200, 2);
    }

    function test_WhenSettledInOnePage_EverybodyIsPaidAndItIsTold() public {
        PlainPay memory pay = plainPay(1);
        passWindow(1);
        vm.expectEmit(address(settlement));
        emit ISettlement.BatchesSummed(id, 0, 2);
        vm.expectEmit(address(settlement));
        emit ISettlement.UnitsWeighed(id, 0, packed(pay.weights, 0, CONTRIBUTORS, 16));
        vm.expectEmit(address(settlement));
        emit ISettlement.UnitsPaid(id, 0, packed(pay.unitsGwei, 0, CONTRIBUTORS, 8));
        vm.expectEmit(address(settlement));
        emit ISettlement.BookSettled(
            id,
            uint64(pay.operatorGwei),
            uint64(pay.ownerGwei),
            royaltiesOf(pay),
            uint64(pay.treasuryGwei),
            uint64(sumOfPay(pay))
        );
        vm.expectEmit(address(ledger));
        emit ILedger.BookReleased(id);
        vm.prank(named("anyone"));
        settleWhole(book(1), plainModel());

        expectPaid(pay);
        expectProgress(Stage.Settled, uint32(CONTRIBUTORS), 0);
        vm.assertTrue(state(1).isSettled);
        vm.assertEq(ledger.unsettledPoolOf(model), 0);
        vm.assertEq(bonds.requiredOf(bondOf(operatorAccount)), 0);
    }

    /// @dev Worked out by hand: fees of 1,100 million gwei; the operator's 15 %, the royalty's 3 %, the owner's 20 %, and 60 % for
    /// contributors.
    function test_SharesOfFeesAreThoseOfTheModelAndTheTreasurysIsWhatIsLeft() public {
        passWindow(1);
        settleWhole(book(1), plainModel());
        vm.assertEq(earnedBy(operatorAccount), 165_000_000);
        vm.assertEq(earnedBy(baseOwner), 33_000_000);
        vm.assertEq(earnedBy(modelOwner), 220_000_000);
        uint256 contributed = 0;
        for (uint256 u = 0; u < CONTRIBUTORS; ++u) contributed += earnedBy(contributors[u]);
        vm.assertEq(earnedBy(treasury), 1_100_000_000 - 418_000_000 - contributed);
        vm.assertTrue(contributed <= 660_000_000 && contributed > 660_000_000 - 3 * CONTRIBUTORS);
    }

    function test_WhenSettledPageByPage_EachPageIsToldAndHeldByItsHash() public {
        PlainPay memory pay = plainPay(1);
        PlainModel memory plain = plainModel();
        passWindow(1);

        vm.expectEmit(address(settlement));
        emit ISettlement.BatchesSummed(id, 0, 1);
        settlement.settle(pageOf(book(1), plain, Stage.Summing, 0, 1, 9));
        expectProgress(Stage.Summing, 1, progressHash(Stage.Summing, 1));

        // The last batch, and two units.
        vm.expectEmit(address(settlement));
        emit ISettlement.BatchesSummed(id, 1, 2);
        vm.expectEmit(address(settlement));
        emit ISettlement.UnitsWeighed(id, 0, packed(pay.weights, 0, 2, 16));
        settlement.settle(pageOf(book(1), plain, Stage.Summing, 1, 9, 2));
        expectProgress(Stage.Weighing, 2, progressHash(Stage.Weighing, 2));

        // All other units weighed, and the first four paid.
        vm.expectEmit(address(settlement));
        emit ISettlement.UnitsWeighed(id, 2, packed(pay.weights, 2, CONTRIBUTORS, 16));
        vm.expectEmit(address(settlement));
        emit ISettlement.UnitsPaid(id, 0, packed(pay.unitsGwei, 0, 4, 8));
        settlement.settle(pageOf(book(1), plain, Stage.Weighing, 2, 0, 4));
        expectProgress(Stage.Paying, 4, progressHash(Stage.Paying, 4));

        settlement.settle(pageOf(book(1), plain, Stage.Paying, 4, 0, 1));
        expectProgress(Stage.Paying, 5, progressHash(Stage.Paying, 5));
        for (uint256 u = 0; u < CONTRIBUTORS; ++u) {
            vm.assertEq(earnedBy(contributors[u]), u < 5 ? pay.unitsGwei[u] : 0);
        }
        vm.assertEq(earnedBy(operatorAccount), 0, "the others are paid with the last unit");
        vm.assertFalse(state(1).isSettled);
        settlement.settle(pageOf(book(1), plain, Stage.Paying, 5, 0, 1));
        expectPaid(pay);
        expectProgress(Stage.Settled, uint32(CONTRIBUTORS), 0);
    }

    function test_UntilTheWindowEnds_ItReverts() public {
        uint40 end = ledger.windowEndOf(book(1));
        pass(end - 1 - clock.time());
        PlainModel memory plain = plainModel();
        BookPage memory page = pageOf(book(1), plain, Stage.Summing, 0, 9, 9);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_WindowOpen.selector, book(1), end, end - 1));
        settlement.settle(page);
        clock.pause();
        pass(10 days);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_WindowOpen.selector, book(1), end, end - 1));
        settlement.settle(page);
        clock.resume();
        pass(1);
        settlement.settle(page);
        vm.assertTrue(state(1).isSettled);
    }

    /// @dev Claims and settlement go on while recording is paused.
    function test_WhilePaused_WhatIsDueIsSettledAndClaimed() public {
        passWindow(1);
        clock.pause();
        settleWhole(book(1), plainModel());
        earnings.claim(operatorAccount);
        vm.assertEq(token.balanceOf(operator), 165_000_000e9);
    }

    function test_GivenAPageThatWasDone_ItIsPassedOver() public {
        PlainModel memory plain = plainModel();
        passWindow(1);
        BookPage memory first = pageOf(book(1), plain, Stage.Summing, 0, 1, 0);
        settlement.settle(first);
        expectNothing(first);
        BookPage memory second = pageOf(book(1), plain, Stage.Summing, 1, 1, 3);
        settlement.settle(second);
        expectNothing(first);
        expectNothing(second);
        // Pages made for another way of paging: what they begin with is done.
        expectNothing(pageOf(book(1), plain, Stage.Weighing, 1, 0, 9));
        settlement.settle(pageOf(book(1), plain, Stage.Weighing, 3, 0, 9));
        expectNothing(first);
        expectNothing(pageOf(book(1), plain, Stage.Paying, 0, 0, 9));
        expectNothing(pageOf(book(1), plain, Stage.Settled, 0, 0, 0));
        BookPage memory any;
        any.book = book(1);
        expectNothing(any);
    }

    function test_GivenAPageAhead_ItReverts() public {
        PlainModel memory plain = plainModel();
        passWindow(1);
        expectAhead(Stage.Summing, 1, Stage.Summing, 0);
        expectAhead(Stage.Weighing, 0, Stage.Summing, 0);
        settlement.settle(pageOf(book(1), plain, Stage.Summing, 0, 2, 2));
        expectAhead(Stage.Weighing, 3, Stage.Weighing, 2);
        expectAhead(Stage.Paying, 0, Stage.Weighing, 2);
        settlement.settle(pageOf(book(1), plain, Stage.Weighing, 2, 0, 4));
        expectAhead(Stage.Paying, 5, Stage.Paying, 4);
        expectAhead(Stage.Settled, 0, Stage.Paying, 4);
        settlement.settle(pageOf(book(1), plain, Stage.Paying, 4, 0, 9));
        expectAhead(Stage.Settled, 7, Stage.Settled, uint32(CONTRIBUTORS));
    }

    function test_GivenOtherProgress_ItReverts() public {
        PlainModel memory plain = plainModel();
        passWindow(1);
        settlement.settle(pageOf(book(1), plain, Stage.Summing, 0, 1, 0));
        BookPage memory page = pageOf(book(1), plain, Stage.Summing, 1, 1, 9);
        page.progress.units += 1;
        expectOtherProgress(page);
        page = pageOf(book(1), plain, Stage.Summing, 1, 1, 9);
        page.progress.totals[7] = bytes1(uint8(page.progress.totals[7]) ^ 1);
        expectOtherProgress(page);
        settlement.settle(pageOf(book(1), plain, Stage.Summing, 1, 1, 3));
        page = pageOf(book(1), plain, Stage.Weighing, 3, 0, 9);
        page.progress.net += 1;
        expectOtherProgress(page);
        settlement.settle(pageOf(book(1), plain, Stage.Weighing, 3, 0, 3));
        page = pageOf(book(1), plain, Stage.Paying, 3, 0, 9);
        page.progress.paidGwei -= 1;
        expectOtherProgress(page);
        settlement.settle(pageOf(book(1), plain, Stage.Paying, 3, 0, 9));
        expectPaid(plainPay(1));
    }

    function test_GivenOtherProgressOnTheFirstPage_ItCountsForNothing() public {
        passWindow(1);
        BookPage memory page = pageOf(book(1), plainModel(), Stage.Summing, 0, 9, 9);
        page.progress = Progress({units: 5, totals: hex"1234", net: 9, paidGwei: 7});
        settlement.settle(page);
        expectPaid(plainPay(1));
    }

    /// @dev Anyone who sends first pages that show nothing, as often as they like, is in nobody's way.
    function test_GivenEmptyFirstPagesOfAGriefer_TheSettlementGoesOn() public {
        PlainModel memory plain = plainModel();
        passWindow(1);
        BookPage memory whole = pageOf(book(1), plain, Stage.Summing, 0, 9, 9);
        BookPage memory empty = pageOf(book(1), plain, Stage.Summing, 0, 0, 0);
        empty.progress.totals = hex"ff";
        for (uint256 i = 0; i < 3; ++i) settlement.settle(empty);
        settlement.settle(whole);
        expectPaid(plainPay(1));
    }

    /// @dev A page in part, of whatever stage, moves the settlement on, so that the next one is due from there.
    function test_GivenPagesInPartOfAGriefer_TheRestIsSettledFromThere() public {
        PlainModel memory plain = plainModel();
        passWindow(1);
        settlement.settle(pageOf(book(1), plain, Stage.Summing, 0, 1, 0));
        settlement.settle(pageOf(book(1), plain, Stage.Summing, 1, 0, 0));
        settlement.settle(pageOf(book(1), plain, Stage.Summing, 1, 1, 0));
        settlement.settle(pageOf(book(1), plain, Stage.Weighing, 0, 0, 0));
        settlement.settle(pageOf(book(1), plain, Stage.Weighing, 0, 0, 1));
        settlement.settle(pageOf(book(1), plain, Stage.Weighing, 1, 0, 5));
        vm.assertEq(earnedBy(contributors[5]), 0);
        expectProgress(Stage.Paying, 5, progressHash(Stage.Paying, 5));
        settlement.settle(pageOf(book(1), plain, Stage.Paying, 5, 0, type(uint32).max));
        expectPaid(plainPay(1));
    }

    function test_GivenMoreBatchesThanThereAre_TheRestIsIgnored() public {
        passWindow(1);
        BookPage memory page = pageOf(book(1), plainModel(), Stage.Summing, 0, 9, 9);
        BatchShown[] memory more = new BatchShown[](4);
        for (uint256 i = 0; i < 4; ++i) more[i] = page.batches[i % 2];
        page.batches = more;
        settlement.settle(page);
        expectPaid(plainPay(1));
    }

    function test_GivenOtherBatches_ItReverts() public {
        passWindow(1);
        uint256 later = recordMany(1, 5, 3);
        PlainModel memory plain = plainModel();
        BookPage memory page = pageOf(book(1), plain, Stage.Summing, 0, 9, 9);
        BatchShown memory first = page.batches[0];
        page.batches[0] = page.batches[1];
        expectOtherBatch(page, 0, page.batches[0].header);
        page.batches[0] = first;
        page.batches[1] = first;
        expectOtherBatch(page, 1, first.header);
        // Of the next book, with a number that would fit.
        page.batches[0] = shownOf(later);
        expectOtherBatch(page, 0, page.batches[0].header);

        BatchHeader memory header = first.header;
        page.batches[0] = BatchShown(header, first.sum);
        header.units += 1;
        expectOtherBatch(page, 0, header);
        header.units -= 1;
        header.batch = BatchId.wrap(99);
        expectOtherBatch(page, 0, header);
        header.batch = recorded[1].header.batch;
        expectOtherBatch(page, 0, header);
    }

    function test_GivenABatchAsItWasBeforeAVoid_ItReverts() public {
        BatchShown memory stale = shownOf(0);
        takeOut(0, 1, false);
        PlainPay memory pay = plainPay(1);
        passWindow(1);
        BookPage memory page = pageOf(book(1), plainModel(), Stage.Summing, 0, 9, 9);
        BatchShown memory present = page.batches[0];
        page.batches[0] = stale;
        expectOtherBatch(page, 0, stale.header);
        page.batches[0] = present;
        settlement.settle(page);
        expectPaid(pay);
    }

    function test_GivenAnotherSum_ItReverts() public {
        passWindow(1);
        BookPage memory page = pageOf(book(1), plainModel(), Stage.Summing, 0, 9, 9);
        bytes memory sum = page.batches[1].sum;
        sum[3] = bytes1(uint8(sum[3]) ^ 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                ISettlement.Settlement_SumDiffers.selector,
                keccak256(sum),
                page.batches[1].header.sumHash
            )
        );
        settlement.settle(page);
    }

    function test_GivenAnUnknownBook_ItReverts() public {
        BookPage memory page;
        page.book = bookOf(model, operatorAccount, 9);
        vm.expectRevert(abi.encodeWithSelector(ILedger.Ledger_UnknownBook.selector, page.book));
        settlement.settle(page);
    }

    /// @dev B4: an unsettled book holds up no other.
    function test_BooksAreSettledInAnyOrder() public {
        pass(28 days);
        recordMany(3, 700, 5);
        PlainPay memory first = plainPay(1);
        PlainPay memory second = plainPay(2);
        passWindow(2);
        settleWhole(book(2), plainModel());
        expectPaid(second);
        settleWhole(book(1), plainModel());
        AccountId[] memory list = earners();
        uint256[] memory a = sharesOf(first);
        uint256[] memory b = sharesOf(second);
        for (uint256 i = 0; i < list.length; ++i) vm.assertEq(earnedBy(list[i]), a[i] + b[i]);
    }

    function test_GivenATreasuryShareSetLater_ABookPaysTheOneItWasOpenedWith() public {
        LedgerTerms memory terms = ledgerTerms();
        terms.treasuryBps = 1_000;
        ledger.setTerms(terms);
        recordMany(2, 50, 6);
        passWindow(1);
        settleWhole(book(1), plainModel());
        vm.assertEq(earnedBy(modelOwner), (1_200 * uint256(FEE_UNIT) * 2_000) / 10_000);
        pass(1);
        recordMany(2, 50, 7);
        vm.assertEq(state(2).treasuryBps, 1_000);
        PlainPay memory pay = plainPay(2);
        vm.assertEq(pay.ownerGwei, (100 * uint256(FEE_UNIT) * 1_200) / 10_000);
    }

    function test_GivenOnlyAGift_ItGoesWholeToContributorsByFixedWeights() public {
        pass(28 days);
        vm.prank(address(court));
        bonds.slash(bondOf(operatorAccount), 1_000_000, 0, toContributors());
        PlainPay memory pay = plainPay(2);
        vm.assertEq(pay.poolGwei + pay.operatorGwei + pay.ownerGwei, 0);
        passWindow(2);
        settlement.settle(pageOf(book(2), plainModel(), Stage.Summing, 0, 0, 9));
        expectPaid(pay);
        (uint256 total, uint256[] memory weights) = weightsOf(plainModel());
        for (uint256 u = 0; u < CONTRIBUTORS; ++u) {
            vm.assertEq(earnedBy(contributors[u]), (1_000_000 * weights[u]) / total);
        }
    }

    function test_GivenABookOfWhichEverythingWasVoided_NobodyIsPaid() public {
        for (uint256 i = 0; i < 3; ++i) takeOut(0, i, false);
        for (uint256 i = 0; i < 4; ++i) takeOut(1, i, true);
        passWindow(1);
        settleWhole(book(1), plainModel());
        AccountId[] memory list = earners();
        for (uint256 i = 0; i < list.length; ++i) vm.assertEq(earnedBy(list[i]), 0);
        vm.assertTrue(state(1).isSettled);
    }

    function test_GivenAStruckUnit_TheOthersShareWhatItWouldHaveHad() public {
        PlainModel memory plain = plainModel();
        vm.prank(address(unitCourt));
        models.strike(model, 2);
        plain.isStruck[2] = true;
        passWindow(1);
        settleWhole(book(1), plain);
        vm.assertEq(earnedBy(contributors[2]), 0);
        uint256 contributed = 0;
        for (uint256 u = 0; u < CONTRIBUTORS; ++u) contributed += earnedBy(contributors[u]);
        vm.assertTrue(contributed <= 660_000_000 && contributed > 660_000_000 - 3 * CONTRIBUTORS);
    }

    function test_GivenNoUnitLeft_ThePoolAndGiftsAreTheTreasurys() public {
        PlainModel memory plain = plainModel();
        vm.prank(address(court));
        bonds.slash(bondOf(operatorAccount), 5_000, 0, toContributors());
        for (uint16 u = 0; u < CONTRIBUTORS; ++u) {
            vm.prank(address(unitCourt));
            models.strike(model, u);
            plain.isStruck[u] = true;
        }
        passWindow(1);
        settleWhole(book(1), plain);
        for (uint256 u = 0; u < CONTRIBUTORS; ++u) vm.assertEq(earnedBy(contributors[u]), 0);
        vm.assertEq(earnedBy(treasury), 1_100_000_000 - 418_000_000 + 5_000);
    }

    function test_GivenNobodysTreasury_ItCannotBeDeployed() public {
        AccountId none = AccountId.wrap(accounts.accountCount() + 1);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_UnknownTreasury.selector, none));
        new Settlement(ledger, none);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_UnknownTreasury.selector, 0));
        new Settlement(ledger, AccountId.wrap(0));
    }

    function expectPaid(PlainPay memory pay) private view {
        AccountId[] memory list = earners();
        uint256[] memory shares = sharesOf(pay);
        for (uint256 i = 0; i < list.length; ++i) vm.assertEq(earnedBy(list[i]), shares[i], "pay");
    }

    function expectProgress(Stage stage, uint32 next, bytes32 progress) private view {
        (Stage stage_, uint32 next_, bytes32 progress_) = settlement.progressOf(book(1));
        vm.assertEq(uint256(stage_), uint256(stage), "stage");
        vm.assertEq(next_, next, "next");
        vm.assertEq(progress_, progress);
    }

    function progressHash(Stage stage, uint32 next) private view returns (bytes32) {
        return hashOf(progressOf(book(1), plainModel(), stage, next));
    }

    function expectNothing(BookPage memory page) private {
        (uint48 before, ) = settlement.journal();
        (Stage stage, uint32 next, bytes32 progress) = settlement.progressOf(book(1));
        settlement.settle(page);
        (uint48 count, ) = settlement.journal();
        vm.assertEq(count, before, "told");
        expectProgress(stage, next, progress);
    }

    function expectAhead(Stage stage, uint32 from, Stage reached, uint32 next) private {
        BookPage memory page;
        (page.book, page.stage, page.from) = (book(1), stage, from);
        vm.expectRevert(
            abi.encodeWithSelector(ISettlement.Settlement_PageAhead.selector, book(1), stage, from, reached, next)
        );
        settlement.settle(page);
    }

    function expectOtherProgress(BookPage memory page) private {
        vm.expectRevert(
            abi.encodeWithSelector(
                ISettlement.Settlement_OtherProgress.selector,
                book(1),
                hashOf(page.progress),
                progressHash(page.stage, page.from)
            )
        );
        settlement.settle(page);
    }

    function expectOtherBatch(BookPage memory page, uint32 number, BatchHeader memory shown) private {
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_OtherBatch.selector, book(1), number, shown));
        settlement.settle(page);
    }

    /// @dev Numbers of so many bytes each, from one to before another.
    function packed(
        uint256[] memory values,
        uint256 from,
        uint256 end,
        uint256 size
    ) private pure returns (bytes memory data) {
        for (uint256 i = from; i < end; ++i) {
            data = size == 16 ? abi.encodePacked(data, uint128(values[i])) : abi.encodePacked(data, uint64(values[i]));
        }
    }

    function royaltiesOf(PlainPay memory pay) private pure returns (uint64[] memory royalties) {
        royalties = new uint64[](pay.royaltiesGwei.length);
        for (uint256 i = 0; i < royalties.length; ++i) royalties[i] = uint64(pay.royaltiesGwei[i]);
    }

    function sumOfPay(PlainPay memory pay) private pure returns (uint256 sum) {
        for (uint256 u = 0; u < CONTRIBUTORS; ++u) sum += pay.unitsGwei[u];
    }

    function weightsOf(PlainModel memory plain) private pure returns (uint256 total, uint256[] memory weights) {
        weights = plain.fixedWeights;
        for (uint256 u = 0; u < weights.length; ++u) total += weights[u];
    }
}
