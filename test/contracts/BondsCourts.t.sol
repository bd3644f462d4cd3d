// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Bond, IBonds, Split} from "../../contracts/interfaces/IBonds.sol";
import {ILedger} from "../../contracts/interfaces/ILedger.sol";
import {AccountId, BondId, bondOf, BookId, ModelId} from "../../contracts/types/Ids.sol";
import {MarketBooks} from "./harness/MarketBooks.sol";

/// @notice What the courts may do to bonds, with the test in the place of the court.
contract BondsCourtsTest is MarketBooks {
    AccountId private challenger;
    BondId private bond;
    BondId private own;

    function setUp() public override {
        super.setUp();
        challenger = openAccount("challenger");
        bond = bondOf(operatorAccount);
        own = bondOf(challenger);
    }

    function test_WhenStaked_AFreePartIsHeld() public {
        bondUp(own, 100);
        vm.expectEmit(address(bonds));
        emit IBonds.BondHeld(BondId.unwrap(own), 60, 60, 0);
        stake(own, 60);
        stake(own, 40);
        expectBond(own, Bond(100, 0, 100, 0, 0, 0));
        vm.expectRevert(abi.encodeWithSelector(IBonds.Bonds_TooSmall.selector, own, uint64(0), uint256(1)));
        stake(own, 1);
    }

    function test_GivenAPartThatIsLeaving_ItCannotBeStaked() public {
        bondUp(own, 100);
        vm.prank(named("challenger"));
        bonds.requestWithdrawal(own, 30);
        vm.expectRevert(abi.encodeWithSelector(IBonds.Bonds_TooSmall.selector, own, uint64(70), uint256(71)));
        stake(own, 71);
        stake(own, 70);
        expectBond(own, Bond(100, 30, 70, 0, 0, clock.time() + 4 days));
    }

    /// @dev What must cover records stakes for nothing else.
    function test_GivenUnsettledRecords_OnlyWhatIsBeyondTheirCoverCanBeStaked() public {
        recordOne(0, 1_000, 1);
        uint64 requiredGwei = uint64(bonds.requiredOf(bond));
        vm.expectRevert(abi.encodeWithSelector(IBonds.Bonds_TooSmall.selector, bond, BOND, uint256(BOND) + 1));
        stake(bond, BOND - requiredGwei + 1);
        stake(bond, BOND - requiredGwei);
        vm.assertEq(bonds.bondStateOf(bond).heldGwei, BOND - requiredGwei);
    }

    function test_WhenHeld_WhatThereIsIsHeld_FromWhatIsLeavingFirst() public {
        bondUp(own, 100);
        vm.prank(named("challenger"));
        bonds.requestWithdrawal(own, 90);
        uint40 leavesAt = clock.time() + 4 days;
        vm.expectEmit(address(bonds));
        emit IBonds.BondHeld(BondId.unwrap(own), 30, 30, 60);
        vm.assertEq(hold(own, 30), 30);
        expectBond(own, Bond(100, 60, 30, 0, 0, leavesAt));
        vm.assertEq(hold(own, 1_000), 70);
        expectBond(own, Bond(100, 0, 100, 0, 0, leavesAt));
        (uint48 before, ) = bonds.journal();
        vm.assertEq(hold(own, 1), 0);
        (uint48 count, ) = bonds.journal();
        vm.assertEq(count, before, "nothing held, nothing told");
    }

    /// @dev A payer's appeal once made a batch revert whose operator had asked back no more than it could spare.
    function test_GivenEnoughThatIsLeaving_NothingThatIsHeldMakesABatchRevert() public {
        recordOne(0, 1_000, 1);
        uint64 requiredGwei = uint64(bonds.requiredOf(bond)) + 500 * uint64(FEE_UNIT) + OPEN / 100;
        vm.prank(operator);
        bonds.requestWithdrawal(bond, BOND - requiredGwei);
        hold(bond, (BOND - requiredGwei) / 2);
        holdSpare(bond, (BOND - requiredGwei) / 2);
        recordOne(0, 500, 2);
        vm.assertTrue(bonds.bondStateOf(bond).leavingGwei <= 1);
    }

    /// @dev An operator could once have all of its bond held for a demand of its own, and proofs against it took nothing.
    function test_GivenUnsettledRecords_WhenTheSpareIsHeld_TheirCoverStaysOpenToProofs() public {
        recordOne(0, 1_000, 1);
        uint64 requiredGwei = uint64(bonds.requiredOf(bond));
        vm.expectEmit(address(bonds));
        emit IBonds.BondHeld(BondId.unwrap(bond), BOND - requiredGwei, BOND - requiredGwei, 0);
        vm.assertEq(holdSpare(bond, type(uint64).max), BOND - requiredGwei);
        vm.assertEq(holdSpare(bond, 1), 0);
        vm.assertEq(slash(bond, BOND, 0, toOnly(challenger, 3_000)), requiredGwei);
        expectBond(bond, Bond(BOND - requiredGwei, 0, BOND - requiredGwei, requiredGwei - MINIMUM_BOND, 0, 0));
        vm.assertEq(holdSpare(bond, 1), 0, "less than what it must cover");
    }

    function test_GivenNothingToCover_TheSpareIsAllOfABond() public {
        bondUp(own, 100);
        vm.prank(named("challenger"));
        bonds.requestWithdrawal(own, 100);
        vm.assertEq(holdSpare(own, 40), 40);
        vm.assertEq(holdSpare(own, 1_000), 60);
        expectBond(own, Bond(100, 0, 100, 0, 0, clock.time() + 4 days));
    }

    function test_WhenReleased_ItIsFreeAgain() public {
        bondUp(own, 100);
        stake(own, 60);
        vm.expectEmit(address(bonds));
        emit IBonds.BondReleased(BondId.unwrap(own), 25, 35);
        release(own, 25);
        expectBond(own, Bond(100, 0, 35, 0, 0, 0));
        (uint48 before, ) = bonds.journal();
        release(own, 0);
        (uint48 count, ) = bonds.journal();
        vm.assertEq(count, before, "nothing released, nothing told");
    }

    function test_GivenAHeldPart_ItDoesNotLeave() public {
        bondUp(own, 100);
        stake(own, 60);
        vm.startPrank(named("challenger"));
        bonds.requestWithdrawal(own, 100);
        vm.assertEq(bonds.bondStateOf(own).leavingGwei, 40);
        pass(4 days);
        bonds.withdraw(own);
        vm.stopPrank();
        vm.assertEq(token.balanceOf(named("challenger")), 40e9);
        expectBond(own, Bond(60, 0, 60, 0, 0, 0));
    }

    function test_WhenSlashed_TheBountyIsEarnedAndTheRestIsNobodys() public {
        uint256 inBonds = token.balanceOf(address(bonds));
        uint256 inEarnings = token.balanceOf(address(earnings));
        vm.expectEmit(address(bonds));
        emit IBonds.BondSlashed(BondId.unwrap(bond), AccountId.unwrap(challenger), 1_001, 300, 0, BOND - 1_001, 0, 0);
        vm.assertEq(slash(bond, 1_001, 0, toOnly(challenger, 3_000)), 1_001);
        vm.assertEq(earnedBy(challenger), 300);
        vm.assertEq(bonds.unburntGwei(), 701);
        vm.assertEq(token.balanceOf(address(bonds)), inBonds - 300e9);
        vm.assertEq(token.balanceOf(address(earnings)), inEarnings + 300e9);
    }

    function test_WhenSlashed_APartGoesToContributorsByTheOpenBook() public {
        Split memory split = Split(challenger, 3_000, model, operatorAccount, 2_500);
        uint96 id = BookId.unwrap(book(1));
        vm.expectEmit(address(bonds));
        emit IBonds.BondSlashed(BondId.unwrap(bond), AccountId.unwrap(challenger), 1_001, 300, 250, BOND - 1_001, 0, 0);
        vm.expectEmit(address(ledger));
        emit ILedger.BookOpened(id, clock.time() + 28 days, WINDOW, EPOCH, OPEN, TREASURY_BPS);
        vm.expectEmit(address(ledger));
        emit ILedger.GivenToBook(id, 250);
        slash(bond, 1_001, 0, split);
        vm.assertEq(state(1).givenGwei, 250);
        vm.assertEq(state(1).batches, 0);
        vm.assertEq(bonds.unburntGwei(), 451);
        split.toBps = 0;
        slash(bond, 1_000, 0, split);
        vm.assertEq(state(1).givenGwei, 500);
        vm.assertEq(earnedBy(challenger), 300);
    }

    function test_GivenNoBounty_AllOfItIsNobodys() public {
        uint256 inEarnings = token.balanceOf(address(earnings));
        slash(bond, 1_000, 0, toOnly(challenger, 0));
        vm.assertEq(bonds.unburntGwei(), 1_000);
        vm.assertEq(token.balanceOf(address(earnings)), inEarnings);
    }

    function test_WhenMoreIsSlashedThanThereIs_WhatThereIsIsTaken() public {
        vm.assertEq(slash(bond, type(uint64).max, 0, toOnly(challenger, 5_000)), BOND);
        expectBond(bond, Bond(0, 0, 0, 0, 0, 0));
        vm.assertEq(slash(bond, 1, 0, toOnly(challenger, 5_000)), 0);
    }

    function test_GivenAPartHeldForSomethingElse_ItIsNotTaken() public {
        hold(bond, 400);
        hold(bond, 600);
        vm.assertEq(slash(bond, type(uint64).max, 600, toOnly(challenger, 0)), BOND - 400);
        expectBond(bond, Bond(400, 0, 400, 0, 0, 0));
    }

    function test_GivenLessTakenThanWasHeldForIt_TheRestIsFree() public {
        hold(bond, 1_000);
        vm.assertEq(slash(bond, 300, 1_000, toOnly(challenger, 0)), 300);
        expectBond(bond, Bond(BOND - 300, 0, 0, 0, 0, 0));
    }

    function test_WhenSlashed_WhatIsLeavingShrinksToWhatIsLeft() public {
        vm.prank(operator);
        bonds.requestWithdrawal(bond, BOND - 10);
        uint40 leavesAt = clock.time() + 4 days;
        slash(bond, 10, 0, toOnly(challenger, 0));
        expectBond(bond, Bond(BOND - 10, BOND - 10, 0, 0, 0, leavesAt));
        slash(bond, 5, 0, toOnly(challenger, 0));
        expectBond(bond, Bond(BOND - 15, BOND - 15, 0, 0, 0, leavesAt));
        pass(4 days);
        vm.prank(operator);
        bonds.withdraw(bond);
        vm.assertEq(token.balanceOf(operator), (uint256(BOND) - 15) * 1e9);
    }

    function test_BothCourtsMay_AndNobodyElse() public {
        bondUp(own, 100);
        vm.startPrank(address(unitCourt));
        bonds.stake(own, 10);
        bonds.hold(own, 10);
        bonds.holdSpare(own, 10);
        bonds.release(own, 5);
        bonds.slash(own, 1, 0, toOnly(challenger, 0));
        vm.stopPrank();
        expectBond(own, Bond(99, 0, 25, 0, 0, 0));

        bytes memory refusal = abi.encodeWithSelector(IBonds.Bonds_NotAppointed.selector, address(this));
        vm.expectRevert(refusal);
        bonds.stake(own, 1);
        vm.expectRevert(refusal);
        bonds.hold(own, 1);
        vm.expectRevert(refusal);
        bonds.holdSpare(own, 1);
        vm.expectRevert(refusal);
        bonds.release(own, 1);
        vm.expectRevert(refusal);
        bonds.slash(own, 1, 0, toOnly(challenger, 0));
    }

    function testFuzz_GivenAnySlash_BountyGivenAndBurntAreAllOfIt(
        uint64 amountGwei,
        uint16 toBps,
        uint16 givenBps
    ) public {
        Split memory split = Split(challenger, toBps % 5_001, model, operatorAccount, givenBps % 5_001);
        uint256 before = token.balanceOf(address(earnings));
        uint64 taken = slash(bond, amountGwei, 0, split);
        vm.assertEq(taken, amountGwei < BOND ? amountGwei : BOND);
        uint64 given = ledger.bookCountOf(model, operatorAccount) == 0 ? 0 : state(1).givenGwei;
        vm.assertEq(earnedBy(challenger) + given + bonds.unburntGwei(), taken);
        vm.assertEq(token.balanceOf(address(earnings)) - before, (earnedBy(challenger) + given) * 1e9);
    }

    function expectBond(BondId which, Bond memory expected) private view {
        vm.assertEq(abi.encode(bonds.bondStateOf(which)), abi.encode(expected));
    }

    function stake(BondId which, uint64 amountGwei) private {
        vm.prank(address(court));
        bonds.stake(which, amountGwei);
    }

    function hold(BondId which, uint64 amountGwei) private returns (uint64) {
        vm.prank(address(court));
        return bonds.hold(which, amountGwei);
    }

    function holdSpare(BondId which, uint64 amountGwei) private returns (uint64) {
        vm.prank(address(court));
        return bonds.holdSpare(which, amountGwei);
    }

    function release(BondId which, uint64 amountGwei) private {
        vm.prank(address(court));
        bonds.release(which, amountGwei);
    }

    function slash(BondId which, uint64 amountGwei, uint64 heldGwei, Split memory split) private returns (uint64) {
        vm.prank(address(court));
        return bonds.slash(which, amountGwei, heldGwei, split);
    }
}
