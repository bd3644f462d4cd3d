// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Bond, IBonds} from "../../contracts/interfaces/IBonds.sol";
import {AccountId, BondId, bondOf} from "../../contracts/types/Ids.sol";
import {MarketBooks} from "./harness/MarketBooks.sol";
import {PlainBatch} from "./harness/PlainBatch.sol";

/// @notice An operator that promised to record while its book was covered keeps its promise in the next, whatever others of the same model used
/// up of the model's bond meanwhile.
contract BooksFollowingTest is MarketBooks {
    /// @dev Fees that let a book close with its epoch.
    uint256 private constant ENOUGH = (2 * OPEN) / FEE_UNIT;
    uint256 private constant PROMISE = 1 days;

    BondId private bond;
    AccountId private second;

    /// @dev The operator's book is covered to the last gwei, by an owner that took back all that it may.
    function setUp() public override {
        super.setUp();
        bond = bondOf(model);
        second = openAccount("second operator");
        vm.prank(named("second operator"));
        court.setReceiptKey(named("another key"));
        bondUp(bondOf(second), 1_000 * OPEN);
        vm.startPrank(named("model owner"));
        models.setOperator(model, second, true);
        bonds.requestWithdrawal(bond, type(uint64).max);
        vm.stopPrank();
        pass(4 days);
        recordOne(0, ENOUGH, 1);
        vm.prank(named("model owner"));
        bonds.withdraw(bond);
        cover(0, 10 * ENOUGH);
    }

    function test_GivenABookThatWasCovered_TheNextOpensWithinADayOfItsClose() public {
        recordBySecond();
        pass(state(1).closesAt + PROMISE - 1 - clock.time());
        refusesCover();
        vm.assertTrue(state(1).isCovered);
        recordOneMore();
        vm.assertEq(ledger.bookCountOf(model, operatorAccount), 2);
        vm.assertFalse(state(2).isCovered);
    }

    function test_GivenADaySinceTheClose_TheBondCoversAgainOrNoBookOpens() public {
        recordBySecond();
        pass(state(1).closesAt + PROMISE - clock.time());
        refusesBook();
        bondUp(bond, 2 * OPEN);
        recordOneMore();
        vm.assertTrue(state(2).isCovered);
    }

    /// @dev Otherwise an operator that records each day would never be asked for cover again.
    function test_GivenABookThatOnlyFollowedACoveredOne_NoneFollowsIt() public {
        recordBySecond();
        pass(state(1).closesAt - clock.time());
        recordOneMore();
        pass(state(2).closesAt - clock.time());
        refusesBook();
        bondUp(bond, 10 * OPEN);
        recordOneMore();
        vm.assertTrue(state(3).isCovered);
    }

    function test_GivenCoverThroughout_EveryBookIsCovered() public {
        bondUp(bond, 10 * OPEN);
        for (uint32 number = 1; number < 4; ++number) {
            vm.assertTrue(state(number).isCovered);
            pass(state(number).closesAt - clock.time());
            recordOneMore();
        }
    }

    function test_GivenAnOperatorWithoutABookBefore_NothingIsSpared() public {
        recordBySecond();
        AccountId third = openAccount("third operator");
        vm.prank(named("third operator"));
        court.setReceiptKey(named("a third key"));
        bondUp(bondOf(third), 1_000 * OPEN);
        vm.prank(named("model owner"));
        models.setOperator(model, third, true);
        sweepFor(third);
        bytes memory refusal = refusalOfCover();
        vm.expectRevert(refusal);
        recordWithoutPayer("third operator", 1);
    }

    function test_GivenAGiftBetween_TheFirstBatchStillFollowsTheCoveredBook() public {
        recordBySecond();
        pass(state(1).closesAt - clock.time());
        give();
        vm.assertEq(ledger.bookCountOf(model, operatorAccount), 2);
        recordOneMore();
        vm.assertEq(ledger.bookCountOf(model, operatorAccount), 2);
        vm.assertEq(state(2).batches, 1);
        vm.assertFalse(state(2).isCovered);
    }

    /// @dev What is given opens a book too, which holds nothing that was promised.
    function test_GivenABookThatWasOnlyGivenTo_NoneFollowsIt() public {
        recordBySecond();
        pass(state(1).closesAt - clock.time());
        give();
        pass(state(2).closesAt - clock.time());
        refusesBook();
    }

    function recordOneMore() private {
        recordAs(operatorAccount, model, namedChannels(), "", PlainBatch.encode(drawn(0, ENOUGH, clock.time())));
    }

    function recordBySecond() private {
        sweepFor(second);
        recordWithoutPayer("second operator", ENOUGH);
        refusesCover();
    }

    function sweepFor(AccountId account) private {
        token.transfer(channels.depositAddressOf(account, model), ENOUGH * FEE_UNIT * 1e9);
        channels.sweep(account, model);
    }

    function recordWithoutPayer(string memory name, uint256 units) private {
        bytes memory encoded = PlainBatch.encode(drawn(0, units, 2));
        vm.prank(named(name));
        ledger.recordBatch(model, abi.encodePacked(uint32(0), uint32(0)), "", encoded);
    }

    function give() private {
        vm.prank(address(court));
        bonds.slash(bondOf(operatorAccount), OPEN, 0, toContributors());
    }

    function refusesCover() private {
        vm.expectRevert(refusalOfCover());
        bonds.requireModelCover(model);
    }

    function refusesBook() private {
        bytes memory encoded = PlainBatch.encode(drawn(0, ENOUGH, 3));
        bytes memory names = namedChannels();
        vm.expectRevert(refusalOfCover());
        vm.prank(operator);
        ledger.recordBatch(model, names, "", encoded);
    }

    function refusalOfCover() private view returns (bytes memory) {
        Bond memory found = bonds.bondStateOf(bond);
        uint256 requiredGwei = uint256(MINIMUM_BOND) + found.exposedGwei + found.settledGwei;
        return abi.encodeWithSelector(IBonds.Bonds_TooSmall.selector, bond, found.balanceGwei, requiredGwei);
    }
}
