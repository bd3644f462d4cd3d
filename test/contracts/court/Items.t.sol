// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccounts} from "../../../contracts/interfaces/IAccounts.sol";
import {IBonds} from "../../../contracts/interfaces/IBonds.sol";
import {IModels} from "../../../contracts/interfaces/IModels.sol";
import {
    IUnitCourt,
    ItemShown,
    RowShown,
    UnitDemand,
    UnitFault,
    UnitShown
} from "../../../contracts/interfaces/IUnitCourt.sol";
import {AccountId, BondId, bondOf, ContributionId, DatasetId, ModelId} from "../../../contracts/types/Ids.sol";
import {PlainTrees} from "../harness/PlainTrees.sol";
import {RowCourt, RowModel} from "../harness/RowCourt.sol";
import {Trained} from "../harness/Registrar.sol";

/// @notice Rows whose items somebody asks to see contributed.
contract ItemsTest is RowCourt {
    uint64 private constant FEE = OPEN;
    /// @dev A unit of one contribution, and the joint one.
    uint16 private constant OWN = 1;
    uint16 private constant JOINT = 3;

    address private shower = named("shower");
    AccountId private showerAccount;

    function setUp() public override {
        super.setUp();
        showerAccount = openAccount("shower");
    }

    function test_WhenAnItemIsDemanded_ItIsToldAndTheFeeIsStaked() public {
        ModelId model = publish(honest("demanded"));
        bytes memory call = abi.encodeCall(unitCourt.demandItem, (0, model, OWN, 7));
        announce(address(unitCourt), challenger, call);
        uint40 dueAt = clock.time() + DEMAND;
        vm.expectEmit(address(bonds));
        emit IBonds.BondHeld(BondId.unwrap(bondOf(challengerAccount)), FEE, FEE, 0);
        vm.expectEmit(address(unitCourt));
        emit IUnitCourt.ItemDemanded(ModelId.unwrap(model), OWN, AccountId.unwrap(challengerAccount), 7, FEE, dueAt);
        make(address(unitCourt), challenger, call);
        vm.assertEq(
            abi.encode(unitCourt.demandOf(model, OWN, 7)),
            abi.encode(UnitDemand(challengerAccount, dueAt, FEE, false))
        );
    }

    function test_GivenEveryRowOfEveryUnit_ItsItemIsShownToBeContributed() public {
        RowModel memory made = honest("every row");
        ModelId model = publish(made);
        for (uint16 u = 0; u < 4; ++u) {
            for (uint32 r = 0; r < made.rows[u].length; r += 3) {
                prove(address(unitCourt), abi.encodeCall(unitCourt.demandItem, (0, model, u, r)));
                make(address(unitCourt), shower, itemCall(model, made, u, r, itemOf(made, u, r)));
                vm.assertTrue(unitCourt.demandOf(model, u, r).isAnswered);
            }
        }
        vm.assertEq(models.struckAt(model), 0);
    }

    function test_WhenAnItemIsShown_ItIsTold_AndTheShowerGetsNineTenths() public {
        (RowModel memory made, ModelId model) = demanded(OWN, 4);
        uint32 by = AccountId.unwrap(showerAccount);
        vm.expectEmit(address(unitCourt));
        emit IUnitCourt.ItemAnswered(
            ModelId.unwrap(model),
            OWN,
            by,
            4,
            ContributionId.unwrap(made.drawn.trained[made.drawn.units[OWN].first].id),
            made.rows[OWN][4].itemHash
        );
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
        make(address(unitCourt), shower, itemCall(model, made, OWN, 4, itemOf(made, OWN, 4)));
        vm.assertEq(earnedOf(showerAccount), (FEE * 9) / 10);
        vm.assertEq(bonds.unburntGwei(), FEE / 10);
    }

    function test_GivenAForeignItem_NothingAnswersForIt_AndItsUnitIsStruck() public {
        RowModel memory made = honest("foreign");
        made.rows[OWN][4].itemHash = keccak256("nobody's item");
        publishable(made);
        ModelId model = publish(made);
        prove(address(unitCourt), abi.encodeCall(unitCourt.demandItem, (0, model, OWN, 4)));
        failsAtOnce(
            address(unitCourt),
            owner,
            itemCall(model, made, OWN, 4, itemOf(made, OWN, 5)),
            notContributed(OWN, 4)
        );
        pass(DEMAND);
        vm.expectEmit(address(models));
        emit IModels.UnitStruck(ModelId.unwrap(model), OWN, clock.time());
        vm.expectEmit(address(unitCourt));
        emit IUnitCourt.UnitProvedFalse(
            ModelId.unwrap(model),
            OWN,
            AccountId.unwrap(challengerAccount),
            UnitFault.Withheld,
            MODEL_BOND
        );
        unitCourt.closeUnitDemand(model, OWN, 4);
        vm.assertEq(earnedOf(challengerAccount), (MODEL_BOND * 3) / 10);
    }

    function test_GivenAnItemOfAnotherContribution_ItDoesNotAnswerForAUnitOfOne() public {
        RowModel memory made = honest("another contribution");
        uint256 other = listOf[made.drawn.trained[made.drawn.units[0].first].id];
        made.rows[OWN][4].itemHash = itemHash(other, 2);
        publishable(made);
        ModelId model = publish(made);
        prove(address(unitCourt), abi.encodeCall(unitCourt.demandItem, (0, model, OWN, 4)));
        // Shown where it was contributed, it is not this unit's.
        ItemShown memory item = shownIn(made.drawn.trained[made.drawn.units[0].first], 2, 0);
        failsAtOnce(address(unitCourt), owner, itemCall(model, made, OWN, 4, item), notContributed(OWN, 4));
    }

    function test_GivenAJointUnit_AnItemIsShownInAContributionOfTheMemberThatIsNamed() public {
        (RowModel memory made, ModelId model) = demanded(JOINT, 0);
        ItemShown memory item = itemOf(made, JOINT, 0);
        vm.assertEq(item.member, 0);
        item.member = 1;
        failsAtOnce(address(unitCourt), owner, itemCall(model, made, JOINT, 0, item), notContributed(JOINT, 0));
        item.member = 3;
        failsAtOnce(
            address(unitCourt),
            owner,
            itemCall(model, made, JOINT, 0, item),
            abi.encodeWithSelector(IModels.Models_NoMember.selector, model, JOINT, 3)
        );
        item.member = 0;
        make(address(unitCourt), owner, itemCall(model, made, JOINT, 0, item));
    }

    function test_GivenAMembersContributionThatNoVersionIncludes_ItDoesNotAnswer() public {
        // Contributed after the version was frozen, by a member of the joint unit.
        RowModel memory made = honest("late");
        Trained memory member = made.drawn.trained[made.drawn.units[JOINT].first];
        address contributor = accounts.payoutOf(member.contributor);
        bytes32[] memory leaves = itemLeaves(77, 3);
        vm.prank(contributor);
        datasets.contribute(dataset, keccak256("terms"), PlainTrees.sortedRoot(leaves), 3);
        made.rows[JOINT][0].itemHash = itemHash(77, 1);
        publishable(made);
        ModelId model = publish(made);
        prove(address(unitCourt), abi.encodeCall(unitCourt.demandItem, (0, model, JOINT, 0)));
        ItemShown memory item = ItemShown({
            dataset: dataset,
            itemsRoot: PlainTrees.sortedRoot(leaves),
            itemCount: 3,
            member: 0,
            path: PlainTrees.sortedPath(leaves, 1)
        });
        failsAtOnce(address(unitCourt), owner, itemCall(model, made, JOINT, 0, item), notContributed(JOINT, 0));
    }

    function test_GivenAnotherDatasetRootOrCount_ItDoesNotAnswer() public {
        (RowModel memory made, ModelId model) = demanded(OWN, 4);
        ItemShown memory item = itemOf(made, OWN, 4);
        item.itemCount += 1;
        failsAtOnce(address(unitCourt), owner, itemCall(model, made, OWN, 4, item), notContributed(OWN, 4));
        item = itemOf(made, OWN, 4);
        item.dataset = DatasetId.wrap(9);
        failsAtOnce(address(unitCourt), owner, itemCall(model, made, OWN, 4, item), notContributed(OWN, 4));
        item = itemOf(made, OWN, 4);
        item.itemsRoot = keccak256("another root");
        failsAtOnce(address(unitCourt), owner, itemCall(model, made, OWN, 4, item), notContributed(OWN, 4));
        item = itemOf(made, OWN, 4);
        item.path[0] = keccak256("another way");
        failsAtOnce(address(unitCourt), owner, itemCall(model, made, OWN, 4, item), notContributed(OWN, 4));
    }

    function test_GivenAnotherRow_ItDoesNotAnswer() public {
        (RowModel memory made, ModelId model) = demanded(OWN, 4);
        RowShown memory row = rowOf(made, OWN, 5);
        row.index = 4;
        bytes memory call = abi.encodeCall(unitCourt.showItem, (model, shownOf(made, OWN), row, itemOf(made, OWN, 5)));
        (bool done, bytes memory reason) = send(address(unitCourt), owner, call);
        vm.assertFalse(done);
        vm.assertEq(uint32(bytes4(reason)), uint32(IUnitCourt.UnitCourt_NotARow.selector));
        failsAtOnce(
            address(unitCourt),
            owner,
            itemCall(model, made, OWN, 5, itemOf(made, OWN, 5)),
            abi.encodeWithSelector(IUnitCourt.UnitCourt_NotDemanded.selector, model, OWN, 5)
        );
    }

    function test_GivenARowThatTheUnitDoesNotHave_TheUnitAloneAnswers() public {
        RowModel memory made = honest("no such row");
        ModelId model = publish(made);
        uint32 index = uint32(made.rows[OWN].length);
        prove(address(unitCourt), abi.encodeCall(unitCourt.demandItem, (0, model, OWN, index)));
        RowShown memory row;
        row.index = index;
        ItemShown memory item;
        UnitShown memory shown = shownOf(made, OWN);
        vm.expectEmit(address(unitCourt));
        emit IUnitCourt.ItemAnswered(ModelId.unwrap(model), OWN, AccountId.unwrap(showerAccount), index, 0, 0);
        make(address(unitCourt), shower, abi.encodeCall(unitCourt.showItem, (model, shown, row, item)));
        vm.assertEq(earnedOf(showerAccount), (FEE * 9) / 10);
    }

    function test_GivenAnItemAndTheWholeUnitDemanded_EachIsAnsweredForItself() public {
        (RowModel memory made, ModelId model) = demanded(OWN, 4);
        prove(address(unitCourt), abi.encodeCall(unitCourt.demandUnit, (0, model, OWN)));
        vm.assertEq(bonds.bondStateOf(bondOf(challengerAccount)).heldGwei, 2 * FEE);
        bytes memory call = abi.encodeCall(unitCourt.showUnit, (model, shownOf(made, OWN), allRows(made, OWN), none()));
        make(address(unitCourt), shower, call);
        vm.assertFalse(unitCourt.demandOf(model, OWN, 4).isAnswered);
        make(address(unitCourt), shower, itemCall(model, made, OWN, 4, itemOf(made, OWN, 4)));
        vm.assertTrue(unitCourt.demandOf(model, OWN, 4).isAnswered);
    }

    function test_GivenTheEndOfItsTime_ItIsShownNoMore() public {
        (RowModel memory made, ModelId model) = demanded(OWN, 4);
        uint40 dueAt = unitCourt.demandOf(model, OWN, 4).dueAt;
        pass(DEMAND);
        failsAtOnce(
            address(unitCourt),
            shower,
            itemCall(model, made, OWN, 4, itemOf(made, OWN, 4)),
            abi.encodeWithSelector(IUnitCourt.UnitCourt_DemandOver.selector, dueAt, dueAt)
        );
    }

    function test_GivenNoAccount_NothingIsShown() public {
        (RowModel memory made, ModelId model) = demanded(OWN, 4);
        failsAtOnce(
            address(unitCourt),
            named("nobody"),
            itemCall(model, made, OWN, 4, itemOf(made, OWN, 4)),
            abi.encodeWithSelector(IAccounts.Accounts_NoAccount.selector, named("nobody"))
        );
    }

    function demanded(uint16 unit, uint32 index) private returns (RowModel memory made, ModelId model) {
        made = honest("items");
        model = publish(made);
        prove(address(unitCourt), abi.encodeCall(unitCourt.demandItem, (0, model, unit, index)));
    }

    function itemCall(
        ModelId model,
        RowModel memory made,
        uint256 u,
        uint256 r,
        ItemShown memory item
    ) private pure returns (bytes memory) {
        UnitShown memory shown = shownOf(made, u);
        RowShown memory row = rowOf(made, u, r);
        return abi.encodeCall(IUnitCourt.showItem, (model, shown, row, item));
    }

    /// @dev Where the item of a row was contributed: rows follow their members' items.
    function itemOf(RowModel memory made, uint256 u, uint256 r) private view returns (ItemShown memory) {
        uint256 c = made.drawn.units[u].first;
        if (!made.drawn.units[u].isJoint) return shownIn(made.drawn.trained[c], r, 0);
        uint32 member = 0;
        for (; ; ++c) {
            Trained memory whose = made.drawn.trained[c];
            if (whose.kept >= made.drawn.tune.plan.minimumRows) continue;
            if (r < whose.items) return shownIn(whose, r, member);
            r -= whose.items;
            ++member;
        }
    }

    function shownIn(Trained memory whose, uint256 item, uint32 member) private view returns (ItemShown memory) {
        bytes32[] memory leaves = itemLeaves(listOf[whose.id], whose.items);
        return
            ItemShown({
                dataset: dataset,
                itemsRoot: PlainTrees.sortedRoot(leaves),
                itemCount: whose.items,
                member: member,
                path: PlainTrees.sortedPath(leaves, item)
            });
    }

    function notContributed(uint256 unit, uint256 index) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IUnitCourt.UnitCourt_NotContributed.selector, unit, index);
    }
}
