// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {Evaluations} from "../../contracts/Evaluations.sol";
import {IEvaluations, Rating} from "../../contracts/interfaces/IEvaluations.sol";
import {AccountId, BatchId, bondOf, ModelId} from "../../contracts/types/Ids.sol";
import {BatchHeader, RecordProof} from "../../contracts/types/Records.sol";
import {Market} from "./harness/Market.sol";

/// @notice One batch of three inferences, one by each payer.
contract EvaluationsRatingsTest is Market {
    uint64 private constant FEE = 1_000;
    BatchId private constant BATCH = BatchId.wrap(1);

    Evaluations private evaluations;
    RecordProof[3] private calls;

    function setUp() public override {
        super.setUp();
        evaluations = new Evaluations(ledger);
        record(abi.encodePacked(recordFor(0, FEE, 0), recordFor(1, FEE + 1, 1), recordFor(2, FEE + 2, 2)));
        bytes32[3] memory leaves;
        for (uint256 i = 0; i < 3; ++i) {
            bytes memory recorded = recordFor(i, FEE + uint64(i), i);
            leaves[i] = keccak256(abi.encodePacked(i, keccak256(recorded)));
            calls[i].record = recorded;
            calls[i].index = i;
        }
        bytes32 pair = Hashes.commutativeKeccak256(leaves[0], leaves[1]);
        BatchHeader memory header = BatchHeader({
            batch: BATCH,
            model: model,
            operator: operatorAccount,
            epoch: ledger.currentEpoch(),
            count: 3,
            treasuryBps: TREASURY_BPS,
            root: Hashes.commutativeKeccak256(pair, leaves[2])
        });
        for (uint256 i = 0; i < 3; ++i) calls[i].header = header;
        (calls[0].path, calls[1].path) = (new bytes32[](2), new bytes32[](2));
        (calls[0].path[0], calls[0].path[1]) = (leaves[1], leaves[2]);
        (calls[1].path[0], calls[1].path[1]) = (leaves[0], leaves[2]);
        calls[2].path = new bytes32[](1);
        calls[2].path[0] = pair;
    }

    function test_WhenItsPayerRates_ItIsToldAndCounted() public {
        vm.expectEmit(address(evaluations));
        emit IEvaluations.InferenceRated(1, ModelId.unwrap(model), AccountId.unwrap(payers[1]), 1, FEE + 1, 4);
        rate(1, 4);

        vm.assertEq(evaluations.starsOf(BATCH, 1), 4);
        expectRating(1, 4);
        (uint48 count, ) = evaluations.journal();
        vm.assertEq(count, 1);
    }

    function test_GivenAllOfABatch_WhenRated_EachCountsForItself() public {
        rate(0, 1);
        rate(1, 3);
        rate(2, 5);
        vm.assertEq(evaluations.starsOf(BATCH, 0), 1);
        vm.assertEq(evaluations.starsOf(BATCH, 1), 3);
        vm.assertEq(evaluations.starsOf(BATCH, 2), 5);
        vm.assertEq(evaluations.starsOf(BATCH, 3), 0);
        vm.assertEq(evaluations.starsOf(BatchId.wrap(2), 0), 0);
        expectRating(3, 9);
    }

    function test_GivenARating_WhenRatedAgain_ItReverts() public {
        rate(0, 5);
        vm.expectRevert(abi.encodeWithSelector(IEvaluations.Evaluations_AlreadyRated.selector, BATCH, 0, 5));
        rate(0, 1);
        expectRating(1, 5);
    }

    function test_GivenNoneOrMoreThanFiveStars_WhenRated_ItReverts() public {
        vm.expectRevert(abi.encodeWithSelector(IEvaluations.Evaluations_StarsOutOfRange.selector, 0, 5));
        rate(0, 0);
        vm.expectRevert(abi.encodeWithSelector(IEvaluations.Evaluations_StarsOutOfRange.selector, 6, 5));
        rate(0, 6);
    }

    function test_GivenAnyoneButItsPayer_WhenRated_ItReverts() public {
        address payout = named(payerName(0));
        address[3] memory others = [operator, named(payerName(1)), named("stranger")];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IEvaluations.Evaluations_NotPayer.selector, payers[0], others[i], payout)
            );
            vm.prank(others[i]);
            evaluations.rate(calls[0], 5);
        }
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
        vm.prank(moved);
        evaluations.rate(calls[0], 5);
        expectRating(1, 5);
    }

    function test_GivenAnythingThatWasNotRecorded_WhenRated_ItReverts() public {
        RecordProof memory call = calls[0];
        call.record[0] ^= 0x01;
        expectNotRecorded(call);
        call = calls[0];
        call.index = 1;
        expectNotRecorded(call);
        call = calls[0];
        call.path[0] = keccak256("another way");
        expectNotRecorded(call);
        call = calls[0];
        call.header.model = base;
        expectNotRecorded(call);
        call = calls[0];
        call.header.batch = BatchId.wrap(2);
        expectNotRecorded(call);
    }

    function test_GivenAVoidedRecord_WhenRated_ItReverts() public {
        strike(0);
        vm.expectRevert(abi.encodeWithSelector(IEvaluations.Evaluations_Voided.selector, BATCH, 0));
        rate(0, 5);
        rate(1, 4);
        expectRating(1, 4);
    }

    function test_GivenARatingOfARecordVoidedSince_WhenDropped_ItCountsNoMore() public {
        rate(0, 5);
        rate(1, 2);
        strike(0);
        vm.expectEmit(address(evaluations));
        emit IEvaluations.RatingDropped(1, ModelId.unwrap(model), AccountId.unwrap(payers[0]), 0, FEE, 5);
        evaluations.dropRating(calls[0]);

        vm.assertEq(evaluations.starsOf(BATCH, 0), 0);
        vm.assertEq(evaluations.starsOf(BATCH, 1), 2);
        expectRating(1, 2);
        vm.expectRevert(abi.encodeWithSelector(IEvaluations.Evaluations_NotRated.selector, BATCH, 0));
        evaluations.dropRating(calls[0]);
    }

    function test_GivenAStandingRecord_WhenItsRatingIsDropped_ItReverts() public {
        rate(0, 5);
        vm.expectRevert(abi.encodeWithSelector(IEvaluations.Evaluations_NotVoided.selector, BATCH, 0));
        evaluations.dropRating(calls[0]);
    }

    function test_GivenAVoidedRecordNobodyRated_WhenItsRatingIsDropped_ItReverts() public {
        rate(1, 5);
        strike(0);
        vm.expectRevert(abi.encodeWithSelector(IEvaluations.Evaluations_NotRated.selector, BATCH, 0));
        evaluations.dropRating(calls[0]);
        expectRating(1, 5);
    }

    function test_GivenAnotherRecordsWay_WhenARatingIsDropped_ItReverts() public {
        rate(0, 5);
        strike(0);
        RecordProof memory call = calls[0];
        call.header.model = base;
        vm.expectRevert(abi.encodeWithSelector(IEvaluations.Evaluations_NotRecorded.selector, BATCH, 0));
        evaluations.dropRating(call);
    }

    function rate(uint256 index, uint8 stars) private {
        vm.prank(named(payerName(index)));
        evaluations.rate(calls[index], stars);
    }

    /// @dev What the Court does; the test takes its place where none was appointed.
    function strike(uint256 index) private {
        if (ledger.court() == address(0)) ledger.appointCourt(address(this));
        vm.prank(ledger.court());
        ledger.strikeRecord(calls[index], bondOf(operatorAccount), payers[0]);
    }

    function expectNotRecorded(RecordProof memory call) private {
        vm.expectRevert(
            abi.encodeWithSelector(IEvaluations.Evaluations_NotRecorded.selector, call.header.batch, call.index)
        );
        vm.prank(named(payerName(0)));
        evaluations.rate(call, 5);
    }

    function expectRating(uint64 count, uint64 stars) private view {
        vm.assertEq(abi.encode(evaluations.ratingOf(model)), abi.encode(Rating(count, stars)));
    }
}
