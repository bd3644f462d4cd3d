// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Bond, BondRule, IBonds} from "../../contracts/interfaces/IBonds.sol";
import {BondId, bondOf} from "../../contracts/types/Ids.sol";
import {MarketBooks} from "./harness/MarketBooks.sol";

/// @notice What bonds must cover: an operator's its unsettled records, a model's the contributors' pools of unsettled books and of
/// those settled lately.
contract BondsCoverTest is MarketBooks {
    uint32 private constant MODEL_SECONDS = 14 days;

    BondId private bond;
    BondId private modelBond;

    function setUp() public override {
        super.setUp();
        bond = bondOf(operatorAccount);
        modelBond = bondOf(model);
    }

    function test_GivenNothingUnsettled_ABondMustHoldNothing() public view {
        vm.assertEq(bonds.requiredOf(bond), 0);
        vm.assertEq(bonds.requiredOf(modelBond), 0);
    }

    function test_GivenTheRatio_TheFeesPartIsRoundedUpOnceABatch() public {
        BondRule memory rule = bondRule();
        (rule.ratioBps, rule.bountyBps, rule.perRecordGwei) = (5_001, 0, 3);
        bonds.setRule(rule);
        recordMany(2, 1, 1);
        // 2 units are 2,000,000 gwei.
        vm.assertEq(bonds.bondStateOf(bond).exposedGwei, 1_000_200 + 6);
        expose(9_999, 0, 5_001);
        expose(10_000, 1, 5_004);
        expose(10_001, 0, 5_002);
    }

    function test_GivenAVoidedRecord_TheOperatorsBondCoversItUntilTheBookIsSettled() public {
        uint256 place = recordMany(3, 1_000, 1);
        uint64 coverGwei = 3_000 * uint64(FEE_UNIT) + 3 * (OPEN / 100);
        takeOut(place, 1, false);
        vm.assertEq(bonds.bondStateOf(bond).exposedGwei, coverGwei);
        vm.assertEq(bonds.bondStateOf(modelBond).exposedGwei, (2_000 * uint256(FEE_UNIT) * 6_000) / 10_000);
        passWindow(1);
        settleWhole(book(1), plainModel());
        vm.assertEq(bonds.bondStateOf(bond).exposedGwei, 0);
        vm.assertEq(bonds.bondStateOf(modelBond).exposedGwei, 0);
        vm.assertEq(bonds.bondStateOf(modelBond).settledGwei, (2_000 * uint256(FEE_UNIT) * 6_000) / 10_000);
    }

    function test_GivenABookThatNobodySettles_TheOperatorsBondStaysExposed() public {
        recordOne(0, 2_000, 1);
        pass(400 days);
        vm.assertEq(bonds.bondStateOf(bond).exposedGwei, 2_000 * uint64(FEE_UNIT) + OPEN / 100);
    }

    /// @dev One pool settled with each turn was once kept for up to three times as long.
    function test_WhenSettled_APoolIsKeptForOneToTwoTimesAsLongAsTheRuleSays() public {
        uint64 first = settlePool(1_000);
        uint40 settledAt = clock.time();
        vm.assertEq(bonds.bondStateOf(modelBond).settledGwei, first);
        pass(MODEL_SECONDS - 1);
        vm.assertEq(bonds.bondStateOf(modelBond).settledGwei, first);
        pass(2);
        vm.assertEq(bonds.bondStateOf(modelBond).settledGwei, first);
        uint64 second = settlePool(2_000);
        vm.assertEq(bonds.bondStateOf(modelBond).settledGwei, first + second);

        pass(settledAt + 2 * MODEL_SECONDS - 1 - clock.time());
        vm.assertEq(bonds.bondStateOf(modelBond).settledGwei, first + second);
        pass(1);
        vm.assertEq(bonds.bondStateOf(modelBond).settledGwei, second);
        pass(MODEL_SECONDS - 1);
        vm.assertEq(bonds.bondStateOf(modelBond).settledGwei, second);
        pass(1);
        vm.assertEq(bonds.bondStateOf(modelBond).settledGwei, 0);
    }

    function test_GivenALongTimeWithoutSettlements_ThePoolsOfBeforeAreForgotten() public {
        settlePool(1_000);
        pass(2 * MODEL_SECONDS);
        uint64 second = settlePool(2_000);
        vm.assertEq(bonds.bondStateOf(modelBond).settledGwei, second);
        pass(MODEL_SECONDS - 1);
        uint64 third = settlePool(3_000);
        vm.assertEq(bonds.bondStateOf(modelBond).settledGwei, second + third);
    }

    function test_GivenPools_TheModelsBondCoversThemBeforeABookOpensAndBeforeItLeaves() public {
        uint64 pool = settlePool(10_000);
        vm.startPrank(named("model owner"));
        bonds.requestWithdrawal(modelBond, BOND);
        pass(4 days);
        bonds.withdraw(modelBond);
        vm.stopPrank();
        uint64 leastGwei = MINIMUM_BOND + pool;
        vm.assertEq(abi.encode(bonds.bondStateOf(modelBond)), abi.encode(Bond(leastGwei, 0, 0, 0, pool, 0)));
        bonds.requireModelCover(model);

        recordOne(0, 1_000, 9);
        vm.expectRevert(
            abi.encodeWithSelector(
                IBonds.Bonds_TooSmall.selector,
                modelBond,
                leastGwei,
                uint256(MINIMUM_BOND) + bonds.bondStateOf(modelBond).exposedGwei + pool
            )
        );
        bonds.requireModelCover(model);
    }

    function test_GivenANewModel_ItsBondMustHoldTheMinimum() public {
        withdrawOfModel(BOND - MINIMUM_BOND);
        bonds.requireModelCover(model);
        withdrawOfModel(1);
        vm.expectRevert(
            abi.encodeWithSelector(IBonds.Bonds_TooSmall.selector, modelBond, MINIMUM_BOND - 1, uint256(MINIMUM_BOND))
        );
        bonds.requireModelCover(model);
    }

    /// @dev An owner once stopped operators at once by asking for its bond, and their receipts were then demanded.
    function test_WhileAModelsBondIsLeavingOrHeld_ItsOperatorsOpenBooks() public {
        vm.prank(address(court));
        bonds.hold(modelBond, BOND / 2);
        vm.prank(named("model owner"));
        bonds.requestWithdrawal(modelBond, BOND);
        recordOne(0, 1_000, 1);
        vm.assertEq(ledger.bookCountOf(model, operatorAccount), 1);
    }

    function test_GivenAnyoneButTheLedger_ExposingAndSettlingRevert() public {
        bytes memory refusal = abi.encodeWithSelector(IBonds.Bonds_NotAppointed.selector, address(this));
        vm.expectRevert(refusal);
        bonds.expose(operatorAccount, 1, 1);
        vm.expectRevert(refusal);
        bonds.settle(operatorAccount, model, 1, 1);
    }

    function expose(uint64 feesGwei, uint256 records, uint64 expected) private {
        vm.prank(address(ledger));
        vm.assertEq(bonds.expose(operatorAccount, feesGwei, records), expected);
    }

    function withdrawOfModel(uint64 amountGwei) private {
        vm.prank(named("model owner"));
        bonds.requestWithdrawal(modelBond, amountGwei);
        pass(4 days);
        vm.prank(named("model owner"));
        bonds.withdraw(modelBond);
    }

    /// @dev Settles a book of so many units as the Ledger would, so that no time passes.
    /// @return poolGwei The contributors' share.
    function settlePool(uint256 units) private returns (uint64 poolGwei) {
        poolGwei = uint64((units * FEE_UNIT * 6_000) / 10_000);
        vm.prank(address(ledger));
        bonds.settle(operatorAccount, model, 0, poolGwei);
    }
}
