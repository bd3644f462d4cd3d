// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IAccounts} from "../../../contracts/interfaces/IAccounts.sol";
import {Appeal, AppealSubject, CourtTerms, Fault, ICourt} from "../../../contracts/interfaces/ICourt.sol";
import {IBonds} from "../../../contracts/interfaces/IBonds.sol";
import {ILedger} from "../../../contracts/interfaces/ILedger.sol";
import {IModels} from "../../../contracts/interfaces/IModels.sol";
import {AccountId, BatchId, BondId, bondOf, ModelId} from "../../../contracts/types/Ids.sol";
import {RecordProof} from "../../../contracts/types/Records.sol";
import {Courtroom} from "../harness/Courtroom.sol";

contract AppealsTest is Courtroom {
    bytes32 private constant GROUNDS = keccak256("grounds");
    bytes32 private constant REASONS = keccak256("reasons");
    /// @dev Half of an odd stake: what is left over is burnt.
    uint64 private constant BOUNTY = APPEAL_STAKE / 2;

    RecordProof private call;
    AppealSubject private subject;
    bytes private before;
    uint32 private appellantId;
    uint32 private operatorId;
    uint40 private dueAt;

    function setUp() public override {
        super.setUp();
        before = books();
        call = recordPlain(honest(keccak256("query")));
        subject = AppealSubject({model: model, batch: call.header.batch, index: 0});
        appellantId = AccountId.unwrap(challengerAccount);
        operatorId = AccountId.unwrap(operatorAccount);
        dueAt = uint40(block.timestamp + RULING_TIME);
    }

    function test_WhenARecordIsAppealedAgainst_BothBondsAreHeld() public {
        vm.expectEmit(address(court));
        emit ICourt.AppealFiled(1, appellantId, operatorId, subject, APPEAL_STAKE, dueAt, GROUNDS, "ipfs://grounds");
        vm.expectEmit(address(ledger));
        emit IBonds.BondStaked(appellantId, APPEAL_STAKE, BOND - APPEAL_STAKE, APPEAL_STAKE);
        vm.expectEmit(address(ledger));
        emit IBonds.BondFrozen(operatorId, dueAt + 1);
        fileRecord();

        vm.assertEq(court.appealCount(), 1);
        expectAppeal(Appeal(challengerAccount, operatorAccount, dueAt, APPEAL_STAKE, subject));
    }

    function test_WhenAModelIsAppealedAgainst_ItsOwnerIsAccused() public {
        subject = AppealSubject({model: model, batch: BatchId.wrap(0), index: 0});
        vm.expectEmit(address(court));
        emit ICourt.AppealFiled(
            1,
            appellantId,
            AccountId.unwrap(modelOwner),
            subject,
            APPEAL_STAKE,
            dueAt,
            GROUNDS,
            "ipfs://grounds"
        );
        vm.expectEmit(address(ledger));
        emit IBonds.BondFrozen(BondId.unwrap(bondOf(model)), dueAt + 1);
        fileModel();
        expectAppeal(Appeal(challengerAccount, modelOwner, dueAt, APPEAL_STAKE, subject));
    }

    function test_GivenNoSuchRecord_WhenAppealedAgainst_ItReverts() public {
        RecordProof memory other = call;
        other.record[3] ^= 0x01;
        vm.expectRevert(abi.encodeWithSelector(IBonds.Ledger_NotRecorded.selector, call.header.batch, 0));
        vm.prank(challenger);
        court.appealRecord(other, GROUNDS, "");
    }

    function test_GivenAVoidedRecord_WhenAppealedAgainst_ItReverts() public {
        vm.prank(address(court));
        ledger.strikeRecord(call, bondOf(operatorAccount), treasury);
        vm.expectRevert(abi.encodeWithSelector(IBonds.Ledger_AlreadyVoided.selector, call.header.batch, 0));
        vm.prank(challenger);
        court.appealRecord(call, GROUNDS, "");
    }

    function test_GivenAStoppedOrABaseModel_WhenAppealedAgainst_ItReverts() public {
        vm.startPrank(challenger);
        vm.expectRevert(abi.encodeWithSelector(IModels.Models_NotServable.selector, base));
        court.appealModel(base, GROUNDS, "");
        vm.stopPrank();
        vm.prank(address(court));
        ledger.strikeModel(model, treasury);
        vm.expectRevert(abi.encodeWithSelector(IBonds.Ledger_ModelStopped.selector, model));
        vm.prank(challenger);
        court.appealModel(model, GROUNDS, "");
    }

    function test_GivenNoAccountOrNoBond_WhenAppealed_ItReverts() public {
        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_NoAccount.selector, named("nobody")));
        vm.prank(named("nobody"));
        court.appealRecord(call, GROUNDS, "");
        vm.expectRevert(
            abi.encodeWithSelector(IBonds.Ledger_BondTooSmall.selector, bondOf(payers[0]), 0, APPEAL_STAKE)
        );
        vm.prank(named(payerName(0)));
        court.appealRecord(call, GROUNDS, "");
    }

    function test_WhenUpheldInTime_TheRecordIsVoidedAndItsOperatorSlashed() public {
        fileRecord();
        uint64 cost = MINIMUM_BOND + FEE;
        vm.expectEmit(address(court));
        emit ICourt.AppealRuled(1, true, REASONS, "ipfs://reasons");
        vm.expectEmit(address(ledger));
        emit IBonds.BondReleased(appellantId, APPEAL_STAKE, BOND, 0);
        vm.expectEmit(address(court));
        emit ICourt.RecordStruck(batchOf(call), 0, appellantId, Fault.Appeal);
        vm.expectEmit(address(ledger));
        emit IBonds.BondSlashed(operatorId, appellantId, cost, cost / 2, BOND - cost);
        ruleOn(true, list(call));

        vm.assertEq(ledger.claim(challengerAccount), cost / 2);
        vm.assertEq(books(), before);
        vm.assertTrue(AccountId.unwrap(court.appealOf(1).appellant) == 0);
        refusesToRule(true, none(), abi.encodeWithSelector(ICourt.Court_UnknownAppeal.selector, 1));
    }

    function test_GivenMaturedCredits_WhenUpheld_TheyStayPaidAndTheOperatorLosesTheStake() public {
        fileRecord();
        vm.warp(block.timestamp + 2 * EPOCH);
        refusesToRule(
            true,
            list(call),
            abi.encodeWithSelector(
                IBonds.Ledger_RecordMatured.selector,
                call.header.batch,
                call.header.epoch,
                call.header.epoch + 2
            )
        );
        vm.expectEmit(address(ledger));
        emit IBonds.BondSlashed(operatorId, appellantId, APPEAL_STAKE, BOUNTY, BOND - APPEAL_STAKE);
        ruleOn(true, none());
        vm.assertFalse(isVoided(call));
        vm.assertEq(maturedOf(challengerAccount), BOUNTY);
        vm.assertEq(ledger.bondStateOf(bondOf(challengerAccount)).balanceGwei, BOND);
    }

    function test_GivenAnotherRecordOrMoreThanOne_WhenUpheld_ItReverts() public {
        fileRecord();
        bytes memory refusal = abi.encodeWithSelector(ICourt.Court_WrongSubject.selector, 1);
        RecordProof[] memory two = new RecordProof[](2);
        (two[0], two[1]) = (call, call);
        refusesToRule(true, two, refusal);
        RecordProof memory other = recordPlain(honest(keccak256("other")));
        refusesToRule(true, list(other), refusal);
        other = call;
        other.index = 1;
        refusesToRule(true, list(other), refusal);
    }

    function test_WhenUpheldAgainstAModel_ItIsStruck() public {
        fileModel();
        vm.expectEmit(address(court));
        emit ICourt.IndexStruck(ModelId.unwrap(model), appellantId, Fault.Appeal);
        vm.expectEmit(address(ledger));
        emit IBonds.BondSlashed(BondId.unwrap(bondOf(model)), appellantId, BOND, BOND / 2, 0);
        ruleOn(true, none());
        vm.assertTrue(ledger.bondStateOf(bondOf(model)).isStopped);
    }

    function test_GivenAModelStoppedMeanwhile_WhenUpheld_TheStakeReturns() public {
        fileModel();
        vm.prank(address(court));
        ledger.strikeModel(model, treasury);
        ruleOn(true, none());
        vm.assertEq(ledger.bondStateOf(bondOf(challengerAccount)).balanceGwei, BOND);
        vm.assertEq(maturedOf(challengerAccount), 0);
    }

    function test_WhenDenied_TheStakeIsSlashedForTheAccused() public {
        fileRecord();
        vm.expectEmit(address(court));
        emit ICourt.AppealRuled(1, false, REASONS, "ipfs://reasons");
        vm.expectEmit(address(ledger));
        emit IBonds.BondReleased(appellantId, APPEAL_STAKE, BOND, 0);
        vm.expectEmit(address(ledger));
        emit IBonds.BondSlashed(appellantId, operatorId, APPEAL_STAKE, BOUNTY, BOND - APPEAL_STAKE);
        ruleOn(false, none());

        vm.assertFalse(isVoided(call));
        vm.assertEq(maturedOf(operatorAccount), BOUNTY);
        vm.assertEq(ledger.unburntGwei(), APPEAL_STAKE - BOUNTY);
        vm.assertEq(ledger.bondStateOf(bondOf(operatorAccount)).balanceGwei, BOND);
    }

    function test_GivenOtherTermsSince_WhenRuled_TheOldStakeCounts() public {
        fileRecord();
        court.setTerms(CourtTerms(1, 1, 1, 1));
        ruleOn(false, none());
        vm.assertEq(ledger.bondStateOf(bondOf(challengerAccount)).balanceGwei, BOND - APPEAL_STAKE);
        vm.assertEq(ledger.bondStateOf(bondOf(challengerAccount)).stakedGwei, 0);
    }

    function test_GivenAnybodyElse_WhenTheyRule_ItReverts() public {
        fileRecord();
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, challenger));
        vm.prank(challenger);
        court.rule(1, true, none(), REASONS, "");
    }

    function test_WhenTheDeadlinePasses_ItLapsesAndIsNotRuled() public {
        fileRecord();
        vm.warp(dueAt);
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_AppealOpen.selector, dueAt, dueAt));
        court.lapse(1);
        vm.warp(dueAt + 1);
        refusesToRule(true, none(), abi.encodeWithSelector(ICourt.Court_AppealOver.selector, dueAt, dueAt + 1));

        vm.expectEmit(address(court));
        emit ICourt.AppealLapsed(1);
        vm.expectEmit(address(ledger));
        emit IBonds.BondReleased(appellantId, APPEAL_STAKE, BOND, 0);
        vm.prank(named("anyone"));
        court.lapse(1);
        vm.assertEq(ledger.bondStateOf(bondOf(operatorAccount)).balanceGwei, BOND);
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_UnknownAppeal.selector, 1));
        court.lapse(1);
    }

    function test_GivenABondThatIsLeaving_WhenAppealed_ItStaysAsLongAsItCanBeRuled() public {
        vm.prank(operator);
        ledger.requestBondWithdrawal(bondOf(operatorAccount), 5);
        fileRecord();
        vm.warp(dueAt);
        vm.expectRevert(abi.encodeWithSelector(ILedger.Ledger_LeavesLater.selector, dueAt + 1, dueAt));
        vm.prank(operator);
        ledger.withdrawBond(bondOf(operatorAccount));
        vm.warp(dueAt + 1);
        vm.prank(operator);
        ledger.withdrawBond(bondOf(operatorAccount));
        vm.assertEq(token.balanceOf(operator), 5e9);
    }

    function test_GivenTwoAppeals_EachIsRuledAlone() public {
        fileRecord();
        fileModel();
        vm.assertEq(court.appealCount(), 2);
        vm.assertEq(ledger.bondStateOf(bondOf(challengerAccount)).stakedGwei, 2 * APPEAL_STAKE);
        ruleOn(false, none());
        vm.assertEq(ledger.bondStateOf(bondOf(challengerAccount)).stakedGwei, APPEAL_STAKE);
        vm.assertTrue(court.appealOf(2).accused == modelOwner);
    }

    function fileRecord() private {
        vm.prank(challenger);
        court.appealRecord(call, GROUNDS, "ipfs://grounds");
    }

    function fileModel() private {
        vm.prank(challenger);
        court.appealModel(model, GROUNDS, "ipfs://grounds");
    }

    function ruleOn(bool upheld, RecordProof[] memory calls) private {
        vm.prank(arbiter);
        court.rule(1, upheld, calls, REASONS, "ipfs://reasons");
    }

    function refusesToRule(bool upheld, RecordProof[] memory calls, bytes memory refusal) private {
        vm.expectRevert(refusal);
        ruleOn(upheld, calls);
    }

    function expectAppeal(Appeal memory expected) private view {
        vm.assertEq(abi.encode(court.appealOf(1)), abi.encode(expected));
    }
}
