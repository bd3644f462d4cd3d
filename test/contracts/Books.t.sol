// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BondRule, IBonds} from "../../contracts/interfaces/IBonds.sol";
import {ChannelKey} from "../../contracts/interfaces/IChannels.sol";
import {Book, ILedger, LedgerTerms} from "../../contracts/interfaces/ILedger.sol";
import {AccountId, BookId, bondOf, bookOf, ModelId} from "../../contracts/types/Ids.sol";
import {RecordProof} from "../../contracts/types/Records.sol";
import {MarketBooks} from "./harness/MarketBooks.sol";
import {PlainBatch} from "./harness/PlainBatch.sol";
import {PlainPay} from "./harness/PlainBooks.sol";

/// @notice Which book takes what, when it closes, and how long its records can be voided.
contract BooksTest is MarketBooks {
    /// @dev Fees of `minBook`.
    uint256 private constant ENOUGH = OPEN / FEE_UNIT;

    uint40 private openedAt;

    function setUp() public override {
        super.setUp();
        // Some time after an epoch began.
        pass(EPOCH + 5 hours - (clock.time() % EPOCH));
        openedAt = clock.time();
    }

    function test_GivenTooLittle_ABookClosesAfter28Days() public {
        recordOne(0, ENOUGH - 1, 1);
        vm.assertEq(state(1).closesAt, openedAt + 28 days);
        pass(28 days - 1);
        vm.assertEq(BookId.unwrap(bookOfNext()), BookId.unwrap(book(1)));
        vm.assertEq(state(1).closesAt, openedAt + 28 days, "its epoch ends later");
        pass(1);
        vm.assertEq(BookId.unwrap(bookOfNext()), BookId.unwrap(book(2)));
        vm.assertEq(state(2).openedAt, openedAt + 28 days);
    }

    function test_WhenFeesReachTheLeast_ABookClosesWithItsEpoch() public {
        recordOne(0, ENOUGH - 1, 1);
        pass(3 days);
        uint40 closesAt = openedAt + 3 days + 19 hours;
        vm.expectEmit(address(ledger));
        emit ILedger.BookClosing(BookId.unwrap(book(1)), closesAt);
        recordCovered(1);
        vm.assertEq(state(1).closesAt, closesAt);
        pass(19 hours - 1);
        vm.assertEq(BookId.unwrap(bookOfNext()), BookId.unwrap(book(1)));
        pass(1);
        vm.assertEq(BookId.unwrap(bookOfNext()), BookId.unwrap(book(2)));
    }

    function test_GivenABookThatIsClosing_MoreRecordsAndVoidsLeaveItsEnd() public {
        uint256 place = recordOne(0, ENOUGH, 1);
        uint40 closesAt = openedAt + 19 hours;
        vm.assertEq(state(1).closesAt, closesAt);
        takeOut(place, 0, false);
        recordOne(0, 1, 2);
        vm.assertEq(state(1).closesAt, closesAt);
        vm.assertEq(state(1).units, 1);
    }

    function test_GivenVoidedFees_TheyDoNotCountTowardsTheLeast() public {
        uint256 place = recordOne(0, ENOUGH - 1, 1);
        takeOut(place, 0, false);
        recordOne(0, ENOUGH - 1, 2);
        vm.assertEq(state(1).closesAt, openedAt + 28 days);
        recordOne(0, 1, 3);
        vm.assertEq(state(1).closesAt, openedAt + 19 hours);
    }

    function test_GivenNoLeast_ABookClosesWithItsFirstEpoch() public {
        LedgerTerms memory terms = ledgerTerms();
        terms.minBookGwei = 0;
        ledger.setTerms(terms);
        recordOne(0, 1, 1);
        vm.assertEq(state(1).closesAt, openedAt + 19 hours);
    }

    function test_GivenABookThatClosesBeforeItsEpoch_ItStaysSo() public {
        LedgerTerms memory terms = ledgerTerms();
        terms.epochSeconds = 2 days;
        ledger.setTerms(terms);
        recordOne(0, 1, 1);
        pass(28 days - 1);
        recordOne(0, ENOUGH, 2);
        vm.assertEq(state(1).closesAt, openedAt + 28 days);
    }

    function test_GivenEpochsLongerThan28Days_ABookLastsAnEpochAtMost() public {
        setNoticeOfBonds(60 days);
        LedgerTerms memory terms = ledgerTerms();
        terms.epochSeconds = 30 days;
        ledger.setTerms(terms);
        recordOne(0, 1, 1);
        vm.assertEq(state(1).closesAt, openedAt + 30 days);
    }

    function test_WhenTermsChange_AnOpenBookKeepsItsOwn() public {
        recordOne(0, 1, 1);
        Book memory before = state(1);
        setNoticeOfBonds(60 days);
        LedgerTerms memory terms = LedgerTerms({
            epochSeconds: 1 hours,
            windowSeconds: 14 days,
            minBookGwei: 1,
            treasuryBps: 1_000
        });
        ledger.setTerms(terms);
        recordOne(0, 1, 2);
        (before.batches, before.units) = (2, 2);
        before.coverGwei *= 2;
        vm.assertEq(abi.encode(state(1)), abi.encode(before));
        // It still closes by its own epoch.
        recordOne(0, ENOUGH, 3);
        vm.assertEq(state(1).closesAt, openedAt + 19 hours);
        pass(19 hours);
        recordOne(0, 1, 4);
        Book memory next = state(2);
        vm.assertEq(next.closesAt, (clock.time() / 1 hours + 1) * 1 hours);
        vm.assertEq(next.windowSeconds, 14 days);
        vm.assertEq(next.treasuryBps, 1_000);
    }

    function test_WhilePaused_NoEpochAndNoWindowRuns() public {
        uint256 place = recordMany(2, ENOUGH, 1);
        pass(19 hours - 1);
        clock.pause();
        // The pause ends by itself, and the book's last second runs.
        pass(14 days);
        vm.assertEq(BookId.unwrap(bookOfNext()), BookId.unwrap(book(1)));
        pass(1);
        vm.assertEq(BookId.unwrap(bookOfNext()), BookId.unwrap(book(2)));
        pass(WINDOW - 1);
        takeOut(place, 0, false);
        pass(1);
        uint40 end = openedAt + 19 hours + WINDOW;
        RecordProof memory proof = proofOf(place, 1);
        bytes memory sum = sumOf(place);
        vm.expectRevert(abi.encodeWithSelector(ILedger.Ledger_WindowOver.selector, book(1), end, end));
        vm.prank(address(court));
        ledger.voidRecord(proof, sum);
    }

    function test_EveryOperatorAndModelHasBooksOfItsOwn() public {
        AccountId rival = openAccount("rival");
        vm.prank(named("model owner"));
        models.setOperator(model, rival, true);
        vm.prank(named("rival"));
        court.setReceiptKey(named("key"));
        bondUp(bondOf(rival), BOND);
        recordOne(0, 10, 1);
        giveTo(model, rival, 5);
        giveTo(model, operatorAccount, 7);
        vm.assertEq(state(1).units, 10);
        vm.assertEq(state(1).givenGwei, 7);
        Book memory theirs = ledger.bookStateOf(bookOf(model, rival, 1));
        vm.assertEq(theirs.units, 0);
        vm.assertEq(theirs.givenGwei, 5);
    }

    function test_WhenSomethingIsGiven_ItOpensABookIfNeedBe() public {
        vm.expectEmit(address(ledger));
        emit ILedger.BookOpened(BookId.unwrap(book(1)), openedAt + 28 days, WINDOW, EPOCH, OPEN, TREASURY_BPS);
        vm.expectEmit(address(ledger));
        emit ILedger.GivenToBook(BookId.unwrap(book(1)), 7);
        giveTo(model, operatorAccount, 7);
        vm.assertEq(
            abi.encode(state(1)),
            abi.encode(Book(openedAt, openedAt + 28 days, WINDOW, EPOCH, OPEN, TREASURY_BPS, 0, 0, 7, 0, false, false))
        );
        recordOne(0, 3, 1);
        vm.assertEq(state(1).batches, 1);
        vm.assertEq(state(1).givenGwei, 7);
        vm.assertEq(ledger.bookCountOf(model, operatorAccount), 1);
    }

    /// @dev A gift asks nothing of any bond, so the first batch does, though the book is open.
    function test_GivenABookThatAGiftOpened_ItsFirstBatchStillNeedsTheModelsBond() public {
        giveTo(model, operatorAccount, 7);
        vm.startPrank(named("model owner"));
        bonds.requestWithdrawal(bondOf(model), BOND);
        pass(4 days);
        bonds.withdraw(bondOf(model));
        vm.stopPrank();
        cover(0, 1);
        bytes memory names = namedChannels();
        bytes memory encoded = PlainBatch.encode(drawn(0, 1, 1));
        vm.expectRevert(
            abi.encodeWithSelector(IBonds.Bonds_TooSmall.selector, bondOf(model), uint64(0), uint256(MINIMUM_BOND))
        );
        vm.prank(operator);
        ledger.recordBatch(model, names, "", encoded);
    }

    function test_GivenAStrike_OpenBooksCloseThenAndThereAreNoMore() public {
        recordOne(0, 10, 1);
        pass(2 days);
        uint40 struckAt = clock.time();
        vm.prank(address(unitCourt));
        models.strike(model, 3);
        vm.assertEq(state(1).closesAt, struckAt);
        vm.assertEq(ledger.windowEndOf(book(1)), struckAt + WINDOW);
        pass(WINDOW - 1);
        giveTo(model, operatorAccount, 5);
        vm.assertEq(state(1).givenGwei, 0, "what is given later goes to the next book");
        vm.assertEq(state(2).givenGwei, 5);
        vm.assertEq(state(2).openedAt, clock.time());
        vm.assertEq(state(2).closesAt, clock.time());
        vm.assertEq(ledger.windowEndOf(book(2)), clock.time() + WINDOW);
        giveTo(model, operatorAccount, 6);
        vm.assertEq(state(3).givenGwei, 6);
    }

    function test_GivenABookThatClosedBeforeTheStrike_ItsWindowStays() public {
        recordOne(0, ENOUGH, 1);
        pass(1 days);
        vm.prank(address(unitCourt));
        models.strike(model, 3);
        vm.assertEq(state(1).closesAt, openedAt + 19 hours);
        vm.assertEq(ledger.windowEndOf(book(1)), openedAt + 19 hours + WINDOW);
    }

    /// @dev A later strike, of another unit, closes nothing again.
    function test_GivenASecondStrike_BooksClosedAtTheFirst() public {
        recordOne(0, 10, 1);
        uint40 struckAt = clock.time();
        vm.startPrank(address(unitCourt));
        models.strike(model, 3);
        pass(1 days);
        models.strike(model, 4);
        vm.stopPrank();
        vm.assertEq(state(1).closesAt, struckAt);
    }

    function test_WhatOneOperatorRecordsMovesNothingOfAnothersBook() public {
        AccountId rival = openAccount("rival");
        vm.prank(named("model owner"));
        models.setOperator(model, rival, true);
        vm.prank(named("rival"));
        court.setReceiptKey(named("key"));
        bondUp(bondOf(rival), BOND);
        recordMany(5, 1_000, 1);
        PlainPay memory alone = plainPay(1);

        // The same payers at the rival, all for one direction.
        vm.prank(named(payerName(0)));
        channels.openChannel(rival, model, SALT, vm.addr(keyOf(payerName(0))), DEPOSIT);
        vm.prank(named("rival"));
        ledger.recordBatch(
            model,
            abi.encodePacked(payers[0], SALT),
            rivalsVoucher(rival),
            abi.encodePacked(uint8(0), uint16(65_535), keccak256("one"), type(uint64).max)
        );
        passWindow(1);
        settleWhole(book(1), plainModel());
        AccountId[] memory list = earners();
        uint256[] memory shares = sharesOf(alone);
        for (uint256 i = 0; i < list.length; ++i) vm.assertEq(earnedBy(list[i]), shares[i]);
    }

    function test_GivenAnUnknownBook_AskingReverts() public {
        BookId unknown = bookOf(model, operatorAccount, 1);
        bytes memory refusal = abi.encodeWithSelector(ILedger.Ledger_UnknownBook.selector, unknown);
        vm.expectRevert(refusal);
        ledger.bookStateOf(unknown);
        vm.expectRevert(refusal);
        ledger.windowEndOf(unknown);
    }

    function test_GivenAnyoneElse_GivingAndReleasingRevert() public {
        bytes memory refusal = abi.encodeWithSelector(ILedger.Ledger_NotAppointed.selector, address(this));
        vm.expectRevert(refusal);
        ledger.give(model, operatorAccount, 1);
        vm.expectRevert(refusal);
        ledger.release(book(1), 1);
    }

    function giveTo(ModelId to, AccountId by, uint64 amountGwei) private {
        vm.prank(address(bonds));
        ledger.give(to, by, amountGwei);
    }

    /// @dev Into which book the next batch goes.
    function bookOfNext() private returns (BookId) {
        uint256 place = recordOne(1, 1, recorded.length);
        return recorded[place].header.book;
    }

    /// @dev Records a call of the first payer in one call, since an event is expected of it.
    function recordCovered(uint256 units) private {
        vm.prank(operator);
        ledger.recordBatch(
            model,
            abi.encodePacked(payers[0], SALT),
            voucherOf(0, 0, 65_535),
            PlainBatch.encode(drawn(0, units, 99))
        );
    }

    function rivalsVoucher(AccountId rival) private view returns (bytes memory) {
        ChannelKey memory key = ChannelKey(payers[0], rival, model, SALT);
        return voucherBytes(0, key, keyOf(payerName(0)), uint128(65_535 * uint256(FEE_UNIT) * 1e9));
    }

    function setNoticeOfBonds(uint32 noticeSeconds) private {
        BondRule memory rule = bondRule();
        rule.noticeSeconds = noticeSeconds;
        bonds.setRule(rule);
    }
}
