// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IModels} from "../../contracts/interfaces/IModels.sol";
import {ISettlement} from "../../contracts/interfaces/ISettlement.sol";
import {AccountId, bondOf} from "../../contracts/types/Ids.sol";
import {MarketBooks} from "./harness/MarketBooks.sol";
import {PlainBooks, PlainModel, PlainPay} from "./harness/PlainBooks.sol";

/// @notice What a false unit costs whom: its owner everything, an operator that served in good faith nothing.
contract ModelsStruckBooksTest is MarketBooks {
    function test_GivenAUnitStruckWhileItsBookIsOpen_RecordsStandAndTheOperatorIsPaid() public {
        recordOne(0, 40_000, 1);
        uint64 bond = bonds.bondStateOf(bondOf(operatorAccount)).balanceGwei;
        strike(2);
        vm.assertEq(state(1).closesAt, clock.time());
        vm.assertEq(state(1).units, 40_000);
        cover(0, 80_000);
        vm.expectRevert(abi.encodeWithSelector(IModels.Models_Struck.selector, model, clock.time()));
        vm.prank(operator);
        ledger.recordBatch(
            model,
            namedChannels(),
            "",
            abi.encodePacked(uint8(0), uint16(1), bytes32("c"), bytes8("s"))
        );

        PlainModel memory plain = plainModel();
        plain.isStruck[2] = true;
        expectSettled(plain);
        vm.assertEq(earnedBy(contributors[2]), 0);
        vm.assertEq(bonds.bondStateOf(bondOf(operatorAccount)).balanceGwei, bond);
    }

    function test_GivenAUnitStruckAfterTheWindow_TheBookIsSettledAsItWas() public {
        recordOne(0, 40_000, 1);
        passWindow(1);
        strike(2);
        PlainModel memory plain = plainModel();
        PlainPay memory pay = PlainBooks.payOf(plain, plainBookOf(book(1), plain));
        settleWhole(book(1), plain);
        vm.assertEq(earnedBy(contributors[2]), pay.unitsGwei[2]);
    }

    function test_GivenEveryUnitStruck_TheContributorsPartIsTheTreasurys() public {
        recordOne(0, 40_000, 1);
        PlainModel memory plain = plainModel();
        for (uint16 u = 0; u < CONTRIBUTORS; ++u) {
            strike(u);
            plain.isStruck[u] = true;
        }
        expectSettled(plain);
        for (uint256 u = 0; u < CONTRIBUTORS; ++u) vm.assertEq(earnedBy(contributors[u]), 0);
    }

    /// @dev Once such a book was closed before it was opened, and paid units that were struck since.
    function test_GivenABookOpenedAfterAStrike_ItsWindowIsWhole_AndAllUnitsStruckBeforeItsEndEarnNothing() public {
        strike(0);
        pass(10 days);
        strike(1);
        pass(1 days);
        vm.prank(address(court));
        bonds.slash(bondOf(operatorAccount), 100 * OPEN, 0, toContributors());
        vm.assertEq(state(1).closesAt, clock.time());
        uint40 end = clock.time() + WINDOW;
        vm.assertEq(ledger.windowEndOf(book(1)), end);
        pass(1 hours);
        strike(2);

        PlainModel memory plain = plainModel();
        (plain.isStruck[0], plain.isStruck[1], plain.isStruck[2]) = (true, true, true);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_WindowOpen.selector, book(1), end, clock.time()));
        settleWhole(book(1), plain);
        PlainPay memory pay = PlainBooks.payOf(plain, plainBookOf(book(1), plain));
        passWindow(1);
        strike(3);
        settleWhole(book(1), plain);
        for (uint256 u = 0; u < CONTRIBUTORS; ++u) vm.assertEq(earnedBy(contributors[u]), pay.unitsGwei[u]);
        vm.assertEq(earnedBy(contributors[1]), 0);
        vm.assertTrue(earnedBy(contributors[3]) != 0);
    }

    function test_GivenABookOpenedBeforeAStrike_ItClosesWithTheStrike_UnlessItWasClosed() public {
        recordOne(0, 40_000, 1);
        uint40 closesAt = state(1).closesAt;
        pass(closesAt + 1 - clock.time());
        strike(2);
        vm.assertEq(state(1).closesAt, closesAt);
    }

    function expectSettled(PlainModel memory plain) private {
        PlainPay memory pay = PlainBooks.payOf(plain, plainBookOf(book(1), plain));
        passWindow(1);
        settleWhole(book(1), plain);
        AccountId[] memory all = earners();
        uint256[] memory shares = sharesOf(pay);
        uint256 sum = 0;
        for (uint256 i = 0; i < all.length; ++i) {
            vm.assertEq(earnedBy(all[i]), shares[i]);
            sum += shares[i];
        }
        vm.assertEq(sum, 40_000 * uint256(FEE_UNIT));
    }

    function strike(uint16 unit) private {
        vm.prank(address(unitCourt));
        models.strike(model, unit);
    }
}
