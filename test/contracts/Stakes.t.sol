// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {Bond, IBonds} from "../../contracts/interfaces/IBonds.sol";
import {ILedger} from "../../contracts/interfaces/ILedger.sol";
import {Ledger} from "../../contracts/Ledger.sol";
import {AccountId, BondId, bondOf, ModelId} from "../../contracts/types/Ids.sol";
import {Market} from "./harness/Market.sol";

/// @notice What the Court may do to models and bonds, with the test itself as the court.
contract StakesTest is Market {
    AccountId private challenger;
    BondId private bond;
    uint64 private bondId;
    uint32 private challengerId;

    function setUp() public override {
        super.setUp();
        challenger = openAccount("challenger");
        challengerId = AccountId.unwrap(challenger);
        bond = bondOf(operatorAccount);
        bondId = BondId.unwrap(bond);
        ledger.appointCourt(address(this));
    }

    function test_WhenTheCourtIsAppointed_ItIsToldAndStaysForGood() public {
        ledger = new Ledger(token, accounts, models, address(manager), treasury, ledgerTerms());
        vm.assertEq(ledger.court(), address(0));
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, named("stranger")));
        vm.prank(named("stranger"));
        ledger.appointCourt(named("court"));
        vm.expectRevert(abi.encodeWithSelector(ILedger.Ledger_ZeroAddress.selector));
        ledger.appointCourt(address(0));

        vm.expectEmit(address(ledger));
        emit IBonds.CourtAppointed(named("court"));
        ledger.appointCourt(named("court"));
        vm.assertEq(ledger.court(), named("court"));
        vm.expectRevert(abi.encodeWithSelector(IBonds.Ledger_CourtAlreadyAppointed.selector, named("court")));
        ledger.appointCourt(named("another"));
    }

    function test_WhenAModelIsStruck_ItStopsAndAllOfItsBondIsSlashed() public {
        BondId ofModel = bondOf(model);
        vm.expectEmit(address(ledger));
        emit IBonds.ModelStopped(ModelId.unwrap(model));
        vm.expectEmit(address(ledger));
        emit IBonds.BondSlashed(BondId.unwrap(ofModel), challengerId, BOND, BOND / 2, 0);
        ledger.strikeModel(model, challenger);

        vm.assertTrue(ledger.bondStateOf(ofModel).isStopped);
        vm.assertEq(ledger.bondStateOf(ofModel).balanceGwei, 0);
        expectMatured(BOND / 2);
        vm.assertEq(ledger.unburntGwei(), BOND / 2);
    }

    function test_GivenAStoppedModel_ItRecordsTakesAndLosesNothingMore() public {
        ledger.strikeModel(model, challenger);
        bytes memory refusal = abi.encodeWithSelector(IBonds.Ledger_ModelStopped.selector, model);
        vm.expectRevert(refusal);
        vm.prank(operator);
        ledger.recordBatch(model, recordFor(0, 1, 0));
        vm.expectRevert(refusal);
        ledger.depositBond(bondOf(model), 1);
        vm.expectRevert(refusal);
        ledger.strikeModel(model, challenger);
        vm.warp(block.timestamp + 2 * EPOCH);
        vm.assertTrue(ledger.bondStateOf(bondOf(model)).isStopped);
    }

    function test_WhenSlashed_ItGoesAsFarAsTheBond() public {
        vm.expectEmit(address(ledger));
        emit IBonds.BondSlashed(bondId, challengerId, 7, 3, BOND - 7);
        ledger.slash(bond, 7, challenger);
        vm.expectEmit(address(ledger));
        emit IBonds.BondSlashed(bondId, challengerId, BOND - 7, (BOND - 7) / 2, 0);
        ledger.slash(bond, type(uint64).max, challenger);
        vm.assertEq(ledger.unburntGwei(), 4 + (BOND - 6) / 2);
        expectMatured(3 + (BOND - 7) / 2);
    }

    function test_GivenAnEmptyBond_WhenSlashed_NothingIsSaid() public {
        ledger.slash(bond, type(uint64).max, challenger);
        (uint48 before, ) = ledger.journal();
        ledger.slash(bond, 1, challenger);
        ledger.slash(bondOf(challenger), 1, challenger);
        (uint48 count, ) = ledger.journal();
        vm.assertEq(count, before);
    }

    function test_GivenAFee_WhenABondIsSlashed_WhatItAnswersForStays() public {
        record(recordFor(0, 500, 0));
        ledger.slash(bond, 7, challenger);
        vm.assertEq(ledger.bondStateOf(bond).exposureGwei, 500);
    }

    function test_WhenFrozen_NothingLeavesUntilThen() public {
        uint40 until = uint40(block.timestamp + 30 days);
        vm.prank(operator);
        ledger.requestBondWithdrawal(bond, 5);
        vm.expectEmit(address(ledger));
        emit IBonds.BondFrozen(bondId, until);
        ledger.freezeBond(bond, until);

        vm.warp(until - 1);
        vm.expectRevert(abi.encodeWithSelector(ILedger.Ledger_LeavesLater.selector, until, until - 1));
        vm.prank(operator);
        ledger.withdrawBond(bond);
        vm.warp(until);
        vm.prank(operator);
        ledger.withdrawBond(bond);
        vm.assertEq(token.balanceOf(operator), 5e9);
    }

    function test_GivenALongerFreeze_WhenFrozenForLess_ItStaysAndNothingIsSaid() public {
        ledger.freezeBond(bond, 2_000_000_000);
        (uint48 before, ) = ledger.journal();
        ledger.freezeBond(bond, 1_999_999_999);
        ledger.freezeBond(bond, 2_000_000_000);
        (uint48 count, ) = ledger.journal();
        vm.assertEq(count, before);
        vm.assertEq(ledger.bondStateOf(bond).frozenUntil, 2_000_000_000);
    }

    function test_WhenStaked_ItLeavesTheBalanceAndCanComeBack() public {
        vm.expectEmit(address(ledger));
        emit IBonds.BondStaked(bondId, 100, BOND - 100, 100);
        ledger.stake(bond, 100);
        vm.expectEmit(address(ledger));
        emit IBonds.BondStaked(bondId, 11, BOND - 111, 111);
        ledger.stake(bond, 11);
        vm.expectEmit(address(ledger));
        emit IBonds.BondReleased(bondId, 100, BOND - 11, 11);
        ledger.release(bond, 100);

        Bond memory state = ledger.bondStateOf(bond);
        vm.assertEq(state.balanceGwei, BOND - 11);
        vm.assertEq(state.stakedGwei, 11);
    }

    function test_WhenAStakeIsPaid_ItCanBeClaimedAtOnce() public {
        ledger.stake(bond, 100);
        vm.expectEmit(address(ledger));
        emit IBonds.StakePaid(bondId, challengerId, 60, 40);
        ledger.payStake(bond, 60, challenger);
        vm.assertEq(ledger.bondStateOf(bond).stakedGwei, 40);
        vm.assertEq(ledger.bondStateOf(bond).balanceGwei, BOND - 100);
        vm.assertEq(ledger.claim(challenger), 60);
    }

    function test_GivenAStakeOfOneGwei_WhenPaid_ItIsEarned() public {
        ledger.stake(bond, 1);
        ledger.payStake(bond, 1, challenger);
        vm.assertEq(ledger.claim(challenger), 1);
    }

    function test_GivenLessAtStake_WhenReleasedOrPaid_ItReverts() public {
        ledger.stake(bond, 100);
        bytes memory refusal = abi.encodeWithSelector(IBonds.Ledger_StakeTooSmall.selector, bond, 100, 101);
        vm.expectRevert(refusal);
        ledger.release(bond, 101);
        vm.expectRevert(refusal);
        ledger.payStake(bond, 101, challenger);
        ledger.release(bond, 100);
        vm.assertEq(ledger.bondStateOf(bond).stakedGwei, 0);
    }

    function test_WhenStaked_WhatStaysCoversTheFeesThatCanBeStruck() public {
        record(recordFor(0, 500, 0));
        uint64 spare = BOND - MINIMUM_BOND - 500;
        vm.expectRevert(abi.encodeWithSelector(IBonds.Ledger_BondTooSmall.selector, bond, BOND, uint256(BOND) + 1));
        ledger.stake(bond, spare + 1);
        ledger.stake(bond, spare);
        vm.assertEq(ledger.bondStateOf(bond).balanceGwei, MINIMUM_BOND + 500);
        ledger.release(bond, spare);

        vm.warp(block.timestamp + 2 * EPOCH);
        vm.expectRevert(abi.encodeWithSelector(IBonds.Ledger_BondTooSmall.selector, bond, BOND, uint256(BOND) + 1));
        ledger.stake(bond, BOND + 1);
        ledger.stake(bond, BOND);
        vm.assertEq(ledger.bondStateOf(bond).balanceGwei, 0);
    }

    /// @dev Whoever shows its own demanded rows would be paid its own stake, past the freeze.
    function test_GivenAFrozenBond_WhenStaked_ItReverts() public {
        uint40 until = uint40(block.timestamp + 1);
        ledger.freezeBond(bond, until);
        vm.expectRevert(abi.encodeWithSelector(ILedger.Ledger_LeavesLater.selector, until, block.timestamp));
        ledger.stake(bond, 1);
        vm.warp(until);
        ledger.stake(bond, 1);
        vm.assertEq(ledger.bondStateOf(bond).stakedGwei, 1);
    }

    function test_WhenWhatIsSlashedIsBurnt_TheSupplyFalls() public {
        ledger.slash(bond, 2_001, challenger);
        uint256 supply = token.totalSupply();
        uint256 held = token.balanceOf(address(ledger));
        vm.expectEmit(address(ledger));
        emit IBonds.SlashedBurnt(1_001);
        vm.prank(named("anyone"));
        vm.assertEq(ledger.burnSlashed(), 1_001);
        vm.assertEq(token.totalSupply(), supply - 1_001e9);
        vm.assertEq(token.balanceOf(address(ledger)), held - 1_001e9);
        vm.assertEq(ledger.unburntGwei(), 0);
        vm.expectRevert(abi.encodeWithSelector(IBonds.Ledger_NothingToBurn.selector));
        ledger.burnSlashed();
    }

    function expectMatured(uint64 expected) private view {
        (uint64 matured, ) = ledger.earningsOf(challenger);
        vm.assertEq(matured, expected, "matured");
    }
}
