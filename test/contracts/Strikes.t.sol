// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BondRule, IBonds} from "../../contracts/interfaces/IBonds.sol";
import {AccountId, BatchId, BondId, bondOf, ModelId} from "../../contracts/types/Ids.sol";
import {BatchHeader, RecordProof} from "../../contracts/types/Records.sol";
import {PlainRecord, PlainRow} from "./harness/RecordsHarness.sol";
import {encodeRecord} from "./harness/RandomRecords.sol";
import {Recorded, Recordings} from "./harness/Recordings.sol";

/// @notice What the Court may do to records, with the test itself as the court.
contract StrikesTest is Recordings {
    uint64 private constant FEE = 999_999;
    uint64 private constant COST = MINIMUM_BOND + FEE;

    AccountId private challenger;
    BondId private bond;

    function setUp() public override {
        super.setUp();
        ledger.appointCourt(address(this));
        challenger = openAccount("challenger");
        bond = bondOf(operatorAccount);
    }

    function test_WhenARecordIsStruck_ItIsVoidedRefundedAndItsBondSlashed() public {
        RecordProof memory call = recordOne(recordFor(1, FEE, 3));
        uint256 held = token.balanceOf(address(ledger));

        vm.expectEmit(address(ledger));
        emit IBonds.RecordVoided(1, 0, AccountId.unwrap(payers[1]), FEE);
        vm.expectEmit(address(ledger));
        emit IBonds.BondSlashed(BondId.unwrap(bond), AccountId.unwrap(challenger), COST, COST / 2, BOND - COST);
        ledger.strikeRecord(call, bond, challenger);

        vm.assertTrue(ledger.isVoided(call.header.batch, 0));
        vm.assertEq(ledger.tabOf(payers[1], operatorAccount).balanceGwei, FUNDS);
        vm.assertEq(ledger.bondStateOf(bond).balanceGwei, BOND - COST);
        vm.assertEq(ledger.bondStateOf(bond).exposureGwei, 0);
        vm.assertEq(ledger.bondStateOf(bondOf(model)).balanceGwei, BOND);
        vm.assertEq(ledger.bondStateOf(bondOf(model)).exposureGwei, 0);
        vm.assertEq(maturedOf(challenger), COST / 2);
        // Half of an odd amount: what is left over is burnt.
        vm.assertEq(ledger.unburntGwei(), COST / 2 + 1);
        vm.assertEq(token.balanceOf(address(ledger)), held);
    }

    function test_WhenARecordIsStruck_EveryAccountIsAsItWasBefore() public {
        bytes memory before = books();
        Recorded memory recorded = threeRecords();
        vm.assertTrue(keccak256(books()) != keccak256(before));
        ledger.strikeRecord(proofOf(recorded, 2), bond, treasury);
        ledger.strikeRecord(proofOf(recorded, 0), bond, treasury);
        ledger.strikeRecord(proofOf(recorded, 1), bond, treasury);
        for (uint256 i = 0; i < 3; ++i) vm.assertTrue(ledger.isVoided(recorded.header.batch, i));
        withoutBounties(before);
    }

    /// @dev Of 34 gwei the base model's owner gets one.
    function test_GivenAPartOfOneGwei_WhenStruck_ItIsTakenBackToo() public {
        bytes memory before = books();
        RecordProof memory call = recordOne(recordFor(1, 34, 3));
        (, uint64 pendingGwei) = ledger.earningsOf(baseOwner);
        vm.assertEq(pendingGwei, 1);
        ledger.strikeRecord(call, bond, treasury);
        withoutBounties(before);
    }

    function test_WhenOneOfSeveralRecordsIsStruck_TheOthersStayPaid() public {
        Recorded memory recorded = threeRecords();
        bytes memory all = books();
        ledger.strikeRecord(proofOf(recorded, 1), bond, challenger);
        bytes[] memory again = new bytes[](1);
        again[0] = recorded.records[1];
        recordAll(again);
        vm.prank(named("challenger"));
        ledger.claim(challenger);
        vm.assertEq(books(), all);
        vm.assertFalse(ledger.isVoided(recorded.header.batch, 0));
        vm.assertTrue(ledger.isVoided(recorded.header.batch, 1));
        vm.assertFalse(ledger.isVoided(recorded.header.batch, 2));
    }

    function test_GivenAnotherTreasuryShareSince_WhenStruck_TheOneRecordedWithIsUndone() public {
        bytes memory before = books();
        RecordProof memory call = recordOne(recordFor(0, FEE, 0));
        ledger.setTreasuryShare(1_000);
        recordOne(recordFor(1, 0, 0));
        ledger.strikeRecord(call, bond, treasury);
        withoutBounties(before);
    }

    function test_GivenTheLastSecondOfTheNextEpoch_WhenStruck_ItIsStillUndone() public {
        bytes memory before = books();
        RecordProof memory call = recordOne(recordFor(0, FEE, 0));
        vm.warp((uint256(call.header.epoch) + 2) * EPOCH - 1);
        // Credit of this epoch lies over the one that is taken back.
        RecordProof memory later = recordOne(recordFor(0, FEE, 0));
        ledger.strikeRecord(call, bond, treasury);
        vm.assertEq(pendingOf(contributors[0]), (FEE * 6_000) / 10_000);
        ledger.strikeRecord(later, bond, treasury);
        withoutBounties(before);
    }

    function test_GivenMaturedCredit_WhenStruck_ItIsLeftAlone() public {
        RecordProof memory call = recordOne(recordFor(0, FEE, 0));
        vm.warp((uint256(call.header.epoch) + 2) * EPOCH);
        vm.expectRevert(
            abi.encodeWithSelector(
                IBonds.Ledger_RecordMatured.selector,
                call.header.batch,
                call.header.epoch,
                call.header.epoch + 2
            )
        );
        ledger.strikeRecord(call, bond, challenger);
    }

    function test_WhenStruckTwice_TheSecondReverts() public {
        RecordProof memory call = recordOne(recordFor(0, FEE, 0));
        ledger.strikeRecord(call, bond, challenger);
        vm.expectRevert(abi.encodeWithSelector(IBonds.Ledger_AlreadyVoided.selector, call.header.batch, 0));
        ledger.strikeRecord(call, bond, challenger);
    }

    function test_GivenAnythingElseThanWhatWasRecorded_WhenStruck_ItReverts() public {
        Recorded memory recorded = threeRecords();
        RecordProof memory call = proofOf(recorded, 1);
        call.index = 2;
        refuses(call);
        call = proofOf(recorded, 1);
        call.record[40] ^= 0x01;
        refuses(call);
        call = proofOf(recorded, 1);
        call.path[0] = bytes32(0);
        refuses(call);
        for (uint256 field = 0; field < 7; ++field) {
            call = proofOf(recorded, 1);
            call.header = changed(call.header, field);
            refuses(call);
        }
    }

    /// @dev The words that a node is hashed from are as long as those of a leaf.
    function test_GivenAnInnerNodeShownAsARecord_WhenStruck_ItReverts() public {
        bytes[] memory records = new bytes[](4);
        for (uint256 i = 0; i < 4; ++i) records[i] = recordFor(0, uint64(i), i);
        RecordProof memory call = proofOf(recordAll(records), 0);
        bytes32[] memory leaves = leavesOf(records);
        bytes memory first = sorted(leaves[0], leaves[1]);
        bytes memory second = sorted(leaves[2], leaves[3]);
        if (keccak256(first) > keccak256(second)) (first, second) = (second, first);
        call.index = uint256(keccak256(first));
        call.record = second;
        call.path = new bytes32[](0);
        vm.assertEq(keccak256(abi.encode(call.index, keccak256(call.record))), call.header.root);
        refuses(call);
    }

    function test_GivenRecordsOnBothSidesOfAWord_WhenStruck_OnlyThoseAreVoided() public {
        bytes[] memory records = new bytes[](258);
        for (uint256 i = 0; i < records.length; ++i) records[i] = recordFor(0, 0, 0);
        Recorded memory recorded = recordAll(records);
        for (uint256 i = 255; i < 257; ++i) {
            ledger.strikeRecord(proofOf(recorded, i), bond, challenger);
        }
        for (uint256 i = 0; i < records.length; ++i) {
            vm.assertTrue(ledger.isVoided(recorded.header.batch, i) == (i == 255 || i == 256));
        }
        vm.assertFalse(ledger.isVoided(BatchId.wrap(2), 255));
    }

    function test_GivenARatioThatDoesNotDivide_WhenStruck_TheCostIsRoundedUp() public {
        ledger.setBondRule(BondRule({minimumGwei: 7, ratioBps: 3_333, bountyBps: 1_000}));
        RecordProof memory call = recordOne(recordFor(0, 1_001, 0));
        // 7 + ⌈1,001 · 0.3333⌉ = 341, of which a tenth is 34.
        vm.expectEmit(address(ledger));
        emit IBonds.BondSlashed(BondId.unwrap(bond), AccountId.unwrap(challenger), 341, 34, BOND - 341);
        ledger.strikeRecord(call, bond, challenger);
        vm.assertEq(maturedOf(challenger), 34);
        vm.assertEq(ledger.unburntGwei(), 307);
    }

    function test_GivenAnotherCulprit_WhenStruck_ItsBondAnswers() public {
        RecordProof memory call = recordOne(recordFor(0, FEE, 0));
        ledger.strikeRecord(call, bondOf(model), challenger);
        vm.assertEq(ledger.bondStateOf(bond).balanceGwei, BOND);
        vm.assertEq(ledger.bondStateOf(bondOf(model)).balanceGwei, BOND - COST);
    }

    function test_GivenABondThatIsGone_WhenStruck_TheRecordIsVoidedForNothing() public {
        RecordProof memory call = recordOne(recordFor(0, FEE, 0));
        ledger.slash(bond, type(uint64).max, treasury);
        bytes memory before = books();
        ledger.strikeRecord(call, bond, challenger);
        vm.assertTrue(ledger.isVoided(call.header.batch, 0));
        vm.assertEq(maturedOf(challenger), 0);
        vm.assertTrue(keccak256(books()) != keccak256(before));
        vm.assertEq(ledger.tabOf(payers[0], operatorAccount).balanceGwei, FUNDS);
    }

    function test_GivenATabThatWasWithdrawn_WhenStruck_ItIsRefundedAllTheSame() public {
        vm.prank(named(payerName(0)));
        ledger.requestTabWithdrawal(operatorAccount, FUNDS);
        RecordProof memory call = recordOne(recordFor(0, FEE, 0));
        vm.warp(block.timestamp + NOTICE);
        vm.prank(named(payerName(0)));
        ledger.withdrawTab(operatorAccount);
        ledger.strikeRecord(call, bond, challenger);
        vm.assertEq(ledger.tabOf(payers[0], operatorAccount).balanceGwei, FEE);
    }

    function test_GivenAnybodyElse_WhenTheyActAsTheCourt_ItReverts() public {
        RecordProof memory call = recordOne(recordFor(0, FEE, 0));
        address stranger = named("stranger");
        bytes memory refusal = abi.encodeWithSelector(IBonds.Ledger_NotCourt.selector, stranger, address(this));
        bytes[7] memory acts = [
            abi.encodeCall(ledger.strikeRecord, (call, bond, challenger)),
            abi.encodeCall(ledger.strikeModel, (model, challenger)),
            abi.encodeCall(ledger.slash, (bond, 1, challenger)),
            abi.encodeCall(ledger.freezeBond, (bond, type(uint40).max)),
            abi.encodeCall(ledger.stake, (bond, 1)),
            abi.encodeCall(ledger.release, (bond, 1)),
            abi.encodeCall(ledger.payStake, (bond, 1, challenger))
        ];
        for (uint256 i = 0; i < acts.length; ++i) {
            vm.prank(stranger);
            (bool done, bytes memory reason) = address(ledger).call(acts[i]);
            vm.assertFalse(done);
            vm.assertEq(reason, refusal);
        }
    }

    /// @dev The treasury is awarded nothing that it keeps, so that all books can be compared.
    function withoutBounties(bytes memory before) private {
        if (maturedOf(treasury) != 0) ledger.claim(treasury);
        vm.assertEq(books(), before);
    }

    function refuses(RecordProof memory call) private {
        vm.expectRevert(abi.encodeWithSelector(IBonds.Ledger_NotRecorded.selector, call.header.batch, call.index));
        ledger.strikeRecord(call, bond, challenger);
    }

    function sorted(bytes32 a, bytes32 b) private pure returns (bytes memory) {
        return a < b ? abi.encode(a, b) : abi.encode(b, a);
    }

    function threeRecords() private returns (Recorded memory) {
        bytes[] memory records = new bytes[](3);
        records[0] = recordFor(0, FEE, 3);
        PlainRow[] memory rows = new PlainRow[](3);
        rows[0] = PlainRow({row: 1, account: AccountId.unwrap(contributors[3]), weight: 40_001});
        rows[1] = PlainRow({row: 9, account: AccountId.unwrap(operatorAccount), weight: 20_000});
        rows[2] = PlainRow({row: 4, account: AccountId.unwrap(contributors[3]), weight: 5_534});
        records[1] = encodeRecord(PlainRecord(keccak256("b"), AccountId.unwrap(payers[2]), 777_777, rows, sketch(32)));
        rows = new PlainRow[](0);
        records[2] = encodeRecord(PlainRecord(keccak256("c"), AccountId.unwrap(payers[0]), 123_457, rows, sketch(32)));
        return recordAll(records);
    }

    function changed(BatchHeader memory header, uint256 field) private pure returns (BatchHeader memory) {
        if (field == 0) header.batch = BatchId.wrap(2);
        if (field == 1) header.model = ModelId.wrap(1);
        if (field == 2) header.operator = AccountId.wrap(1);
        if (field == 3) ++header.epoch;
        if (field == 4) ++header.count;
        if (field == 5) ++header.treasuryBps;
        if (field == 6) header.root = bytes32(0);
        return header;
    }
}
