// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IAccounts} from "../../../contracts/interfaces/IAccounts.sol";
import {Bond, BondRule, IBonds} from "../../../contracts/interfaces/IBonds.sol";
import {Appeal, CourtTerms, ICourt} from "../../../contracts/interfaces/ICourt.sol";
import {ILedger} from "../../../contracts/interfaces/ILedger.sol";
import {IModels} from "../../../contracts/interfaces/IModels.sol";
import {Records} from "../../../contracts/libraries/Records.sol";
import {AccountId, BatchId, BondId, bondOf, BookId, ModelId} from "../../../contracts/types/Ids.sol";
import {Record, RecordProof} from "../../../contracts/types/Records.sol";
import {CourtMarket} from "../harness/CourtMarket.sol";

/// @notice What no chain decides: a stake, a deadline and an arbiter.
contract AppealsTest is CourtMarket {
    bytes32 private constant GROUNDS = keccak256("grounds");
    bytes32 private constant REASONS = keccak256("reasons");
    /// @dev Twenty fees of 500,000,000 gwei, which is the least stake too.
    uint64 private constant STAKE = 10 * OPEN;
    uint64 private constant COST = FEE + PER_RECORD;
    uint16 private constant UNIT = 2;

    uint256 private place;

    function setUp() public override {
        super.setUp();
        place = recordOne(0, UNITS, 1);
        vm.assertEq(court.APPEAL_FEES(), 20);
    }

    function test_WhenARecordIsAppealed_ItIsSetAside_AndBothBondsAreHeld() public {
        RecordProof memory proof = proofOf(place, 0);
        bytes memory sum = sumOf(place);
        uint40 dueAt = clock.time() + RULING;
        vm.expectEmit(address(bonds));
        emit IBonds.BondHeld(bondNumber(challengerAccount), STAKE, STAKE, 0);
        vm.expectEmit(address(bonds));
        emit IBonds.BondHeld(bondNumber(operatorAccount), COST, COST, 0);
        vm.expectEmit(address(court));
        emit ICourt.RecordAppealed(
            1,
            BatchId.unwrap(proof.header.batch),
            idOf(challengerAccount),
            0,
            STAKE,
            COST,
            FEE,
            dueAt,
            GROUNDS,
            "ipfs://grounds"
        );
        vm.prank(challenger);
        vm.assertEq(court.appealRecord(proof, sum, GROUNDS, "ipfs://grounds"), 1);
        markGone(place, 0);

        vm.assertEq(court.appealCount(), 1);
        Appeal memory expected = Appeal({
            appellant: challengerAccount,
            accused: operatorAccount,
            model: model,
            isUnit: false,
            unit: 0,
            dueAt: dueAt,
            stakeGwei: STAKE,
            heldGwei: COST,
            feeGwei: FEE,
            payer: payers[0]
        });
        vm.assertEq(abi.encode(court.appealOf(1)), abi.encode(expected));
        vm.assertEq(state(1).units, 0);
        vm.assertEq(earnedOf(payers[0]), 0);
    }

    function test_GivenALargeFee_TheStakeIsTwentyOfIt() public {
        place = recordOne(1, 2_000, 2);
        file();
        vm.assertEq(court.appealOf(1).stakeGwei, 20 * 2_000 * uint64(FEE_UNIT));
        vm.assertEq(court.appealOf(1).heldGwei, 2_000 * uint64(FEE_UNIT) + PER_RECORD);
    }

    function test_GivenARuleOfThatDay_TheCostIsOfIt() public {
        BondRule memory rule = bondRule();
        (rule.ratioBps, rule.perRecordGwei) = (25_001, 7);
        bonds.setRule(rule);
        file();
        vm.assertEq(court.appealOf(1).heldGwei, (FEE * 25_001) / 10_000 + 7);
    }

    function test_GivenARecordThatWasAppealedVoidedOrNeverWas_ItReverts() public {
        file();
        RecordProof memory proof = proofOf(place, 0);
        refusesRecord(proof, abi.encodeWithSelector(Records.Records_NotRecorded.selector, proof.header, 0));
        vm.prank(arbiter);
        court.rule(1, false, REASONS, "");
        refusesRecord(proof, abi.encodeWithSelector(Records.Records_NotRecorded.selector, proof.header, 0));

        place = recordOne(0, UNITS, 2);
        takeOut(place, 0, false);
        proof = proofOf(place, 0);
        refusesRecord(proof, abi.encodeWithSelector(Records.Records_NotRecorded.selector, proof.header, 0));
        place = recordOne(0, UNITS, 3);
        proof = proofOf(place, 0);
        proof.record.feeUnits += 1;
        refusesRecord(proof, abi.encodeWithSelector(Records.Records_NotRecorded.selector, proof.header, 0));
    }

    function test_GivenTheEndOfTheWindow_ARecordIsAppealedNoMore() public {
        passWindow(1);
        uint40 end = ledger.windowEndOf(book(1));
        refusesRecord(proofOf(place, 0), abi.encodeWithSelector(ILedger.Ledger_WindowOver.selector, book(1), end, end));
        vm.warp(block.timestamp - 1);
        file();
    }

    function test_GivenNoAccountOrNoBond_NothingIsAppealed() public {
        RecordProof memory proof = proofOf(place, 0);
        bytes memory sum = sumOf(place);
        bytes memory refusal = abi.encodeWithSelector(IAccounts.Accounts_NoAccount.selector, named("nobody"));
        vm.startPrank(named("nobody"));
        vm.expectRevert(refusal);
        court.appealRecord(proof, sum, GROUNDS, "");
        vm.expectRevert(refusal);
        court.appealUnit(model, UNIT, GROUNDS, "");
        vm.stopPrank();
        refusal = abi.encodeWithSelector(IBonds.Bonds_TooSmall.selector, bondOf(payers[0]), 0, STAKE);
        vm.startPrank(named(payerName(0)));
        vm.expectRevert(refusal);
        court.appealRecord(proof, sum, GROUNDS, "");
        vm.expectRevert(refusal);
        court.appealUnit(model, UNIT, GROUNDS, "");
        vm.stopPrank();
        vm.assertEq(court.appealCount(), 0);
        vm.assertEq(state(1).units, UNITS);
    }

    function test_WhenUpheld_ThePayerGetsTheFee_AndTheAppellantStakeAndBounty() public {
        file();
        vm.expectEmit(address(court));
        emit ICourt.AppealRuled(1, true, REASONS, "ipfs://reasons");
        vm.expectEmit(address(bonds));
        emit IBonds.BondReleased(bondNumber(challengerAccount), STAKE, 0);
        vm.expectEmit(address(bonds));
        emit IBonds.BondSlashed(
            bondNumber(operatorAccount),
            idOf(challengerAccount),
            COST,
            (COST * 3) / 10,
            0,
            BOND - COST,
            0,
            0
        );
        vm.expectEmit(address(ledger));
        emit ILedger.FeeReturned(ModelId.unwrap(model), idOf(operatorAccount), idOf(payers[0]), FEE, true);
        ruleOn(1, true);
        vm.assertEq(earnedOf(payers[0]), FEE);
        vm.assertEq(earnedOf(challengerAccount), (COST * 3) / 10);
        vm.assertEq(bonds.unburntGwei(), COST - (COST * 3) / 10);
        expectBond(bondOf(challengerAccount), CHALLENGER_BOND, 0);
        expectBond(bondOf(operatorAccount), BOND - COST, 0);
        expectOver(1);
    }

    function test_WhenDenied_TheAccusedGetsHalfTheStake_AndContributorsTheFee() public {
        file();
        vm.expectEmit(address(court));
        emit ICourt.AppealRuled(1, false, REASONS, "ipfs://reasons");
        vm.expectEmit(address(bonds));
        emit IBonds.BondReleased(bondNumber(operatorAccount), COST, 0);
        vm.expectEmit(address(bonds));
        emit IBonds.BondSlashed(
            bondNumber(challengerAccount),
            idOf(operatorAccount),
            STAKE,
            STAKE / 2,
            0,
            CHALLENGER_BOND - STAKE,
            0,
            0
        );
        vm.expectEmit(address(ledger));
        emit ILedger.FeeReturned(ModelId.unwrap(model), idOf(operatorAccount), idOf(payers[0]), FEE, false);
        vm.expectEmit(address(ledger));
        emit ILedger.GivenToBook(BookId.unwrap(book(1)), FEE);
        ruleOn(1, false);
        vm.assertEq(earnedOf(operatorAccount), STAKE / 2);
        vm.assertEq(bonds.unburntGwei(), STAKE / 2);
        vm.assertEq(state(1).givenGwei, FEE);
        vm.assertEq(earnedOf(payers[0]), 0);
        expectBond(bondOf(operatorAccount), BOND, 0);
        expectOver(1);
    }

    function test_WhenNobodyRules_AQuarterOfTheStakeIsBurnt_AndContributorsGetTheFee() public {
        // Enough for the book to close with its epoch.
        recordOne(1, 700, 2);
        file();
        vm.warp(block.timestamp + RULING);
        vm.expectEmit(address(court));
        emit ICourt.AppealLapsed(1);
        vm.expectEmit(address(bonds));
        emit IBonds.BondReleased(bondNumber(operatorAccount), COST, 0);
        vm.expectEmit(address(bonds));
        emit IBonds.BondReleased(bondNumber(challengerAccount), STAKE - STAKE / 4, STAKE / 4);
        vm.expectEmit(address(bonds));
        emit IBonds.BondSlashed(
            bondNumber(challengerAccount),
            idOf(challengerAccount),
            STAKE / 4,
            0,
            0,
            CHALLENGER_BOND - STAKE / 4,
            0,
            0
        );
        vm.prank(named("anyone"));
        court.lapse(1);
        vm.assertEq(bonds.unburntGwei(), STAKE / 4);
        vm.assertEq(earnedOf(challengerAccount), 0);
        // The book of the record is closed by then: its fee is in the next.
        vm.assertEq(state(1).givenGwei, 0);
        vm.assertEq(state(2).givenGwei, FEE);
        expectBond(bondOf(operatorAccount), BOND, 0);
        expectBond(bondOf(challengerAccount), CHALLENGER_BOND - STAKE / 4, 0);
        expectOver(1);
    }

    function test_GivenTheLastSecond_ItIsRuledUntilThen_AndLapsesFromThenOn() public {
        file();
        uint40 dueAt = court.appealOf(1).dueAt;
        vm.warp(dueAt - 1);
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_AppealOpen.selector, dueAt, dueAt - 1));
        court.lapse(1);
        vm.warp(dueAt);
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_AppealOver.selector, dueAt, dueAt));
        ruleOn(1, true);
        vm.warp(dueAt - 1);
        ruleOn(1, true);
    }

    function test_WhilePaused_TheTimeToRuleStandsStill() public {
        file();
        pass(RULING - 1);
        clock.pause();
        pass(3 days);
        uint40 dueAt = court.appealOf(1).dueAt;
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_AppealOpen.selector, dueAt, dueAt - 1));
        court.lapse(1);
        ruleOn(1, false);
    }

    function test_GivenAnAppealThatIsOverOrNeverWas_ItReverts() public {
        expectOver(1);
        expectOver(0);
        file();
        ruleOn(1, false);
        expectOver(1);
    }

    function test_GivenABookThatIsSettledMeanwhile_NothingWaitsForTheRuling() public {
        recordOne(1, 700, 2);
        file();
        passWindow(1);
        settleWhole(book(1), plainModel());
        vm.assertTrue(state(1).isSettled);
        ruleOn(1, false);
        vm.assertEq(state(2).givenGwei, FEE);
        passWindow(2);
        settleWhole(book(2), plainModel());
        vm.assertTrue(state(2).isSettled);
    }

    function test_GivenAnyoneButTheArbiter_NothingIsRuled() public {
        file();
        address[4] memory others = [challenger, operator, address(court), named("stranger")];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, others[i]));
            vm.prank(others[i]);
            court.rule(1, true, REASONS, "");
        }
    }

    function test_GivenAnArbiterThatIsParty_ItRulesNothing() public {
        address[3] memory parties = [challenger, operator, named(payerName(0))];
        file();
        for (uint256 i = 0; i < parties.length; ++i) {
            manager.grantRole(ARBITER, parties[i], 0);
            expectPartial(parties[i]);
        }
        manager.grantRole(ARBITER, named(payerName(1)), 0);
        vm.prank(named(payerName(1)));
        court.rule(1, true, REASONS, "ipfs://reasons");
    }

    /// @dev An address may hold several accounts, and act as any of them.
    function test_GivenAnArbiterThatActsAsAnotherOfItsAccounts_ItIsPartyAllTheSame() public {
        AccountId second = openAccount("second self");
        vm.prank(named("second self"));
        accounts.proposePayout(second, challenger);
        vm.prank(challenger);
        accounts.acceptPayout(second);
        vm.prank(challenger);
        accounts.actAs(challengerAccount);
        file();
        vm.prank(challenger);
        accounts.actAs(second);
        manager.grantRole(ARBITER, challenger, 0);
        expectPartial(challenger);
    }

    function test_GivenAnArbiterWithAnAccountOfItsOwn_ItRulesWhatIsOthers() public {
        openAccount("arbiter");
        fileUnit();
        ruleOn(1, false);
        file();
        ruleOn(2, true);
        vm.assertEq(earnedOf(payers[0]), FEE);
    }

    function test_WhenAUnitIsAppealed_ItsModelsBondIsHeldForTheMinimum() public {
        uint40 dueAt = clock.time() + RULING;
        vm.expectEmit(address(bonds));
        emit IBonds.BondHeld(bondNumber(challengerAccount), STAKE, STAKE, 0);
        vm.expectEmit(address(bonds));
        emit IBonds.BondHeld(BondId.unwrap(bondOf(model)), MINIMUM_BOND, MINIMUM_BOND, 0);
        vm.expectEmit(address(court));
        emit ICourt.UnitAppealed(
            1,
            ModelId.unwrap(model),
            idOf(challengerAccount),
            UNIT,
            STAKE,
            MINIMUM_BOND,
            dueAt,
            GROUNDS,
            "ipfs://grounds"
        );
        fileUnit();
        Appeal memory expected = Appeal({
            appellant: challengerAccount,
            accused: modelOwner,
            model: model,
            isUnit: true,
            unit: UNIT,
            dueAt: dueAt,
            stakeGwei: STAKE,
            heldGwei: MINIMUM_BOND,
            feeGwei: 0,
            payer: AccountId.wrap(0)
        });
        vm.assertEq(abi.encode(court.appealOf(1)), abi.encode(expected));
        vm.assertEq(models.struckAt(model), 0);
    }

    function test_WhenUpheldAgainstAUnit_ItIsStruck_AndTheWholeBondIsGone() public {
        fileUnit();
        vm.expectEmit(address(models));
        emit IModels.UnitStruck(ModelId.unwrap(model), UNIT, clock.time());
        vm.expectEmit(address(bonds));
        emit IBonds.BondSlashed(
            BondId.unwrap(bondOf(model)),
            idOf(challengerAccount),
            BOND,
            (BOND * 3) / 10,
            0,
            0,
            0,
            0
        );
        ruleOn(1, true);
        vm.assertEq(models.struckAt(model), clock.time());
        vm.assertEq(earnedOf(challengerAccount), (BOND * 3) / 10);
        expectBond(bondOf(challengerAccount), CHALLENGER_BOND, 0);
        expectOver(1);
    }

    function test_WhenDeniedAgainstAUnit_TheOwnerGetsHalfTheStake() public {
        fileUnit();
        ruleOn(1, false);
        vm.assertEq(earnedOf(modelOwner), STAKE / 2);
        vm.assertEq(bonds.unburntGwei(), STAKE / 2);
        expectBond(bondOf(model), BOND, 0);
        vm.assertEq(models.struckAt(model), 0);
    }

    function test_WhenAnAppealAgainstAUnitLapses_TheBondIsFreeAndNoFeeMoves() public {
        fileUnit();
        (uint48 before, ) = ledger.journal();
        vm.warp(block.timestamp + RULING);
        court.lapse(1);
        (uint48 count, ) = ledger.journal();
        vm.assertEq(count, before);
        expectBond(bondOf(model), BOND, 0);
        expectBond(bondOf(challengerAccount), CHALLENGER_BOND - STAKE / 4, 0);
    }

    function test_GivenAUnitStruckMeanwhile_UpholdingPassesItOver() public {
        fileUnit();
        vm.prank(address(unitCourt));
        models.strike(model, UNIT);
        (uint48 before, ) = models.journal();
        ruleOn(1, true);
        (uint48 count, ) = models.journal();
        vm.assertEq(count, before);
        expectBond(bondOf(model), 0, 0);
    }

    function test_GivenNoSuchUnit_NothingIsAppealed() public {
        vm.startPrank(challenger);
        vm.expectRevert(abi.encodeWithSelector(IModels.Models_UnknownUnit.selector, model, CONTRIBUTORS, CONTRIBUTORS));
        court.appealUnit(model, uint16(CONTRIBUTORS), GROUNDS, "");
        vm.expectRevert(abi.encodeWithSelector(IModels.Models_NotServable.selector, base));
        court.appealUnit(base, 0, GROUNDS, "");
    }

    function test_GivenOneWhoOwnsTheModel_ItDoesNotRuleOfItsUnits() public {
        fileUnit();
        manager.grantRole(ARBITER, named("model owner"), 0);
        expectPartial(named("model owner"));
    }

    /// @dev An appeal holds what its record would cost, and nothing else of the bond.
    function test_GivenManyAppeals_OnlyWhatIsAtStakeIsHeld() public {
        for (uint256 i = 0; i < 5; ++i) {
            place = recordOne(i % PAYERS, UNITS, 10 + i);
            file();
        }
        expectBond(bondOf(operatorAccount), BOND, 5 * COST);
        for (uint64 appeal = 1; appeal <= 5; ++appeal) ruleOn(appeal, appeal % 2 == 0);
        expectBond(bondOf(operatorAccount), BOND - 2 * COST, 0);
    }

    /// @dev Anyone who is accused cannot let a friend strike the bond away before the ruling.
    function test_GivenAnAppeal_StrikingOneselfDoesNotTakeWhatIsHeld() public {
        file();
        for (uint256 i = 0; i < 3; ++i) {
            place = recordOne(1, 60_000, 50 + i);
            Record memory promised = promiseOf(1, 60_000, 50 + i);
            promised.feeUnits -= 1;
            prove(address(court), brokenCall(receiptOf(promised), promised, proofOf(place, 0), sumOf(place)));
            markGone(place, 0);
        }
        vm.prank(address(court));
        bonds.slash(bondOf(operatorAccount), type(uint64).max, 0, toOnly(challengerAccount, 3_000));
        expectBond(bondOf(operatorAccount), COST, COST);
        uint64 before = earnedOf(challengerAccount);
        ruleOn(1, true);
        vm.assertEq(earnedOf(challengerAccount), before + (COST * 3) / 10);
        expectBond(bondOf(operatorAccount), 0, 0);
    }

    function test_GivenABondThatIsLeaving_TheCostIsHeldFromIt_AndNoLongerLeaves() public {
        vm.prank(operator);
        bonds.requestWithdrawal(bondOf(operatorAccount), BOND);
        file();
        Bond memory bond = bonds.bondStateOf(bondOf(operatorAccount));
        vm.assertEq(bond.heldGwei, COST);
        vm.assertEq(bond.leavingGwei, BOND - COST);
    }

    function test_GivenTermsThatChange_AnAppealKeepsThoseItWasFiledWith() public {
        file();
        uint40 dueAt = court.appealOf(1).dueAt;
        CourtTerms memory terms = courtTerms();
        (terms.appealStakeGwei, terms.rulingSeconds) = (1_000 * OPEN, 7 days);
        court.setTerms(terms);
        BondRule memory rule = bondRule();
        (rule.ratioBps, rule.perRecordGwei) = (30_000, OPEN);
        bonds.setRule(rule);
        vm.warp(dueAt - 1);
        ruleOn(1, true);
        expectBond(bondOf(operatorAccount), BOND - COST, 0);
        expectBond(bondOf(challengerAccount), CHALLENGER_BOND, 0);
    }

    /// @dev Fees and ratios of any size: what leaves the bonds is earned, given or burnt, to the gwei.
    function testFuzz_GivenAnyAppeal_NothingIsLost(uint16 units, uint16 ratio, uint8 how) public {
        units = uint16(bound(units, 1, 40_000));
        BondRule memory rule = bondRule();
        (rule.ratioBps, rule.bountyBps) = (uint16(bound(ratio, 10_000, 30_000)), uint16(ratio % 5_001));
        bonds.setRule(rule);
        fundBond(bondOf(challengerAccount), 1_000 * OPEN);
        place = recordOne(2, units, 77);
        file();
        uint256 before = bondsTogether();
        if (how % 3 == 2) {
            vm.warp(block.timestamp + RULING);
            court.lapse(1);
        } else {
            ruleOn(1, how % 3 == 0);
        }
        uint256 given = ledger.bookCountOf(model, operatorAccount) == 2 ? state(2).givenGwei : state(1).givenGwei;
        uint256 earned = uint256(earnedOf(payers[2])) + earnedOf(challengerAccount) + earnedOf(operatorAccount);
        vm.assertEq(
            before + uint256(units) * FEE_UNIT,
            bondsTogether() + earned + given + bonds.unburntGwei(),
            "bonds and fee, afterwards"
        );
        vm.assertEq(bonds.bondStateOf(bondOf(operatorAccount)).heldGwei, 0);
        vm.assertEq(bonds.bondStateOf(bondOf(challengerAccount)).heldGwei, 0);
    }

    function file() private {
        RecordProof memory proof = proofOf(place, 0);
        bytes memory sum = sumOf(place);
        vm.prank(challenger);
        court.appealRecord(proof, sum, GROUNDS, "ipfs://grounds");
        markGone(place, 0);
    }

    function fileUnit() private {
        vm.prank(challenger);
        court.appealUnit(model, UNIT, GROUNDS, "ipfs://grounds");
    }

    function ruleOn(uint64 appeal, bool upheld) private {
        vm.prank(arbiter);
        court.rule(appeal, upheld, REASONS, "ipfs://reasons");
    }

    function refusesRecord(RecordProof memory proof, bytes memory refusal) private {
        bytes memory sum = sumOf(place);
        vm.expectRevert(refusal);
        vm.prank(challenger);
        court.appealRecord(proof, sum, GROUNDS, "");
    }

    function expectPartial(address who) private {
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_Partial.selector, 1, who));
        vm.prank(who);
        court.rule(1, true, REASONS, "");
    }

    function expectOver(uint64 appeal) private {
        bytes memory refusal = abi.encodeWithSelector(ICourt.Court_UnknownAppeal.selector, appeal);
        vm.expectRevert(refusal);
        ruleOn(appeal, true);
        vm.expectRevert(refusal);
        court.lapse(appeal);
        vm.assertEq(AccountId.unwrap(court.appealOf(appeal).appellant), 0);
    }

    function expectBond(BondId bond, uint64 balanceGwei, uint64 heldGwei) private view {
        vm.assertEq(bonds.bondStateOf(bond).balanceGwei, balanceGwei);
        vm.assertEq(bonds.bondStateOf(bond).heldGwei, heldGwei);
    }

    function bondsTogether() private view returns (uint256) {
        return
            uint256(bonds.bondStateOf(bondOf(operatorAccount)).balanceGwei) +
            bonds.bondStateOf(bondOf(challengerAccount)).balanceGwei;
    }

    function bondNumber(AccountId account) private pure returns (uint64) {
        return BondId.unwrap(bondOf(account));
    }
}
