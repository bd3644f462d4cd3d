// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEvaluations, Rating} from "../../contracts/interfaces/IEvaluations.sol";
import {AccountId, BatchId, bookOf, ModelId} from "../../contracts/types/Ids.sol";
import {RecordProof} from "../../contracts/types/Records.sol";
import {MarketBooks} from "./harness/MarketBooks.sol";
import {PlainRecord} from "./harness/PlainBatch.sol";

/// @notice One batch of three inferences, one by each payer, at 500, 700 and 1,100 fee units.
contract EvaluationsRatingsTest is MarketBooks {
    BatchId private constant BATCH = BatchId.wrap(1);
    uint64[3] private fees = [uint64(500) * FEE_UNIT, uint64(700) * FEE_UNIT, uint64(1_100) * FEE_UNIT];

    function setUp() public override {
        super.setUp();
        PlainRecord[] memory records = new PlainRecord[](3);
        for (uint256 i = 0; i < 3; ++i) records[i] = drawn(i, fees[i] / FEE_UNIT, i);
        recordAll(records);
    }

    function test_WhenItsPayerRates_ItIsToldAndCounted() public {
        vm.expectEmit(address(evaluations));
        emit IEvaluations.InferenceRated(1, ModelId.unwrap(model), AccountId.unwrap(payers[1]), 1, fees[1], 4);
        rate(1, 4);
        vm.assertEq(evaluations.starsOf(BATCH, 1), 4);
        expectRating(1, fees[1], 4 * fees[1]);
        (uint48 count, ) = evaluations.journal();
        vm.assertEq(count, 1);
    }

    function test_GivenAllOfABatch_WhenRated_EachWeighsWhatWasPaid() public {
        rate(0, 1);
        rate(1, 3);
        rate(2, 5);
        for (uint256 i = 0; i < 3; ++i) vm.assertEq(evaluations.starsOf(BATCH, i), 1 + 2 * i);
        vm.assertEq(evaluations.starsOf(BATCH, 3), 0);
        vm.assertEq(evaluations.starsOf(BatchId.wrap(2), 0), 0);
        expectRating(3, fees[0] + fees[1] + fees[2], fees[0] + 3 * fees[1] + 5 * fees[2]);
    }

    function test_GivenRatingsOfCheapRecords_TheyHardlyCount() public {
        rate(2, 1);
        uint256 stars = fees[2];
        uint256 paid = fees[2];
        for (uint256 i = 0; i < 10; ++i) {
            uint256 place = recordOne(0, 1, 100 + i);
            vm.prank(named(payerName(0)));
            evaluations.rate(proofOf(place, 0), 5);
            (stars, paid) = (stars + 5 * FEE_UNIT, paid + FEE_UNIT);
        }
        expectRating(11, paid, stars);
        vm.assertLe(stars * 100, 104 * paid, "the mean, in hundredths of a star");
    }

    function test_GivenARating_WhenRatedAgain_ItReverts() public {
        rate(0, 5);
        vm.expectRevert(abi.encodeWithSelector(IEvaluations.Evaluations_AlreadyRated.selector, BATCH, 0, 5));
        rate(0, 1);
        expectRating(1, fees[0], 5 * fees[0]);
    }

    function test_GivenNoneOrMoreThanFiveStars_WhenRated_ItReverts() public {
        vm.assertEq(evaluations.MAX_STARS(), 5);
        vm.expectRevert(abi.encodeWithSelector(IEvaluations.Evaluations_StarsOutOfRange.selector, 0, 5));
        rate(0, 0);
        vm.expectRevert(abi.encodeWithSelector(IEvaluations.Evaluations_StarsOutOfRange.selector, 6, 5));
        rate(0, 6);
    }

    function test_GivenAnyoneButItsPayer_WhenRated_ItReverts() public {
        RecordProof memory call = proofOf(0, 0);
        address payout = named(payerName(0));
        address[3] memory others = [operator, named(payerName(1)), named("stranger")];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IEvaluations.Evaluations_NotPayer.selector, payers[0], others[i], payout)
            );
            vm.prank(others[i]);
            evaluations.rate(call, 5);
        }
    }

    function test_GivenAnOperator_ItDoesNotRateWhatItServedItself() public {
        openOwnChannel(operatorAccount);
        expectOwnService(operatorAccount, operator);
    }

    /// @dev An address may hold several accounts.
    function test_GivenAnOperatorThatPaysFromAnotherOfItsAccounts_ItDoesNotRateItEither() public {
        AccountId second = openAccount("second self");
        openOwnChannel(second);
        vm.prank(named("second self"));
        accounts.proposePayout(second, operator);
        vm.prank(operator);
        accounts.acceptPayout(second);
        vm.prank(operator);
        accounts.actAs(operatorAccount);
        expectOwnService(second, operator);
    }

    function test_GivenAMovedPayout_OnlyTheNewAddressRates() public {
        address payout = named(payerName(0));
        address moved = named("moved");
        vm.prank(payout);
        accounts.proposePayout(payers[0], moved);
        vm.prank(moved);
        accounts.acceptPayout(payers[0]);

        vm.expectRevert(abi.encodeWithSelector(IEvaluations.Evaluations_NotPayer.selector, payers[0], payout, moved));
        rate(0, 5);
        RecordProof memory call = proofOf(0, 0);
        vm.prank(moved);
        evaluations.rate(call, 5);
        expectRating(1, fees[0], 5 * fees[0]);
    }

    function test_GivenAnythingThatWasNotRecorded_WhenRated_ItReverts() public {
        RecordProof memory call = proofOf(0, 0);
        call.record.feeUnits += 1;
        expectNotRecorded(call);
        call = proofOf(0, 0);
        call.record.payer = payers[1];
        expectNotRecorded(call);
        call = proofOf(0, 0);
        call.index = 1;
        expectNotRecorded(call);
        call = proofOf(0, 0);
        call.path[0] = keccak256("another way");
        expectNotRecorded(call);
        call = proofOf(0, 0);
        call.header.book = bookOf(base, operatorAccount, 1);
        expectNotRecorded(call);
        call = proofOf(0, 0);
        call.header.batch = BatchId.wrap(2);
        expectNotRecorded(call);
    }

    function test_GivenAVoidedRecord_WhenRated_ItReverts() public {
        takeOut(0, 0, false);
        expectNotRecorded(proofOf(0, 0));
        rate(1, 4);
        expectRating(1, fees[1], 4 * fees[1]);
    }

    function test_GivenARatingOfARecordVoidedOrSetAsideSince_WhenDropped_ItCountsNoMore() public {
        rate(0, 5);
        rate(1, 2);
        rate(2, 3);
        for (uint256 i = 0; i < 2; ++i) {
            takeOut(0, i, i == 1);
            RecordProof memory call = proofOf(0, i);
            vm.expectEmit(address(evaluations));
            emit IEvaluations.RatingDropped(
                1,
                ModelId.unwrap(model),
                AccountId.unwrap(payers[i]),
                uint32(i),
                fees[i],
                i == 0 ? 5 : 2
            );
            vm.prank(named("anyone"));
            evaluations.dropRating(call);
            vm.assertEq(evaluations.starsOf(BATCH, i), 0);
            vm.expectRevert(abi.encodeWithSelector(IEvaluations.Evaluations_NotRated.selector, BATCH, i));
            evaluations.dropRating(call);
        }
        vm.assertEq(evaluations.starsOf(BATCH, 2), 3);
        expectRating(1, fees[2], 3 * fees[2]);
    }

    function test_GivenAStandingRecord_WhenItsRatingIsDropped_ItReverts() public {
        rate(0, 5);
        RecordProof memory call = proofOf(0, 0);
        vm.expectRevert(abi.encodeWithSelector(IEvaluations.Evaluations_NotVoided.selector, BATCH, 0));
        evaluations.dropRating(call);
    }

    function test_GivenAVoidedRecordNobodyRated_WhenItsRatingIsDropped_ItReverts() public {
        rate(1, 5);
        takeOut(0, 0, false);
        RecordProof memory call = proofOf(0, 0);
        vm.expectRevert(abi.encodeWithSelector(IEvaluations.Evaluations_NotRated.selector, BATCH, 0));
        evaluations.dropRating(call);
        expectRating(1, fees[1], 5 * fees[1]);
    }

    function test_GivenAnotherRecord_WhenItsRatingIsDropped_ItReverts() public {
        rate(1, 5);
        takeOut(0, 0, false);
        // The record that stands, shown where the voided one was.
        RecordProof memory call = proofOf(0, 0);
        call.index = 1;
        vm.expectRevert(abi.encodeWithSelector(IEvaluations.Evaluations_NotVoided.selector, BATCH, 1));
        evaluations.dropRating(call);
    }

    function test_GivenMoreThanSixtyFourRecords_EachHasItsOwnStars() public {
        uint256 place = recordMany(130, 3, 9);
        uint256[4] memory indexes = [uint256(0), 63, 64, 129];
        for (uint256 i = 0; i < 4; ++i) {
            RecordProof memory call = proofOf(place, indexes[i]);
            vm.prank(named(payerName(indexes[i] % PAYERS)));
            evaluations.rate(call, uint8(1 + i));
        }
        for (uint256 i = 0; i < 130; ++i) {
            uint256 expected =
                i == 0
                    ? 1
                    : i == 63
                        ? 2
                        : i == 64
                            ? 3
                            : i == 129
                                ? 4
                                : 0;
            vm.assertEq(evaluations.starsOf(BatchId.wrap(2), i), expected);
        }
        expectRating(4, 12 * uint256(FEE_UNIT), 10 * 3 * uint256(FEE_UNIT));
    }

    function rate(uint256 index, uint8 stars) private {
        RecordProof memory call = proofOf(0, index);
        vm.prank(named(payerName(index)));
        evaluations.rate(call, stars);
    }

    /// @dev A channel of an account at the market's operator, charged once.
    function openOwnChannel(AccountId payer) private {
        payers[0] = payer;
        address holder = accounts.payoutOf(payer);
        token.transfer(holder, 10 * uint256(OPEN) * 1e9);
        vm.startPrank(holder);
        token.approve(address(earnings), type(uint256).max);
        channels.openChannel(operatorAccount, model, SALT, vm.addr(keyOf(payerName(0))), 10 * OPEN);
        vm.stopPrank();
        recordOne(0, 5, 9);
    }

    function expectOwnService(AccountId payer, address holder) private {
        RecordProof memory call = proofOf(1, 0);
        vm.assertTrue(call.record.payer == payer);
        vm.expectRevert(abi.encodeWithSelector(IEvaluations.Evaluations_OwnService.selector, payer));
        vm.prank(holder);
        evaluations.rate(call, 5);
    }

    function expectNotRecorded(RecordProof memory call) private {
        vm.expectRevert(
            abi.encodeWithSelector(IEvaluations.Evaluations_NotRecorded.selector, call.header.batch, call.index)
        );
        vm.prank(named(payerName(0)));
        evaluations.rate(call, 5);
    }

    function expectRating(uint256 count, uint256 feesGwei, uint256 starsGwei) private view {
        vm.assertEq(
            abi.encode(evaluations.ratingOf(model)),
            abi.encode(Rating(uint64(count), uint64(feesGwei), uint128(starsGwei)))
        );
    }
}
