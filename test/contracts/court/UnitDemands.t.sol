// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccounts} from "../../../contracts/interfaces/IAccounts.sol";
import {Bond, IBonds} from "../../../contracts/interfaces/IBonds.sol";
import {IModels} from "../../../contracts/interfaces/IModels.sol";
import {
    IUnitCourt,
    ItemShown,
    RowShown,
    RowsRead,
    UnitDemand,
    UnitFault,
    UnitShown
} from "../../../contracts/interfaces/IUnitCourt.sol";
import {AccountId, BondId, bondOf, ModelId} from "../../../contracts/types/Ids.sol";
import {PlainRow, PlainRows} from "../harness/PlainRows.sol";
import {Trained} from "../harness/Registrar.sol";
import {RowCourt, RowModel} from "../harness/RowCourt.sol";

/// @notice Units that somebody asks to see.
contract UnitDemandsTest is RowCourt {
    using PlainRows for PlainRow[];

    uint32 private constant ALL_ROWS = type(uint32).max;
    uint16 private constant UNIT = 1;
    uint64 private constant FEE = OPEN;

    address private shower = named("shower");
    AccountId private showerAccount;

    function setUp() public override {
        super.setUp();
        showerAccount = openAccount("shower");
    }

    function test_WhenAUnitIsDemanded_ItIsToldAndTheFeeIsStaked() public {
        ModelId model = publish(honest("demanded"));
        bytes memory call = abi.encodeCall(unitCourt.demandUnit, (0, model, UNIT));
        announce(address(unitCourt), challenger, call);
        uint40 dueAt = clock.time() + DEMAND;
        uint64 bond = BondId.unwrap(bondOf(challengerAccount));
        vm.expectEmit(address(bonds));
        emit IBonds.BondHeld(bond, FEE, FEE, 0);
        vm.expectEmit(address(unitCourt));
        emit IUnitCourt.UnitDemanded(ModelId.unwrap(model), UNIT, AccountId.unwrap(challengerAccount), FEE, dueAt);
        make(address(unitCourt), challenger, call);
        vm.assertEq(
            abi.encode(unitCourt.demandOf(model, UNIT, ALL_ROWS)),
            abi.encode(UnitDemand(challengerAccount, dueAt, FEE, false))
        );
        vm.assertEq(models.struckAt(model), 0);
    }

    /// @dev Asking costs the one who asks, and holds up nobody.
    function test_WhileAUnitIsDemanded_NothingOfItsModelIsHeld() public {
        (RowModel memory made, ModelId model) = demanded("nothing held");
        Bond memory bond = bonds.bondStateOf(bondOf(model));
        vm.assertEq(bond.heldGwei, 0);
        bonds.requireModelCover(model);
        vm.prank(owner);
        bonds.requestWithdrawal(bondOf(model), MODEL_BOND);
        vm.assertEq(bonds.bondStateOf(bondOf(model)).leavingGwei, MODEL_BOND);
        show(model, made, 0, made.rows[UNIT].length, none());
        vm.assertEq(bonds.bondStateOf(bondOf(challengerAccount)).balanceGwei, CHALLENGER_BOND - FEE);
    }

    function test_WhenShownOnOnePage_ItIsInTheLogs_AndTheShowerGetsNineTenths() public {
        (RowModel memory made, ModelId model) = demanded("one page");
        bytes memory rows = allRows(made, UNIT);
        uint32 by = AccountId.unwrap(showerAccount);
        vm.expectEmit(address(unitCourt));
        emit IUnitCourt.UnitRowsShown(ModelId.unwrap(model), UNIT, 0, rows);
        vm.expectEmit(address(unitCourt));
        emit IUnitCourt.UnitAnswered(ModelId.unwrap(model), UNIT, by);
        vm.expectEmit(address(bonds));
        emit IBonds.BondSlashed(
            BondId.unwrap(bondOf(challengerAccount)),
            by,
            FEE,
            (FEE * 9) / 10,
            0,
            CHALLENGER_BOND - FEE,
            0,
            0
        );
        show(model, made, 0, made.rows[UNIT].length, none());

        vm.assertEq(earnedOf(showerAccount), (FEE * 9) / 10);
        vm.assertEq(bonds.unburntGwei(), FEE / 10);
        vm.assertTrue(unitCourt.demandOf(model, UNIT, ALL_ROWS).isAnswered);
    }

    function test_WhenShownOnSeveralPages_TheLastOneAnswers() public {
        (RowModel memory made, ModelId model) = demanded("several pages");
        uint256 count = made.rows[UNIT].length;
        show(model, made, 0, 5, none());
        vm.assertFalse(unitCourt.demandOf(model, UNIT, ALL_ROWS).isAnswered);
        vm.expectEmit(address(unitCourt));
        emit IUnitCourt.UnitRowsShown(ModelId.unwrap(model), UNIT, 5, made.rows[UNIT].encodeAll(5, 6));
        show(model, made, 5, 6, shownSoFar(made, 5));
        show(model, made, 6, count, shownSoFar(made, 6));
        vm.assertTrue(unitCourt.demandOf(model, UNIT, ALL_ROWS).isAnswered);
        vm.assertEq(earnedOf(showerAccount), (FEE * 9) / 10);
    }

    function test_GivenPagesOfSomebodyElse_EachGoesOnFromItsOwn() public {
        (RowModel memory made, ModelId model) = demanded("somebody else");
        show(model, made, 0, 5, none());
        RowsRead memory read = shownSoFar(made, 5);
        bytes memory call = showCall(model, made, 5, made.rows[UNIT].length, read);
        failsAtOnce(address(unitCourt), owner, call, otherReading(read, 0));
        RowsRead memory other = shownSoFar(made, 6);
        call = showCall(model, made, 6, 7, other);
        failsAtOnce(address(unitCourt), shower, call, otherReading(other, keccak256(abi.encode(read))));
        show(model, made, 5, made.rows[UNIT].length, read);
        vm.assertTrue(unitCourt.demandOf(model, UNIT, ALL_ROWS).isAnswered);
    }

    function test_GivenOtherRows_TheyAnswerNothing() public {
        (RowModel memory made, ModelId model) = demanded("other rows");
        bytes32 root = made.drawn.given[UNIT].rowsRoot;
        made.rows[UNIT][2].itemHash = keccak256("another item");
        failsAtOnce(
            address(unitCourt),
            shower,
            showCall(model, made, 0, made.rows[UNIT].length, none()),
            abi.encodeWithSelector(IUnitCourt.UnitCourt_OtherRows.selector, made.rows[UNIT].rootOf(), root)
        );
    }

    /// @dev Rows are shown by the unit's own road: a row that nobody asked for answers nothing, whatever its number.
    function test_GivenADemandForTheWholeUnit_NoSingleRowAnswersIt() public {
        (RowModel memory made, ModelId model) = demanded("no single row");
        ItemShown memory item;
        RowShown memory row;
        row.index = ALL_ROWS;
        bytes memory call = abi.encodeCall(unitCourt.showItem, (model, shownOf(made, UNIT), row, item));
        failsAtOnce(address(unitCourt), owner, call, noSuchRow(UNIT));
        vm.assertFalse(unitCourt.demandOf(model, UNIT, ALL_ROWS).isAnswered);
        fails(address(unitCourt), abi.encodeCall(unitCourt.demandItem, (0, model, 2, ALL_ROWS)), noSuchRow(2));
    }

    function test_WhenNobodyShowsItInTime_TheUnitIsStruckAndTheDemanderGetsStakeAndBounty() public {
        (, ModelId model) = demanded("withheld");
        pass(DEMAND);
        uint64 bounty = (MODEL_BOND * 3) / 10;
        uint32 by = AccountId.unwrap(challengerAccount);
        vm.expectEmit(address(bonds));
        emit IBonds.BondReleased(BondId.unwrap(bondOf(challengerAccount)), FEE, 0);
        vm.expectEmit(address(models));
        emit IModels.UnitStruck(ModelId.unwrap(model), UNIT, clock.time());
        vm.expectEmit(address(bonds));
        emit IBonds.BondSlashed(BondId.unwrap(bondOf(model)), by, MODEL_BOND, bounty, 0, 0, 0, 0);
        vm.expectEmit(address(unitCourt));
        emit IUnitCourt.UnitProvedFalse(ModelId.unwrap(model), UNIT, by, UnitFault.Withheld, MODEL_BOND);
        // Anyone may close it.
        vm.prank(named("anyone"));
        unitCourt.closeUnitDemand(model, UNIT, ALL_ROWS);

        vm.assertEq(earnedOf(challengerAccount), bounty);
        vm.assertEq(bonds.unburntGwei(), MODEL_BOND - bounty);
        Bond memory bond = bonds.bondStateOf(bondOf(challengerAccount));
        vm.assertEq(bond.balanceGwei, CHALLENGER_BOND);
        vm.assertEq(bond.heldGwei, 0);
        vm.expectRevert(notDemanded(model, ALL_ROWS));
        unitCourt.closeUnitDemand(model, UNIT, ALL_ROWS);
    }

    function test_GivenTheLastSecond_ItCanBeShownUntilThenAndClosedFromThenOn() public {
        (RowModel memory made, ModelId model) = demanded("last second");
        uint40 dueAt = unitCourt.demandOf(model, UNIT, ALL_ROWS).dueAt;
        vm.warp(block.timestamp + DEMAND - 1);
        vm.expectRevert(abi.encodeWithSelector(IUnitCourt.UnitCourt_DemandOpen.selector, dueAt, dueAt - 1));
        unitCourt.closeUnitDemand(model, UNIT, ALL_ROWS);
        vm.warp(block.timestamp + 1);
        failsAtOnce(
            address(unitCourt),
            shower,
            showCall(model, made, 0, made.rows[UNIT].length, none()),
            abi.encodeWithSelector(IUnitCourt.UnitCourt_DemandOver.selector, dueAt, dueAt)
        );
        vm.warp(block.timestamp - 1);
        show(model, made, 0, made.rows[UNIT].length, none());
    }

    function test_WhilePaused_TheTimeToAnswerStandsStill() public {
        (RowModel memory made, ModelId model) = demanded("paused");
        pass(DEMAND - 1);
        clock.pause();
        pass(3 days);
        vm.expectRevert(
            abi.encodeWithSelector(IUnitCourt.UnitCourt_DemandOpen.selector, dueAtOf(model), dueAtOf(model) - 1)
        );
        unitCourt.closeUnitDemand(model, UNIT, ALL_ROWS);
        show(model, made, 0, made.rows[UNIT].length, none());
    }

    function test_GivenAnAnsweredDemand_ItIsNeitherShownNorClosedNorAskedAgain() public {
        (RowModel memory made, ModelId model) = demanded("answered");
        show(model, made, 0, made.rows[UNIT].length, none());
        failsAtOnce(
            address(unitCourt),
            shower,
            showCall(model, made, 0, made.rows[UNIT].length, none()),
            notDemanded(model, ALL_ROWS)
        );
        pass(DEMAND);
        vm.expectRevert(notDemanded(model, ALL_ROWS));
        unitCourt.closeUnitDemand(model, UNIT, ALL_ROWS);
        fails(
            address(unitCourt),
            abi.encodeCall(unitCourt.demandUnit, (bytes32(uint256(1)), model, UNIT)),
            abi.encodeWithSelector(IUnitCourt.UnitCourt_AlreadyDemanded.selector, model, UNIT, ALL_ROWS)
        );
    }

    function test_GivenADemandThatIsOpen_ItIsNotAskedTwice() public {
        (, ModelId model) = demanded("open");
        fails(
            address(unitCourt),
            abi.encodeCall(unitCourt.demandUnit, (bytes32(uint256(1)), model, UNIT)),
            abi.encodeWithSelector(IUnitCourt.UnitCourt_AlreadyDemanded.selector, model, UNIT, ALL_ROWS)
        );
        // Another unit can be asked for at the same time.
        prove(address(unitCourt), abi.encodeCall(unitCourt.demandUnit, (0, model, 2)));
        vm.assertEq(bonds.bondStateOf(bondOf(challengerAccount)).heldGwei, 2 * FEE);
    }

    function test_GivenNoSuchUnitOrModel_NothingIsDemanded() public {
        ModelId model = publish(honest("no such unit"));
        fails(
            address(unitCourt),
            abi.encodeCall(unitCourt.demandUnit, (0, model, 4)),
            abi.encodeWithSelector(IModels.Models_UnknownUnit.selector, model, 4, 4)
        );
        fails(
            address(unitCourt),
            abi.encodeCall(unitCourt.demandUnit, (0, base, 0)),
            abi.encodeWithSelector(IModels.Models_NotServable.selector, base)
        );
    }

    /// @dev There is nothing that could answer.
    function test_GivenAnEqualSplitWithoutSketches_ThereAreNoRowsToDemand() public {
        Trained[] memory whole = new Trained[](trained.length);
        for (uint256 c = 0; c < whole.length; ++c) {
            whole[c] = trained[c];
            whole[c].kept = whole[c].items;
        }
        ModelId model = register(draw("equal split", only(version), whole, 0));
        bytes memory refusal = abi.encodeWithSelector(IUnitCourt.UnitCourt_NoRowIndex.selector, model);
        fails(address(unitCourt), abi.encodeCall(unitCourt.demandUnit, (0, model, 0)), refusal);
        fails(address(unitCourt), abi.encodeCall(unitCourt.demandItem, (0, model, 0, 0)), refusal);
    }

    function test_GivenNothingDemanded_NothingIsShownOrClosed() public {
        RowModel memory made = honest("nothing demanded");
        ModelId model = publish(made);
        failsAtOnce(
            address(unitCourt),
            shower,
            showCall(model, made, 0, made.rows[UNIT].length, none()),
            notDemanded(model, ALL_ROWS)
        );
        vm.expectRevert(notDemanded(model, ALL_ROWS));
        unitCourt.closeUnitDemand(model, UNIT, ALL_ROWS);
    }

    function test_GivenABondTooSmall_NothingIsDemanded() public {
        ModelId model = publish(honest("no bond"));
        bytes memory call = abi.encodeCall(unitCourt.demandUnit, (0, model, UNIT));
        announce(address(unitCourt), shower, call);
        failsAtOnce(
            address(unitCourt),
            shower,
            call,
            abi.encodeWithSelector(IBonds.Bonds_TooSmall.selector, bondOf(showerAccount), 0, FEE)
        );
        fundBond(bondOf(showerAccount), FEE);
        make(address(unitCourt), shower, call);
    }

    function test_GivenNoAccount_NothingIsDemandedOrShown() public {
        (RowModel memory made, ModelId model) = demanded("no account");
        bytes memory refusal = abi.encodeWithSelector(IAccounts.Accounts_NoAccount.selector, named("nobody"));
        bytes memory call = abi.encodeCall(unitCourt.demandUnit, (0, model, 2));
        announce(address(unitCourt), named("nobody"), call);
        failsAtOnce(address(unitCourt), named("nobody"), call, refusal);
        failsAtOnce(address(unitCourt), named("nobody"), showCall(model, made, 0, 3, none()), refusal);
    }

    function test_GivenTwoUnitsWithheld_BothAreStruck_AndTheBondIsTakenOnce() public {
        (, ModelId model) = demanded("both");
        prove(address(unitCourt), abi.encodeCall(unitCourt.demandUnit, (0, model, 2)));
        pass(DEMAND);
        unitCourt.closeUnitDemand(model, UNIT, ALL_ROWS);
        uint64 bounty = earnedOf(challengerAccount);
        vm.expectEmit(address(models));
        emit IModels.UnitStruck(ModelId.unwrap(model), 2, clock.time());
        vm.expectEmit(address(unitCourt));
        emit IUnitCourt.UnitProvedFalse(
            ModelId.unwrap(model),
            2,
            AccountId.unwrap(challengerAccount),
            UnitFault.Withheld,
            0
        );
        unitCourt.closeUnitDemand(model, 2, ALL_ROWS);
        vm.assertEq(earnedOf(challengerAccount), bounty);
        vm.assertEq(bonds.bondStateOf(bondOf(challengerAccount)).balanceGwei, CHALLENGER_BOND);
    }

    /// @dev A root that no rows lead to cannot be proved false, and cannot be shown.
    function test_GivenARootOfNoRows_ADemandStrikesIt() public {
        RowModel memory made = honest("root of nothing");
        made.drawn.given[UNIT].rowsRoot = keccak256("no rows");
        ModelId model = publish(made);
        bytes memory call = abi.encodeCall(
            unitCourt.proveFalseUnit,
            (0, model, shownOf(made, UNIT), made.drawn.total, allRows(made, UNIT), none())
        );
        fails(
            address(unitCourt),
            call,
            abi.encodeWithSelector(
                IUnitCourt.UnitCourt_OtherRows.selector,
                made.rows[UNIT].rootOf(),
                keccak256("no rows")
            )
        );
        prove(address(unitCourt), abi.encodeCall(unitCourt.demandUnit, (0, model, UNIT)));
        pass(DEMAND);
        unitCourt.closeUnitDemand(model, UNIT, ALL_ROWS);
        vm.assertEq(models.struckAt(model), clock.time());
    }

    function demanded(bytes32 seed) private returns (RowModel memory made, ModelId model) {
        made = honest(seed);
        model = publish(made);
        prove(address(unitCourt), abi.encodeCall(unitCourt.demandUnit, (0, model, UNIT)));
    }

    function show(ModelId model, RowModel memory made, uint256 from, uint256 end, RowsRead memory read) private {
        make(address(unitCourt), shower, showCall(model, made, from, end, read));
    }

    function showCall(
        ModelId model,
        RowModel memory made,
        uint256 from,
        uint256 end,
        RowsRead memory read
    ) private pure returns (bytes memory) {
        UnitShown memory shown = shownOf(made, UNIT);
        return abi.encodeCall(IUnitCourt.showUnit, (model, shown, made.rows[UNIT].encodeAll(from, end), read));
    }

    /// @dev Rows that are shown are hashed only.
    function shownSoFar(RowModel memory made, uint256 count) private pure returns (RowsRead memory read) {
        (read.count, read.roots) = (count, frontierOf(made.rows[UNIT].leavesOf(), count));
    }

    function dueAtOf(ModelId model) private view returns (uint40) {
        return unitCourt.demandOf(model, UNIT, ALL_ROWS).dueAt;
    }

    function notDemanded(ModelId model, uint256 index) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IUnitCourt.UnitCourt_NotDemanded.selector, model, UNIT, index);
    }

    function noSuchRow(uint16 unit) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IUnitCourt.UnitCourt_NoSuchRow.selector, unit, ALL_ROWS);
    }

    function otherReading(RowsRead memory read, bytes32 expected) private pure returns (bytes memory) {
        return
            abi.encodeWithSelector(IUnitCourt.UnitCourt_OtherReading.selector, keccak256(abi.encode(read)), expected);
    }
}
