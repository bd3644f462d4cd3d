// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccounts} from "../../../contracts/interfaces/IAccounts.sol";
import {CourtTerms, Demand, Fault, ICourt} from "../../../contracts/interfaces/ICourt.sol";
import {IBonds} from "../../../contracts/interfaces/IBonds.sol";
import {AccountId, BondId, bondOf, ModelId} from "../../../contracts/types/Ids.sol";
import {IndexProof, RecordProof} from "../../../contracts/types/Records.sol";
import {PlainEntry} from "../harness/ScoringHarness.sol";
import {Courtroom} from "../harness/Courtroom.sol";

contract DemandsTest is Courtroom {
    uint32 private constant ROW = 9;

    address private shower = named("shower");
    AccountId private showerAccount;
    uint32 private challengerId;
    uint32 private modelId;
    uint40 private dueAt;
    bytes32[] private emptyPath;

    function setUp() public override {
        super.setUp();
        showerAccount = openAccount("shower");
        challengerId = AccountId.unwrap(challengerAccount);
        modelId = ModelId.unwrap(model);
        dueAt = uint40(block.timestamp + DEMAND_TIME);
    }

    function test_WhenDemanded_TheFeeIsStakedAndTheModelsBondFrozen() public {
        bytes memory call = demandCall(ROW);
        announce(challenger, call);
        vm.expectEmit(address(court));
        emit ICourt.RowDemanded(modelId, ROW, challengerId, DEMAND_FEE, dueAt);
        vm.expectEmit(address(ledger));
        emit IBonds.BondStaked(challengerId, DEMAND_FEE, BOND - DEMAND_FEE, DEMAND_FEE);
        vm.expectEmit(address(ledger));
        emit IBonds.BondFrozen(BondId.unwrap(bondOf(model)), dueAt + DEMAND_TIME);
        sendAnnounced(call);
        expectDemand(Demand(challengerAccount, dueAt, DEMAND_FEE, false));
    }

    function test_GivenARowThatTheModelDoesNotHave_WhenDemanded_ItReverts() public {
        fails(demandCall(ROWS), abi.encodeWithSelector(ICourt.Court_RowOutOfRange.selector, ROWS, ROWS));
        prove(demandCall(ROWS - 1));
    }

    function test_GivenADemand_WhenDemandedAgain_ItReverts() public {
        prove(demandCall(ROW));
        fails(demandCall(ROW), abi.encodeWithSelector(ICourt.Court_AlreadyDemanded.selector, model, ROW));
        showAs(shower, ROW);
        failsAtOnce(demandCall(ROW), abi.encodeWithSelector(ICourt.Court_AlreadyDemanded.selector, model, ROW));
    }

    function test_GivenAStoppedModel_WhenDemanded_ItReverts() public {
        vm.prank(address(court));
        ledger.strikeModel(model, challengerAccount);
        fails(demandCall(ROW), abi.encodeWithSelector(IBonds.Ledger_ModelStopped.selector, model));
    }

    function test_GivenNoBond_WhenDemanded_ItReverts() public {
        bytes memory call = demandCall(ROW);
        announce(shower, call);
        (bool done, bytes memory reason) = send(shower, call);
        vm.assertFalse(done);
        vm.assertEq(
            reason,
            abi.encodeWithSelector(IBonds.Ledger_BondTooSmall.selector, bondOf(showerAccount), 0, DEMAND_FEE)
        );
    }

    function test_WhenShown_WhoeverShowsItEarnsTheFee() public {
        prove(demandCall(ROW));
        vm.warp(dueAt);
        vm.expectEmit(address(court));
        emit ICourt.RowShown(modelId, ROW, AccountId.unwrap(showerAccount), show(ROW).entries);
        vm.expectEmit(address(ledger));
        emit IBonds.StakePaid(challengerId, AccountId.unwrap(showerAccount), DEMAND_FEE, 0);
        showAs(shower, ROW);

        expectDemand(Demand(challengerAccount, dueAt, DEMAND_FEE, true));
        vm.assertEq(ledger.claim(showerAccount), DEMAND_FEE);
        vm.assertEq(ledger.bondStateOf(bondOf(challengerAccount)).balanceGwei, BOND - DEMAND_FEE);
        vm.assertEq(ledger.bondStateOf(bondOf(model)).balanceGwei, BOND);
        refusesToShow(ROW, show(ROW), notDemanded(ROW));
    }

    function test_GivenOtherTermsSince_WhenShown_TheOldFeeIsPaid() public {
        prove(demandCall(ROW));
        court.setTerms(CourtTerms(7, 1 hours, 1, 1));
        showAs(shower, ROW);
        vm.assertEq(maturedOf(showerAccount), DEMAND_FEE);
    }

    function test_GivenARowWithoutALeaf_WhenItsNeighbourIsShown_ThatAnswers() public {
        uint32[5] memory absent = [uint32(0), 5, 17, 18, ROWS - 1];
        uint32[5] memory neighbours = [ROWS - 2, 4, 16, 16, ROWS - 2];
        for (uint256 i = 0; i < absent.length; ++i) {
            prove(demandCall(absent[i]));
            refusesToShow(absent[i], show(20), abi.encodeWithSelector(ICourt.Court_WrongRow.selector, 20, absent[i]));
            vm.prank(shower);
            court.showRow(model, absent[i], show(neighbours[i]), 0, emptyPath);
            vm.assertTrue(court.demandOf(model, absent[i]).isShown);
        }
    }

    function test_GivenAnItemOutsideItsContribution_WhenShown_ItReverts() public {
        prove(demandCall(ROW));
        bytes memory refusal = abi.encodeWithSelector(ICourt.Court_ItemNotContributed.selector, ROW);
        vm.startPrank(shower);
        vm.expectRevert(refusal);
        court.showRow(model, ROW, show(ROW), itemsRootOf(1), itemPathOf(ROW + 1));
        vm.expectRevert(refusal);
        court.showRow(model, ROW, show(ROW), itemsRootOf(2), itemPathOf(ROW + ITEMS));
        vm.expectRevert(refusal);
        court.showRow(model, ROW, show(ROW), keccak256(abi.encode(itemHashOf(ROW))), emptyPath);
    }

    function test_GivenTwoEntriesOrAnotherRow_WhenShown_ItReverts() public {
        prove(demandCall(ROW));
        refusesToShow(ROW, show(ROW, 10), abi.encodeWithSelector(ICourt.Court_EntriesDiffer.selector, 2, 1));
        refusesToShow(ROW, show(10), abi.encodeWithSelector(ICourt.Court_WrongRow.selector, 10, ROW));
    }

    function test_GivenNoDemand_WhenShownOrClosed_ItReverts() public {
        refusesToShow(ROW, show(ROW), notDemanded(ROW));
        vm.expectRevert(notDemanded(ROW));
        court.closeDemand(model, ROW, none());
    }

    function test_GivenNoAccount_WhenShown_ItReverts() public {
        prove(demandCall(ROW));
        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_NoAccount.selector, named("nobody")));
        vm.prank(named("nobody"));
        court.showRow(model, ROW, show(ROW), itemsRootOf(1), itemPathOf(ROW));
    }

    function test_WhenTheTimeIsOver_ItIsTooLateToShowAndNotBefore() public {
        prove(demandCall(ROW));
        vm.warp(dueAt);
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_DemandOpen.selector, dueAt, dueAt));
        court.closeDemand(model, ROW, none());
        vm.warp(dueAt + 1);
        refusesToShow(ROW, show(ROW), abi.encodeWithSelector(ICourt.Court_DemandOver.selector, dueAt, dueAt + 1));
    }

    function test_WhenClosed_TheModelIsStruckAndTheStakeReturns() public {
        bytes memory before = books();
        RecordProof memory call = recordPlain(honest(honestIndex(), entryOf(ROW).sketch));
        prove(demandCall(ROW));
        vm.warp(dueAt + 1);
        uint64 cost = MINIMUM_BOND + FEE;

        vm.expectEmit(address(court));
        emit ICourt.DemandClosed(modelId, ROW, challengerId);
        vm.expectEmit(address(court));
        emit ICourt.RowStruck(modelId, ROW, Fault.WithheldRow);
        vm.expectEmit(address(court));
        emit ICourt.RecordStruck(batchOf(call), 0, challengerId, Fault.WithheldRow);
        vm.expectEmit(address(court));
        emit ICourt.IndexStruck(modelId, challengerId, Fault.WithheldRow);
        vm.expectEmit(address(ledger));
        emit IBonds.ModelStopped(modelId);
        vm.expectEmit(address(ledger));
        emit IBonds.BondReleased(challengerId, DEMAND_FEE, BOND, 0);
        vm.prank(named("anyone"));
        court.closeDemand(model, ROW, list(call));

        expectDemand(Demand(AccountId.wrap(0), 0, 0, false));
        vm.assertTrue(isVoided(call));
        vm.assertTrue(ledger.bondStateOf(bondOf(model)).isStopped);
        vm.assertEq(ledger.claim(challengerAccount), cost / 2 + (BOND - cost) / 2);
        vm.assertEq(books(), before);
        vm.expectRevert(notDemanded(ROW));
        court.closeDemand(model, ROW, none());
    }

    function test_GivenAModelStoppedMeanwhile_WhenClosed_TheStakeReturns() public {
        prove(demandCall(ROW));
        vm.prank(address(court));
        ledger.strikeModel(model, treasury);
        vm.warp(dueAt + 1);
        court.closeDemand(model, ROW, none());
        vm.assertEq(ledger.bondStateOf(bondOf(challengerAccount)).balanceGwei, BOND);
        vm.assertEq(maturedOf(challengerAccount), 0);
    }

    /// @dev The owner asked its bond back long ago, and cannot take it while a row is withheld.
    function test_GivenABondThatIsLeaving_WhenDemanded_ItStaysUntilTheDemandCanBeClosed() public {
        vm.prank(named("model owner"));
        ledger.requestBondWithdrawal(bondOf(model), BOND);
        vm.warp(block.timestamp + 3 * EPOCH);
        prove(demandCall(ROW));
        uint40 due = court.demandOf(model, ROW).dueAt;
        vm.warp(due + DEMAND_TIME - 1);
        (bool done, ) = withdrawAs("model owner");
        vm.assertFalse(done);
        court.closeDemand(model, ROW, none());
        (done, ) = withdrawAs("model owner");
        vm.assertFalse(done);
        vm.assertEq(token.balanceOf(named("model owner")), 0);
    }

    /// @dev A row that was contributed by nobody cannot be shown, whoever holds its index.
    function test_GivenARowOfAnInventedItem_ItCannotBeShown() public {
        PlainEntry[] memory entries = honestIndex();
        entries[7].itemHash = keccak256("invented");
        model = serveIndex(entries);
        prove(demandCall(ROW));
        uint32[] memory rows = new uint32[](1);
        rows[0] = ROW;
        refusesToShow(ROW, show(entries, rows), abi.encodeWithSelector(ICourt.Court_ItemNotContributed.selector, ROW));
    }

    function withdrawAs(string memory name) private returns (bool, bytes memory) {
        bytes memory call = abi.encodeCall(ledger.withdrawBond, (bondOf(model)));
        vm.prank(named(name));
        return address(ledger).call(call);
    }

    function demandCall(uint32 row) private view returns (bytes memory) {
        return abi.encodeCall(court.demandRow, (keccak256("salt"), model, row));
    }

    function showAs(address who, uint32 row) private {
        vm.prank(who);
        court.showRow(model, row, show(row), itemsRootOf(row / ITEMS), itemPathOf(row));
    }

    function refusesToShow(uint32 row, IndexProof memory shown, bytes memory refusal) private {
        bytes32 root = itemsRootOf(row / ITEMS);
        bytes32[] memory path = itemPathOf(row);
        vm.expectRevert(refusal);
        vm.prank(shower);
        court.showRow(model, row, shown, root, path);
    }

    function notDemanded(uint32 row) private view returns (bytes memory) {
        return abi.encodeWithSelector(ICourt.Court_NotDemanded.selector, model, row);
    }

    function expectDemand(Demand memory expected) private view {
        vm.assertEq(abi.encode(court.demandOf(model, ROW)), abi.encode(expected));
    }
}
