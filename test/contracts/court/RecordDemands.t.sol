// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccounts} from "../../../contracts/interfaces/IAccounts.sol";
import {Bond, IBonds} from "../../../contracts/interfaces/IBonds.sol";
import {CourtTerms, DemandState, ICourt, Receipt, RecordDemand} from "../../../contracts/interfaces/ICourt.sol";
import {ILedger} from "../../../contracts/interfaces/ILedger.sol";
import {IModels} from "../../../contracts/interfaces/IModels.sol";
import {Records} from "../../../contracts/libraries/Records.sol";
import {AccountId, BatchId, BondId, bondOf, BookId} from "../../../contracts/types/Ids.sol";
import {Record, RecordProof} from "../../../contracts/types/Records.sol";
import {CourtMarket} from "../harness/CourtMarket.sol";

/// @notice Receipts whose records somebody asks to see.
contract RecordDemandsTest is CourtMarket {
    uint64 private constant COST = RECEIPT_FEES * FEE;

    address private shower = named("shower");
    AccountId private showerAccount;
    Record private promised;
    Receipt private receipt;

    function setUp() public override {
        super.setUp();
        showerAccount = openAccount("shower");
        promised = promiseOf(0, UNITS, 1);
        receipt = receiptOf(promised);
    }

    function test_WhenDemanded_ItIsTold_TheFeeIsStakedAndTheCostHeld() public {
        passPromise(receipt);
        bytes memory call = demandCall(receipt, promised);
        announce(address(court), challenger, call);
        uint40 dueAt = clock.time() + DEMAND;
        vm.expectEmit(address(bonds));
        emit IBonds.BondHeld(BondId.unwrap(bondOf(challengerAccount)), DEMAND_FEE, DEMAND_FEE, 0);
        vm.expectEmit(address(bonds));
        emit IBonds.BondHeld(BondId.unwrap(bondOf(operatorAccount)), COST, COST, 0);
        vm.expectEmit(address(court));
        emit ICourt.ReceiptDemanded(
            receipt.recordHash,
            idOf(operatorAccount),
            idOf(challengerAccount),
            2,
            dueAt,
            DEMAND_FEE,
            COST
        );
        make(address(court), challenger, call);
        RecordDemand memory expected = RecordDemand({
            demander: challengerAccount,
            operator: operatorAccount,
            model: model,
            dueAt: dueAt,
            state: DemandState.Open,
            stakeGwei: DEMAND_FEE,
            heldGwei: COST,
            costGwei: COST,
            receiptFees: uint16(RECEIPT_FEES)
        });
        vm.assertEq(abi.encode(court.demandOf(receipt.recordHash)), abi.encode(expected));
    }

    function test_BeforeItIsPromised_NothingIsDemanded_AndFromThenOnItIs() public {
        vm.warp(receipt.recordBy - 1);
        fails(
            address(court),
            demandCall(receipt, promised),
            abi.encodeWithSelector(ICourt.Court_DemandTooEarly.selector, receipt.recordBy, receipt.recordBy - 1)
        );
        vm.warp(receipt.recordBy);
        make(address(court), challenger, demandCall(receipt, promised));
    }

    function test_GivenAWindowAfterItsPromise_NothingIsDemanded_AndASecondBeforeItIs() public {
        uint256 endsAt = receipt.recordBy + WINDOW;
        vm.warp(endsAt);
        bytes memory call = demandCall(receipt, promised);
        fails(address(court), call, abi.encodeWithSelector(ICourt.Court_DemandTooLate.selector, endsAt, endsAt));
        vm.warp(endsAt - 1);
        make(address(court), challenger, call);
    }

    function test_GivenAPromiseThatNoTimeReaches_ItIsNeverDemanded() public {
        receipt.recordBy = type(uint64).max;
        bytes memory call = demandCall(receipt, promised);
        announce(address(court), challenger, call);
        (bool done, bytes memory reason) = send(address(court), challenger, call);
        vm.assertFalse(done);
        // No key counts for ever.
        vm.assertEq(uint32(bytes4(reason)), uint32(ICourt.Court_BadReceipt.selector));
    }

    function test_GivenADemandInWhateverState_TheReceiptIsNotDemandedAgain() public {
        bytes memory refusal = abi.encodeWithSelector(ICourt.Court_AlreadyDemanded.selector, receipt.recordHash);
        uint256 place = recordOne(0, UNITS, 1);
        demand();
        fails(address(court), saltedCall(1), refusal);
        show(place);
        fails(address(court), saltedCall(2), refusal);

        promised = promiseOf(1, UNITS, 5);
        receipt = receiptOf(promised);
        refusal = abi.encodeWithSelector(ICourt.Court_AlreadyDemanded.selector, receipt.recordHash);
        demand();
        pass(DEMAND);
        court.closeRecordDemand(receipt.recordHash);
        fails(address(court), saltedCall(3), refusal);
    }

    function test_WhenShown_TheOperatorIsFree_AndTheShowerGetsNineTenthsOfTheStake() public {
        uint256 place = recordOne(0, UNITS, 1);
        demand();
        vm.expectEmit(address(court));
        emit ICourt.RecordShown(receipt.recordHash, batchAt(place), idOf(showerAccount), 0);
        vm.expectEmit(address(bonds));
        emit IBonds.BondReleased(BondId.unwrap(bondOf(operatorAccount)), COST, 0);
        vm.expectEmit(address(bonds));
        emit IBonds.BondSlashed(
            BondId.unwrap(bondOf(challengerAccount)),
            idOf(showerAccount),
            DEMAND_FEE,
            (DEMAND_FEE * 9) / 10,
            0,
            CHALLENGER_BOND - DEMAND_FEE,
            0,
            0
        );
        show(place);
        vm.assertEq(earnedOf(showerAccount), (DEMAND_FEE * 9) / 10);
        vm.assertEq(bonds.unburntGwei(), DEMAND_FEE / 10);
        vm.assertTrue(court.demandOf(receipt.recordHash).state == DemandState.Shown);
        expectBond(operatorAccount, BOND, 0);
    }

    function test_GivenARecordThatWasVoidedOrSetAside_ShowingItAnswers() public {
        for (uint256 i = 0; i < 2; ++i) {
            promised = promiseOf(1, UNITS, 20 + i);
            receipt = receiptOf(promised);
            uint256 place = recordOne(1, UNITS, 20 + i);
            takeOut(place, 0, i == 0);
            demand();
            show(place);
            vm.assertTrue(court.demandOf(receipt.recordHash).state == DemandState.Shown);
        }
    }

    function test_GivenARecordOfLongAgo_ShowingItAnswers() public {
        uint256 place = recordOne(0, UNITS, 1);
        passWindow(1);
        receipt.recordBy = uint64(clock.time());
        prove(address(court), demandCall(receipt, promised));
        show(place);
        vm.assertTrue(court.demandOf(receipt.recordHash).state == DemandState.Shown);
    }

    function test_GivenAnotherRecord_ShowingItAnswersNothing() public {
        uint256 place = recordOne(0, UNITS - 1, 1);
        demand();
        RecordProof memory other = proofOf(place, 0);
        bytes32 leaf = leafIn(promiseOf(0, UNITS - 1, 1));
        failsAtOnce(
            address(court),
            shower,
            abi.encodeCall(court.showRecord, (other)),
            abi.encodeWithSelector(ICourt.Court_NotDemanded.selector, leaf, DemandState.None)
        );
        // The record that was promised, shown where the other one is.
        other.record = promised;
        failsAtOnce(
            address(court),
            shower,
            abi.encodeCall(court.showRecord, (other)),
            abi.encodeWithSelector(Records.Records_NotRecorded.selector, other.header, 0)
        );
    }

    function test_WhenNotShownInTime_TheDemanderGetsStakeAndBounty_AndContributorsWhatTheyMissed() public {
        demand();
        pass(DEMAND);
        uint64 bounty = (COST * 3) / 10;
        uint64 given = (COST * 7) / 100;
        vm.expectEmit(address(bonds));
        emit IBonds.BondReleased(BondId.unwrap(bondOf(challengerAccount)), DEMAND_FEE, 0);
        vm.expectEmit(address(bonds));
        emit IBonds.BondSlashed(
            BondId.unwrap(bondOf(operatorAccount)),
            idOf(challengerAccount),
            COST,
            bounty,
            given,
            BOND - COST,
            0,
            0
        );
        vm.expectEmit(address(ledger));
        emit ILedger.GivenToBook(BookId.unwrap(book(1)), given);
        vm.expectEmit(address(court));
        emit ICourt.ReceiptUnrecorded(receipt.recordHash, idOf(operatorAccount), idOf(challengerAccount), COST);
        // Anyone may close it.
        vm.prank(named("anyone"));
        court.closeRecordDemand(receipt.recordHash);

        vm.assertEq(earnedOf(challengerAccount), bounty);
        vm.assertEq(state(1).givenGwei, given);
        vm.assertEq(bonds.unburntGwei(), COST - bounty - given);
        expectBond(operatorAccount, BOND - COST, 0);
        expectBond(challengerAccount, CHALLENGER_BOND, 0);
        vm.assertTrue(court.demandOf(receipt.recordHash).state == DemandState.Closed);
    }

    function test_GivenASmallFee_TheOperatorLosesTwoDemandFees() public {
        promised = promiseOf(0, 3, 1);
        receipt = receiptOf(promised);
        demand();
        vm.assertEq(court.demandOf(receipt.recordHash).costGwei, 2 * DEMAND_FEE);
        pass(DEMAND);
        court.closeRecordDemand(receipt.recordHash);
        expectBond(operatorAccount, BOND - 2 * DEMAND_FEE, 0);
        vm.assertEq(earnedOf(challengerAccount), (2 * DEMAND_FEE * 3) / 10);
    }

    function test_GivenTheLastSecond_ItCanBeShownUntilThen_AndClosedFromThenOn() public {
        uint256 place = recordOne(0, UNITS, 1);
        demand();
        uint40 dueAt = court.demandOf(receipt.recordHash).dueAt;
        vm.warp(block.timestamp + DEMAND - 1);
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_DemandOpen.selector, dueAt, dueAt - 1));
        court.closeRecordDemand(receipt.recordHash);
        vm.warp(block.timestamp + 1);
        failsAtOnce(
            address(court),
            shower,
            abi.encodeCall(court.showRecord, (proofOf(place, 0))),
            abi.encodeWithSelector(ICourt.Court_DemandOver.selector, dueAt, dueAt)
        );
        vm.warp(block.timestamp - 1);
        show(place);
    }

    function test_GivenADemandThatIsOver_ItIsNeitherShownNorClosedAgain() public {
        uint256 place = recordOne(0, UNITS, 1);
        demand();
        show(place);
        failsAtOnce(
            address(court),
            shower,
            abi.encodeCall(court.showRecord, (proofOf(place, 0))),
            abi.encodeWithSelector(ICourt.Court_NotDemanded.selector, receipt.recordHash, DemandState.Shown)
        );
        pass(DEMAND);
        vm.expectRevert(
            abi.encodeWithSelector(ICourt.Court_NotDemanded.selector, receipt.recordHash, DemandState.Shown)
        );
        court.closeRecordDemand(receipt.recordHash);
        vm.expectRevert(
            abi.encodeWithSelector(ICourt.Court_NotDemanded.selector, keccak256("nothing"), DemandState.None)
        );
        court.closeRecordDemand(keccak256("nothing"));
    }

    function test_GivenABondTooSmall_NothingIsDemanded() public {
        passPromise(receipt);
        bytes memory call = demandCall(receipt, promised);
        announce(address(court), shower, call);
        failsAtOnce(
            address(court),
            shower,
            call,
            abi.encodeWithSelector(IBonds.Bonds_TooSmall.selector, bondOf(showerAccount), 0, DEMAND_FEE)
        );
    }

    function test_GivenAnOperatorWithLessThanTheCost_WhatItHasIsTaken() public {
        // All but a fifth of the cost leaves, which is held from what is leaving too.
        vm.prank(operator);
        bonds.requestWithdrawal(bondOf(operatorAccount), BOND);
        pass(4 days);
        receipt = receiptOf(promised);
        vm.prank(operator);
        bonds.withdraw(bondOf(operatorAccount));
        fundBond(bondOf(operatorAccount), COST / 5);
        vm.prank(operator);
        bonds.requestWithdrawal(bondOf(operatorAccount), COST / 10);
        demand();
        vm.assertEq(court.demandOf(receipt.recordHash).heldGwei, COST / 5);
        expectBond(operatorAccount, COST / 5, COST / 5);
        pass(DEMAND);
        court.closeRecordDemand(receipt.recordHash);
        expectBond(operatorAccount, 0, 0);
        vm.assertEq(earnedOf(challengerAccount), ((COST / 5) * 3) / 10);
    }

    function test_GivenCoverThatUnsettledRecordsAsk_ItIsNotHeld_ButIsTakenAllTheSame() public {
        recordOne(0, 60_000, 9);
        uint64 required = uint64(bonds.requiredOf(bondOf(operatorAccount)));
        leaveOnly(required + COST / 2);
        receipt = receiptOf(promised);
        demand();
        vm.assertEq(court.demandOf(receipt.recordHash).heldGwei, COST / 2);
        pass(DEMAND);
        court.closeRecordDemand(receipt.recordHash);
        expectBond(operatorAccount, required - COST / 2, 0);
        vm.assertEq(earnedOf(challengerAccount), (COST * 3) / 10);
    }

    function test_GivenAReceiptForAModelThatIsNone_ItReverts() public {
        receipt.model = base;
        receipt.channel = keccak256(abi.encodePacked(promised.payer, operatorAccount, base, promised.salt));
        receipt.recordHash = keccak256(
            abi.encodePacked(receipt.channel, promised.feeUnits, promised.commitment, promised.sketch)
        );
        passPromise(receipt);
        fails(
            address(court),
            demandCall(receipt, promised),
            abi.encodeWithSelector(IModels.Models_NotServable.selector, base)
        );
    }

    function test_GivenNoAccount_NothingIsShown() public {
        uint256 place = recordOne(0, UNITS, 1);
        demand();
        failsAtOnce(
            address(court),
            named("nobody"),
            abi.encodeCall(court.showRecord, (proofOf(place, 0))),
            abi.encodeWithSelector(IAccounts.Accounts_NoAccount.selector, named("nobody"))
        );
    }

    function test_GivenTermsThatChange_ADemandKeepsThoseItWasOpenedWith() public {
        demand();
        CourtTerms memory terms = courtTerms();
        (terms.demandFeeGwei, terms.demandSeconds, terms.receiptFees) = (5 * OPEN, 1 hours, 100);
        court.setTerms(terms);
        pass(1 hours);
        uint40 dueAt = court.demandOf(receipt.recordHash).dueAt;
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_DemandOpen.selector, dueAt, clock.time()));
        court.closeRecordDemand(receipt.recordHash);
        pass(DEMAND - 1 hours);
        court.closeRecordDemand(receipt.recordHash);
        expectBond(operatorAccount, BOND - COST, 0);
        expectBond(challengerAccount, CHALLENGER_BOND, 0);
        vm.assertEq(state(1).givenGwei, (COST * 7) / 100);
    }

    function test_WhilePaused_TheTimeToAnswerStandsStill() public {
        uint256 place = recordOne(0, UNITS, 1);
        demand();
        pass(DEMAND - 1);
        clock.pause();
        pass(5 days);
        uint40 dueAt = court.demandOf(receipt.recordHash).dueAt;
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_DemandOpen.selector, dueAt, dueAt - 1));
        court.closeRecordDemand(receipt.recordHash);
        show(place);
    }

    /// @dev What an operator that follows its own bond's notice could still be asked for is there.
    function test_GivenAPromiseOfADayAtMost_ADemandIsClosedBeforeABondAskedBackThenLeaves() public {
        receipt.recordBy = uint64(clock.time()) + 1 days;
        vm.prank(operator);
        bonds.requestWithdrawal(bondOf(operatorAccount), BOND);
        vm.warp(receipt.recordBy + WINDOW - 1);
        prove(address(court), demandCall(receipt, promised));
        uint40 leavesAt = bonds.bondStateOf(bondOf(operatorAccount)).leavesAt;
        vm.assertGe(leavesAt, court.demandOf(receipt.recordHash).dueAt, "a bond that leaves before the demand ends");
    }

    /// @dev An owner once struck its own model, and a friend then demanded what nobody could record any more.
    function test_GivenAModelThatWasStruckBeforeARecordWasDue_NothingIsDemanded() public {
        passPromise(receipt);
        strikeModel();
        address key = vm.addr(keyOf("receipts"));
        uint64 recordBy = receipt.recordBy;
        fails(
            address(court),
            demandCall(receipt, promised),
            abi.encodeWithSelector(ICourt.Court_BadReceipt.selector, key, 0, recordBy, recordBy)
        );
    }

    function test_GivenAModelThatWasStruckAfterARecordWasDue_ItIsDemanded() public {
        passPromise(receipt);
        pass(1);
        strikeModel();
        prove(address(court), demandCall(receipt, promised));
        expectBond(operatorAccount, BOND, COST);
    }

    function strikeModel() private {
        vm.prank(address(court));
        models.strike(model, 0);
    }

    function demand() private {
        passPromise(receipt);
        prove(address(court), demandCall(receipt, promised));
    }

    function show(uint256 place) private {
        RecordProof memory proof = proofOf(place, 0);
        vm.prank(shower);
        court.showRecord(proof);
    }

    /// @dev The same demand under another salt.
    function saltedCall(uint256 salt) private view returns (bytes memory) {
        return abi.encodeCall(court.demandRecord, (bytes32(salt), operatorAccount, receipt, signed(receipt), promised));
    }

    /// @dev Lets the operator's bond leave but for an amount.
    function leaveOnly(uint64 amountGwei) private {
        vm.prank(operator);
        bonds.requestWithdrawal(bondOf(operatorAccount), BOND - amountGwei);
        pass(4 days);
        vm.prank(operator);
        bonds.withdraw(bondOf(operatorAccount));
        expectBond(operatorAccount, amountGwei, 0);
    }

    function expectBond(AccountId account, uint64 balanceGwei, uint64 heldGwei) private view {
        Bond memory bond = bonds.bondStateOf(bondOf(account));
        vm.assertEq(bond.balanceGwei, balanceGwei);
        vm.assertEq(bond.heldGwei, heldGwei);
    }

    function batchAt(uint256 place) private view returns (uint64) {
        return BatchId.unwrap(recorded[place].header.batch);
    }
}
