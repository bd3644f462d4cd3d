// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IChannels} from "../../contracts/interfaces/IChannels.sol";
import {ILedger} from "../../contracts/interfaces/ILedger.sol";
import {OrderedTree} from "../../contracts/libraries/OrderedTree.sol";
import {Records} from "../../contracts/libraries/Records.sol";
import {AccountId, BatchId, BookId, ModelId} from "../../contracts/types/Ids.sol";
import {RecordProof} from "../../contracts/types/Records.sol";
import {MarketBooks} from "./harness/MarketBooks.sol";
import {PlainBatch, PlainRecord} from "./harness/PlainBatch.sol";
import {PlainTrees} from "./harness/PlainTrees.sol";

/// @notice Records taken out of their books. `takeOut` holds what the Ledger then commits to against the plain twin.
contract VoidingTest is MarketBooks {
    uint256 private place;

    function setUp() public override {
        super.setUp();
        place = recordMany(5, 1_000, 1);
    }

    function test_WhenVoided_TheRecordLeavesItsBookAndItsPayerEarnsTheFee() public {
        uint256 held = token.balanceOf(address(earnings));
        expectVoided(3, false);
        vm.assertEq(takeOut(place, 3, false), 1e9);
        vm.assertEq(state(1).units, 4_000);
        vm.assertEq(state(1).batches, 1);
        vm.assertEq(ledger.unsettledPoolOf(model), (4_000 * uint256(FEE_UNIT) * 6_000) / 10_000);
        vm.assertEq(earnedBy(payers[0]), 1e9);
        vm.assertEq(channels.channelOf(channelKey(0)).chargedUnits, 2_000, "what was charged never falls");
        vm.assertEq(token.balanceOf(address(earnings)), held);
    }

    /// @dev The channel's voucher stays used up, so the same call cannot be charged twice.
    function test_WhenVoided_TheVoucherCoversNothingMore() public {
        takeOut(place, 0, false);
        bytes memory names = namedChannels();
        bytes memory encoded = PlainBatch.encode(drawn(0, 1, 7));
        vm.expectRevert(
            abi.encodeWithSelector(IChannels.Channels_NotCovered.selector, channelOf(0), 2_001, uint32(2_000))
        );
        vm.prank(operator);
        ledger.recordBatch(model, names, "", encoded);
    }

    function test_WhenVoidedOrSetAside_ItIsOnce() public {
        RecordProof memory stale = proofOf(place, 2);
        bytes memory staleSum = sumOf(place);
        takeOut(place, 2, false);
        expectNotRecorded(stale, staleSum);
        // Its leaf is another now, even by the batch's present header and path.
        expectNotRecorded(proofOf(place, 2), sumOf(place));
        takeOut(place, 4, true);
        expectNotRecorded(proofOf(place, 4), sumOf(place));
        vm.assertEq(state(1).units, 3_000);
    }

    function test_GivenAllRecordsVoided_NothingOfTheBatchIsLeft() public {
        for (uint256 i = 0; i < 5; ++i) takeOut(place, (3 * i) % 5, i % 2 == 0);
        vm.assertEq(state(1).units, 0);
        vm.assertEq(recorded[place].header.units, 0);
        vm.assertEq(recorded[place].header.sumHash, keccak256(new bytes(1_024)));
        vm.assertEq(ledger.unsettledPoolOf(model), 0);
    }

    function test_GivenAnythingElseThanWasRecorded_ItReverts() public {
        bytes memory sum = sumOf(place);
        RecordProof memory call = proofOf(place, 1);
        call.record.feeUnits = 999;
        expectNotRecorded(call, sum);
        call = proofOf(place, 1);
        call.record.commitment = 0;
        expectNotRecorded(call, sum);
        call = proofOf(place, 1);
        call.record.payer = payers[2];
        expectNotRecorded(call, sum);
        call = proofOf(place, 1);
        call.record.salt = SALT + 1;
        expectNotRecorded(call, sum);
        call = proofOf(place, 1);
        call.record.sketch = hex"00";
        expectNotRecorded(call, sum);
        call = proofOf(place, 1);
        call.index = 3;
        expectNotRecorded(call, sum);
        call = proofOf(place, 1);
        call.path[0] = 0;
        expectNotRecorded(call, sum);
    }

    function test_GivenAnotherHeader_ItReverts() public {
        uint256 other = recordMany(5, 1_000, 1);
        bytes memory sum = sumOf(place);
        RecordProof memory call = proofOf(place, 1);
        call.header.batch = recorded[other].header.batch;
        expectNotRecorded(call, sum);
        call = proofOf(place, 1);
        call.header.batch = BatchId.wrap(0);
        expectNotRecorded(call, sum);
        call = proofOf(place, 1);
        call.header.number = 1;
        expectNotRecorded(call, sum);
        call = proofOf(place, 1);
        call.header.recordedIn += 1;
        expectNotRecorded(call, sum);
        call = proofOf(place, 1);
        call.header.units += 1;
        expectNotRecorded(call, sum);
        call = proofOf(place, 1);
        call.header.sumHash = 0;
        expectNotRecorded(call, sum);
        // A count with a path of the same length.
        call = proofOf(place, 1);
        call.header.count = 6;
        expectNotRecorded(call, sum);
    }

    function test_GivenAPathOfAnotherLength_ItReverts() public {
        bytes memory sum = sumOf(place);
        RecordProof memory call = proofOf(place, 1);
        call.path = new bytes32[](2);
        expectRefused(call, sum, abi.encodeWithSelector(OrderedTree.OrderedTree_PathLength.selector, 2, 3));
        call.path = new bytes32[](4);
        expectRefused(call, sum, abi.encodeWithSelector(OrderedTree.OrderedTree_PathLength.selector, 4, 3));
        // The odd last one has a sibling on the highest level alone.
        call = proofOf(place, 4);
        vm.assertEq(call.path.length, 1);
        call.path = new bytes32[](0);
        expectRefused(call, sum, abi.encodeWithSelector(OrderedTree.OrderedTree_PathLength.selector, 0, 1));
        call = proofOf(place, 4);
        call.index = 5;
        expectRefused(call, sum, abi.encodeWithSelector(OrderedTree.OrderedTree_NoLeaf.selector, 5, 5));
    }

    function test_GivenAnotherSum_ItReverts() public {
        RecordProof memory call = proofOf(place, 1);
        bytes memory sum = sumOf(place);
        bytes32 right = keccak256(sum);
        sum[0] = 0x01;
        expectRefused(call, sum, abi.encodeWithSelector(ILedger.Ledger_SumDiffers.selector, keccak256(sum), right));
        expectRefused(call, "", abi.encodeWithSelector(ILedger.Ledger_SumDiffers.selector, keccak256(""), right));
    }

    function test_UntilTheWindowEnds_ARecordCanBeVoided() public {
        uint40 end = ledger.windowEndOf(book(1));
        pass(end - 1 - clock.time());
        takeOut(place, 0, false);
        pass(1);
        RecordProof memory call = proofOf(place, 1);
        bytes memory sum = sumOf(place);
        bytes memory refusal = abi.encodeWithSelector(ILedger.Ledger_WindowOver.selector, book(1), end, end);
        expectRefused(call, sum, refusal);
        vm.expectRevert(refusal);
        vm.prank(address(court));
        ledger.setAside(call, sum);
        settleWhole(book(1), plainModel());
        expectRefused(call, sum, refusal);
    }

    /// @dev What was recorded in an epoch's last second could once never be voided.
    function test_GivenARecordOfABooksLastSecond_ItsWindowIsAsLongAsAnyOther() public {
        uint40 closesAt = state(1).closesAt;
        pass(closesAt - 1 - clock.time());
        uint256 last = recordOne(1, 1, 9);
        vm.assertEq(BookId.unwrap(recorded[last].header.book), BookId.unwrap(book(1)));
        pass(WINDOW);
        takeOut(last, 0, false);
        vm.assertEq(state(1).units, 5_000);
    }

    function test_GivenAStruckModel_RecordsCanBeVoidedForAWindowMore() public {
        vm.prank(address(unitCourt));
        models.strike(model, 1);
        uint40 end = clock.time() + WINDOW;
        pass(WINDOW - 1);
        takeOut(place, 0, false);
        pass(1);
        expectRefused(
            proofOf(place, 1),
            sumOf(place),
            abi.encodeWithSelector(ILedger.Ledger_WindowOver.selector, book(1), end, end)
        );
    }

    function test_WhenSetAside_TheFeeIsHeldForNobody() public {
        uint256 held = token.balanceOf(address(earnings));
        expectVoided(1, true);
        vm.assertEq(takeOut(place, 1, true), 1e9);
        vm.assertEq(state(1).units, 4_000);
        vm.assertEq(state(1).givenGwei, 0);
        vm.assertEq(earnedBy(payers[1]), 0);
        vm.assertEq(token.balanceOf(address(earnings)), held);
    }

    function test_WhenAFeeIsReturnedToThePayer_ItEarnsIt() public {
        takeOut(place, 1, true);
        expectReturned(payers[1], true);
        vm.prank(address(court));
        ledger.returnFee(model, operatorAccount, payers[1], 1e9, true);
        vm.assertEq(earnedBy(payers[1]), 1e9);
        vm.assertEq(ledger.bookCountOf(model, operatorAccount), 1);
    }

    function test_WhenAFeeIsReturnedToContributors_ItGoesToTheBookThatIsOpenThen() public {
        takeOut(place, 1, true);
        passWindow(1);
        settleWhole(book(1), plainModel());
        expectReturned(payers[1], false);
        vm.expectEmit(address(ledger));
        emit ILedger.BookOpened(BookId.unwrap(book(2)), clock.time() + 28 days, WINDOW, EPOCH, OPEN, TREASURY_BPS);
        vm.expectEmit(address(ledger));
        emit ILedger.GivenToBook(BookId.unwrap(book(2)), 1e9);
        vm.prank(address(court));
        ledger.returnFee(model, operatorAccount, payers[1], 1e9, false);
        vm.assertEq(earnedBy(payers[1]), 0);
        vm.assertEq(state(2).givenGwei, 1e9);
    }

    function test_GivenAFeeWithoutAPayer_ItIsReturnedToContributorsEitherWay() public {
        expectReturned(AccountId.wrap(0), true);
        vm.expectEmit(address(ledger));
        emit ILedger.GivenToBook(BookId.unwrap(book(1)), 1e9);
        vm.prank(address(court));
        ledger.returnFee(model, operatorAccount, AccountId.wrap(0), 1e9, true);
        vm.assertEq(state(1).givenGwei, 1e9);
    }

    function test_GivenAnyoneButTheCourt_ItReverts() public {
        RecordProof memory call = proofOf(place, 1);
        bytes memory sum = sumOf(place);
        address[3] memory others = [operator, address(unitCourt), address(settlement)];
        for (uint256 i = 0; i < others.length; ++i) {
            bytes memory refusal = abi.encodeWithSelector(ILedger.Ledger_NotAppointed.selector, others[i]);
            vm.startPrank(others[i]);
            vm.expectRevert(refusal);
            ledger.voidRecord(call, sum);
            vm.expectRevert(refusal);
            ledger.setAside(call, sum);
            vm.expectRevert(refusal);
            ledger.returnFee(model, operatorAccount, payers[0], 1, true);
            vm.stopPrank();
        }
    }

    function testFuzz_GivenAnyRecordsVoidedInAnyOrder_WhatStandsIsWhatWasNot(
        uint256 seed,
        uint16[12] memory fees,
        bool[12] memory isVoided
    ) public {
        PlainRecord[] memory records = new PlainRecord[](12);
        for (uint256 i = 0; i < 12; ++i) {
            records[i] = drawn(i % PAYERS, 1 + (fees[i] % 30_000), uint256(keccak256(abi.encode(seed, i))));
        }
        uint256 mixed = recordAll(records);
        uint256 units = 5_000;
        uint256[PAYERS] memory refunds;
        for (uint256 i = 0; i < 12; ++i) {
            uint256 which = (i * 5 + (seed % 12)) % 12;
            if (!isVoided[which]) {
                units += records[which].units;
                continue;
            }
            takeOut(mixed, which, seed & (1 << which) != 0);
            if (seed & (1 << which) == 0) refunds[which % PAYERS] += records[which].units * FEE_UNIT;
        }
        vm.assertEq(state(1).units, units);
        for (uint256 i = 0; i < PAYERS; ++i) vm.assertEq(earnedBy(payers[i]), refunds[i]);
    }

    function expectVoided(uint256 index, bool isSetAside) private {
        recorded[place].gone[index] = true;
        bytes32[] memory leaves = PlainBatch.leavesOf(
            channelIdsIn(recorded[place]),
            plainRecords(recorded[place]),
            recorded[place].gone
        );
        bytes32 sumHash = keccak256(sumOf(place));
        recorded[place].gone[index] = false;
        vm.expectEmit(address(ledger));
        emit ILedger.RecordVoided(
            1,
            uint32(index),
            AccountId.unwrap(payers[index % PAYERS]),
            1e9,
            isSetAside,
            4_000,
            PlainTrees.orderedRoot(leaves),
            sumHash
        );
    }

    function expectReturned(AccountId payer, bool toPayer) private {
        vm.expectEmit(address(ledger));
        emit ILedger.FeeReturned(
            ModelId.unwrap(model),
            AccountId.unwrap(operatorAccount),
            AccountId.unwrap(payer),
            1e9,
            toPayer
        );
    }

    function expectNotRecorded(RecordProof memory call, bytes memory sum) private {
        expectRefused(call, sum, abi.encodeWithSelector(Records.Records_NotRecorded.selector, call.header, call.index));
    }

    function expectRefused(RecordProof memory call, bytes memory sum, bytes memory refusal) private {
        vm.expectRevert(refusal);
        vm.prank(address(court));
        ledger.voidRecord(call, sum);
    }
}
