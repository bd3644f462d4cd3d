// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Fault, ICourt} from "../../../contracts/interfaces/ICourt.sol";
import {IBonds} from "../../../contracts/interfaces/IBonds.sol";
import {AccountId, BondId, bondOf, ContributionId, ModelId} from "../../../contracts/types/Ids.sol";
import {IndexProof, RecordProof} from "../../../contracts/types/Records.sol";
import {PlainEntry} from "../harness/ScoringHarness.sol";
import {Courtroom} from "../harness/Courtroom.sol";

contract IndexFaultsTest is Courtroom {
    bytes32 private constant SALT = keccak256("salt");
    /// @dev The place and the row that the lies are about.
    uint256 private constant PLACE = 7;
    uint32 private constant ROW = 9;

    PlainEntry[] private entries;

    function setUp() public override {
        super.setUp();
        PlainEntry[] memory index = honestIndex();
        for (uint256 i = 0; i < index.length; ++i) entries.push(index[i]);
        vm.assertEq(entries[PLACE].row, ROW);
    }

    function test_GivenARowOfAContributionAfterTheFreeze_WhenProved_TheModelIsStruck() public {
        entries[PLACE].contribution = late;
        isForeign();
    }

    function test_GivenARowOfAContributionWithdrawnBeforeTheFreeze_WhenProved_TheModelIsStruck() public {
        entries[PLACE].contribution = withdrawn;
        isForeign();
    }

    function test_GivenARowOfAContributionThatNobodyMade_WhenProved_TheModelIsStruck() public {
        entries[PLACE].contribution = ContributionId.wrap(keccak256("invented"));
        isForeign();
    }

    function test_GivenARowThatTheModelDoesNotHave_WhenProved_TheModelIsStruck() public {
        entries[PLACE].row = ROWS;
        model = serveIndex(entries);
        isStruck(foreignCall(shown(PLACE), none()), ROWS, Fault.ForeignRow);
    }

    function test_GivenACodeThatIsNone_WhenProved_TheModelIsStruck() public {
        entries[PLACE].sketch[31] = 0x18;
        isForeign();
    }

    function test_GivenAHighCodeThatIsNone_WhenProved_TheModelIsStruck() public {
        entries[PLACE].sketch[0] = 0x81;
        isForeign();
    }

    function test_GivenASoundRow_WhenProvedForeign_ItReverts() public {
        for (uint256 i = 0; i < entries.length; ++i) {
            fails(
                foreignCall(shown(i), none()),
                abi.encodeWithSelector(ICourt.Court_RowSound.selector, entries[i].row)
            );
        }
        fails(foreignCall(shown(0, 1), none()), abi.encodeWithSelector(ICourt.Court_EntriesDiffer.selector, 2, 1));
    }

    /// @dev Consent withdrawn after the freeze leaves the version, and what is paid for it, as they were.
    function test_GivenConsentWithdrawnSince_WhenProvedForeign_ItReverts() public {
        vm.prank(named(contributorName(1)));
        datasets.withdrawConsent(contributions[1]);
        fails(foreignCall(shown(PLACE), none()), abi.encodeWithSelector(ICourt.Court_RowSound.selector, ROW));
    }

    function test_GivenRecordsThatListTheRow_WhenProved_TheyAreVoidedAtTheModelsCost() public {
        entries[PLACE].contribution = late;
        model = serveIndex(entries);
        bytes memory before = books();
        RecordProof memory call = recordPlain(honest(entries, entries[PLACE].sketch));
        uint64 cost = MINIMUM_BOND + FEE;
        uint64 modelBond = BondId.unwrap(bondOf(model));
        bytes memory proof = foreignCall(shown(PLACE), list(call));
        announce(challenger, proof);

        vm.expectEmit(address(court));
        emit ICourt.RowStruck(ModelId.unwrap(model), ROW, Fault.ForeignRow);
        vm.expectEmit(address(court));
        emit ICourt.RecordStruck(batchOf(call), 0, AccountId.unwrap(challengerAccount), Fault.ForeignRow);
        vm.expectEmit(address(ledger));
        emit IBonds.BondSlashed(modelBond, AccountId.unwrap(challengerAccount), cost, cost / 2, BOND - cost);
        vm.expectEmit(address(court));
        emit ICourt.IndexStruck(ModelId.unwrap(model), AccountId.unwrap(challengerAccount), Fault.ForeignRow);
        sendAnnounced(proof);

        vm.assertEq(ledger.bondStateOf(bondOf(operatorAccount)).balanceGwei, BOND);
        vm.assertEq(ledger.claim(challengerAccount), cost / 2 + (BOND - cost) / 2);
        vm.assertEq(books(), before);
    }

    function test_GivenARecordThatDoesNotListTheRow_WhenProved_ItReverts() public {
        entries[PLACE].contribution = late;
        model = serveIndex(entries);
        RecordProof memory call = recordPlain(honest(entries, new bytes(SKETCH_BYTES)));
        fails(foreignCall(shown(PLACE), list(call)), abi.encodeWithSelector(ICourt.Court_RowNotListed.selector, ROW));
    }

    function test_GivenARecordOfAnotherModel_WhenProved_ItReverts() public {
        RecordProof memory call = recordPlain(honest(entries, entries[PLACE].sketch));
        ModelId other = model;
        entries[PLACE].contribution = late;
        model = serveIndex(entries);
        fails(
            foreignCall(shown(PLACE), list(call)),
            abi.encodeWithSelector(ICourt.Court_OtherModel.selector, model, other)
        );
    }

    function test_GivenAStruckRow_WhenOtherRecordsListIt_AnyoneVoidsThem() public {
        entries[PLACE].contribution = late;
        model = serveIndex(entries);
        bytes memory before = books();
        RecordProof memory call = recordPlain(honest(entries, entries[PLACE].sketch));
        prove(foreignCall(shown(PLACE), none()));
        vm.assertFalse(isVoided(call));

        vm.expectEmit(address(court));
        emit ICourt.RecordStruck(batchOf(call), 0, AccountId.unwrap(payers[2]), Fault.StruckRow);
        vm.prank(named(payerName(2)));
        court.voidStruckRow(model, ROW, list(call));
        vm.assertTrue(isVoided(call));
        ledger.claim(challengerAccount);
        vm.assertEq(books(), before);
    }

    function test_GivenARowThatWasNotStruck_WhenItsRecordsAreVoided_ItReverts() public {
        RecordProof memory call = recordPlain(honest(entries, entries[PLACE].sketch));
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_RowNotStruck.selector, model, ROW));
        vm.prank(challenger);
        court.voidStruckRow(model, ROW, list(call));
    }

    function test_GivenAStoppedModel_WhenAnotherRowIsProved_ItIsStruckToo() public {
        entries[PLACE].contribution = late;
        entries[PLACE + 1].contribution = late;
        model = serveIndex(entries);
        prove(foreignCall(shown(PLACE), none()));
        vm.recordLogs();
        prove(foreignCall(shown(PLACE + 1), none()));
        vm.assertTrue(court.isRowStruck(model, entries[PLACE + 1].row));
        // The commitment and the row; the same row again says nothing at all.
        vm.assertEq(vm.getRecordedLogs().length, 2);
        prove(foreignCall(shown(PLACE + 1), none()));
        vm.assertEq(vm.getRecordedLogs().length, 1);
    }

    function test_GivenNearCopies_WhenProved_TheLaterAcceptedIsStruck() public {
        // Places 7 and 30 lie in the second and the fifth contribution.
        entries[30].sketch = entries[PLACE].sketch;
        entries[30].sketch[3] = 0x11;
        model = serveIndex(entries);
        isStruck(conflictCall(shown(PLACE, 30)), entries[30].row, Fault.ConflictingRows);
    }

    function test_GivenNearCopiesInReverse_WhenProved_TheLaterAcceptedIsStruck() public {
        (entries[30].contribution, entries[PLACE].contribution) = (
            entries[PLACE].contribution,
            entries[30].contribution
        );
        entries[30].sketch = entries[PLACE].sketch;
        model = serveIndex(entries);
        isStruck(conflictCall(shown(PLACE, 30)), ROW, Fault.ConflictingRows);
    }

    function test_GivenNearCopiesOfOneContribution_WhenProved_TheHigherRowIsStruck() public {
        entries[PLACE + 1].sketch = entries[PLACE].sketch;
        model = serveIndex(entries);
        isStruck(conflictCall(shown(PLACE, PLACE + 1)), entries[PLACE + 1].row, Fault.ConflictingRows);
    }

    function test_GivenACopyThatWasNeverAccepted_WhenProved_ItIsStruckAndNotTheFirst() public {
        vm.prank(named(contributorName(6)));
        ContributionId submitted = datasets.contribute(dataset, keccak256("never accepted"), ITEMS);
        entries[30].contribution = submitted;
        entries[30].sketch = entries[PLACE].sketch;
        model = serveIndex(entries);
        isStruck(conflictCall(shown(PLACE, 30)), entries[30].row, Fault.ConflictingRows);
    }

    function test_GivenTwoEntriesOfOneRow_WhenProved_TheModelIsStruck() public {
        entries[PLACE + 1].row = ROW;
        model = serveIndex(entries);
        isStruck(conflictCall(shown(PLACE, PLACE + 1)), ROW, Fault.ConflictingRows);
    }

    function test_GivenALinkThatPassesARowOver_WhenProved_ThatRowIsStruck() public {
        entries[PLACE].next = ROW + 2;
        model = serveIndex(entries);
        isStruck(conflictCall(shown(PLACE, PLACE + 1)), ROW + 1, Fault.ConflictingRows);
    }

    function test_GivenALastLinkThatPassesTheFirstRowOver_WhenProved_ThatRowIsStruck() public {
        entries[entries.length - 1].next = 3;
        model = serveIndex(entries);
        isStruck(conflictCall(shown(0, entries.length - 1)), 1, Fault.ConflictingRows);
    }

    function test_GivenTheSameEntryTwice_WhenProvedToConflict_ItReverts() public {
        entries[PLACE + 1] = entries[PLACE];
        model = serveIndex(entries);
        standsBeside(PLACE, PLACE + 1);
    }

    function test_GivenSoundRows_WhenProvedToConflict_ItReverts() public {
        standsBeside(PLACE, PLACE + 1);
        standsBeside(0, entries.length - 1);
        standsBeside(3, 20);
        fails(conflictCall(shown(PLACE)), abi.encodeWithSelector(ICourt.Court_EntriesDiffer.selector, 1, 2));
    }

    function isForeign() private {
        model = serveIndex(entries);
        isStruck(foreignCall(shown(PLACE), none()), ROW, Fault.ForeignRow);
    }

    function isStruck(bytes memory call, uint32 row, Fault fault) private {
        uint32 modelId = ModelId.unwrap(model);
        uint32 challengerId = AccountId.unwrap(challengerAccount);
        announce(challenger, call);
        vm.expectEmit(address(court));
        emit ICourt.RowStruck(modelId, row, fault);
        vm.expectEmit(address(court));
        emit ICourt.IndexStruck(modelId, challengerId, fault);
        vm.expectEmit(address(ledger));
        emit IBonds.ModelStopped(modelId);
        vm.expectEmit(address(ledger));
        emit IBonds.BondSlashed(BondId.unwrap(bondOf(model)), challengerId, BOND, BOND / 2, 0);
        sendAnnounced(call);

        vm.assertTrue(court.isRowStruck(model, row));
        vm.assertTrue(ledger.bondStateOf(bondOf(model)).isStopped);
        vm.assertEq(ledger.claim(challengerAccount), BOND / 2);
        vm.assertEq(ledger.bondStateOf(bondOf(operatorAccount)).balanceGwei, BOND);
    }

    function standsBeside(uint256 a, uint256 b) private {
        fails(
            conflictCall(shown(a, b)),
            abi.encodeWithSelector(ICourt.Court_NoConflict.selector, entries[a].row, entries[b].row)
        );
    }

    function foreignCall(IndexProof memory proof, RecordProof[] memory calls) private view returns (bytes memory) {
        return abi.encodeCall(court.proveForeignRow, (SALT, model, proof, calls));
    }

    function conflictCall(IndexProof memory proof) private view returns (bytes memory) {
        return abi.encodeCall(court.proveConflictingRows, (SALT, model, proof, none()));
    }

    function shown(uint256 place) private view returns (IndexProof memory) {
        uint256[] memory places = new uint256[](1);
        places[0] = place;
        return showPlaces(entries, places);
    }

    function shown(uint256 a, uint256 b) private view returns (IndexProof memory) {
        uint256[] memory places = new uint256[](2);
        (places[0], places[1]) = (a, b);
        return showPlaces(entries, places);
    }
}
