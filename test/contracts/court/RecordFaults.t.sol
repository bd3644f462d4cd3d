// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Fault, ICourt} from "../../../contracts/interfaces/ICourt.sol";
import {IBonds} from "../../../contracts/interfaces/IBonds.sol";
import {IndexEntries} from "../../../contracts/libraries/IndexEntries.sol";
import {AccountId, bondOf} from "../../../contracts/types/Ids.sol";
import {IndexProof, RecordProof} from "../../../contracts/types/Records.sol";
import {PlainTree} from "../harness/PlainTree.sol";
import {PlainRecord, PlainRow} from "../harness/RecordsHarness.sol";
import {PlainEntry} from "../harness/ScoringHarness.sol";
import {Courtroom} from "../harness/Courtroom.sol";

contract RecordFaultsTest is Courtroom {
    bytes32 private constant SALT = keccak256("salt");
    bytes32 private constant QUERY = keccak256("query");

    PlainRecord private truth;
    bytes private before;

    function setUp() public override {
        super.setUp();
        PlainRecord memory plain = honest(QUERY);
        (truth.commitment, truth.payer, truth.feeGwei, truth.sketch) = (
            plain.commitment,
            plain.payer,
            plain.feeGwei,
            plain.sketch
        );
        for (uint256 i = 0; i < plain.rows.length; ++i) truth.rows.push(plain.rows[i]);
        before = books();
    }

    function test_GivenAWeightOffByOne_WhenProved_TheRecordIsStruck() public {
        PlainRecord memory lie = truth;
        ++lie.rows[0].weight;
        --lie.rows[3].weight;
        isStruck(wrongWeights(recordPlain(lie)), Fault.WrongWeights);
    }

    function test_GivenTheRemainderOnAnotherRow_WhenProved_TheRecordIsStruck() public {
        PlainRecord memory lie = truth;
        --lie.rows[0].weight;
        ++lie.rows[1].weight;
        isStruck(wrongWeights(recordPlain(lie)), Fault.WrongWeights);
    }

    function test_GivenTwoRowsInEachOthersPlace_WhenProved_TheRecordIsStruck() public {
        PlainRecord memory lie = truth;
        (lie.rows[1].row, lie.rows[2].row) = (lie.rows[2].row, lie.rows[1].row);
        (lie.rows[1].account, lie.rows[2].account) = (lie.rows[2].account, lie.rows[1].account);
        isStruck(wrongWeights(recordPlain(lie)), Fault.WrongWeights);
    }

    function test_GivenARowThatCountsForNothing_WhenProved_TheRecordIsStruck() public {
        PlainRecord memory lie = truth;
        (uint32 row, ) = unlisted(0);
        lie.rows[3].row = row;
        isStruck(wrongWeights(recordPlain(lie)), Fault.WrongWeights);
    }

    /// @dev Its weight is right, for it counts for nothing; that it is listed is not.
    function test_GivenARowThatCountsForNothingAndWeighsNothing_WhenProved_TheRecordIsStruck() public {
        PlainRecord memory lie = truth;
        uint64[] memory scores = new uint64[](3);
        for (uint256 i = 0; i < 3; ++i) scores[i] = scoreOf(lie.rows[i].row);
        uint16[] memory weights = scorer.weights(scores);
        for (uint256 i = 0; i < 3; ++i) lie.rows[i].weight = weights[i];
        (lie.rows[3].row, ) = unlisted(0);
        lie.rows[3].weight = 0;
        isStruck(wrongWeights(recordPlain(lie)), Fault.WrongWeights);
    }

    function test_GivenTheRightWeights_WhenProved_ItReverts() public {
        RecordProof memory call = recordPlain(truth);
        fails(wrongWeights(call), abi.encodeWithSelector(ICourt.Court_WeightsRight.selector, batchOf(call), 0));
    }

    function test_GivenOtherEntriesThanTheListed_WhenProved_ItReverts() public {
        PlainRecord memory lie = truth;
        ++lie.rows[0].weight;
        --lie.rows[3].weight;
        RecordProof memory call = recordPlain(lie);
        uint32[] memory rows = rowsOf(lie);
        (rows[2], ) = unlisted(0);
        fails(
            weightsCall(call, show(honestIndex(), rows)),
            abi.encodeWithSelector(ICourt.Court_RowNotShown.selector, lie.rows[2].row)
        );
        fails(
            weightsCall(call, show(lie.rows[0].row)),
            abi.encodeWithSelector(ICourt.Court_EntriesDiffer.selector, 1, 4)
        );
    }

    function test_GivenEntriesOfAnotherIndex_WhenProved_ItReverts() public {
        RecordProof memory call = recordPlain(truth);
        PlainEntry[] memory entries = honestIndex();
        entries[0].sketch[0] ^= 0x01;
        IndexProof memory shown = show(entries, rowsOf(truth));
        fails(
            weightsCall(call, shown),
            abi.encodeWithSelector(
                IndexEntries.Index_WrongRoot.selector,
                rootOf(entries),
                models.influenceRootOf(model)
            )
        );
    }

    function test_GivenARecordThatWasNot_WhenProved_ItReverts() public {
        RecordProof memory call = recordPlain(truth);
        // The weight of the last row.
        call.record[84] ^= 0x01;
        fails(wrongWeights(call), abi.encodeWithSelector(IBonds.Ledger_NotRecorded.selector, call.header.batch, 0));
    }

    function test_GivenAStruckRecord_WhenProvedAgain_ItReverts() public {
        PlainRecord memory lie = truth;
        ++lie.rows[0].weight;
        --lie.rows[3].weight;
        RecordProof memory call = recordPlain(lie);
        prove(wrongWeights(call));
        fails(wrongWeights(call), abi.encodeWithSelector(IBonds.Ledger_AlreadyVoided.selector, call.header.batch, 0));
    }

    function test_GivenEqualScores_TheLowerRowComesFirst() public {
        PlainEntry[] memory entries = honestIndex();
        entries[3].sketch = entries[2].sketch;
        entries[3].contribution = entries[2].contribution;
        model = serveIndex(entries);
        PlainRecord memory plain = honest(entries, entries[2].sketch);
        vm.assertEq(plain.rows[0].row, entries[2].row);
        vm.assertEq(plain.rows[1].row, entries[3].row);
        RecordProof memory call = recordPlain(plain);
        fails(
            weightsCall(call, show(entries, rowsOf(plain))),
            abi.encodeWithSelector(ICourt.Court_WeightsRight.selector, batchOf(call), 0)
        );

        before = books();
        (plain.rows[0].row, plain.rows[1].row) = (plain.rows[1].row, plain.rows[0].row);
        call = recordPlain(plain);
        isStruck(weightsCall(call, show(entries, rowsOf(plain))), Fault.WrongWeights);
    }

    function test_GivenARowThatCountsForMore_WhenItsOmissionIsProved_TheRecordIsStruck() public {
        (PlainRecord memory lie, uint32 omitted, uint32 listed) = omission();
        RecordProof memory call = recordPlain(lie);
        isStruck(omittedCall(call, show(omitted, listed), omitted < listed ? 0 : 1), Fault.OmittedRow);
    }

    function test_GivenAListedRowThatCountsForMore_WhenOmissionIsProved_ItReverts() public {
        RecordProof memory call = recordPlain(truth);
        (uint32 other, uint64 score) = unlisted(1);
        uint32 listed = truth.rows[3].row;
        fails(
            omittedCall(call, show(other, listed), other < listed ? 0 : 1),
            abi.encodeWithSelector(ICourt.Court_RowRightlyOmitted.selector, other, score, scoreOf(listed))
        );
    }

    function test_GivenAListedRow_WhenItsOmissionIsProved_ItReverts() public {
        RecordProof memory call = recordPlain(truth);
        (uint32 a, uint32 b) = (truth.rows[0].row, truth.rows[3].row);
        fails(omittedCall(call, show(a, b), a < b ? 0 : 1), abi.encodeWithSelector(ICourt.Court_RowListed.selector, a));
    }

    function test_GivenTwoRowsThatAreNotListed_WhenOmissionIsProved_ItReverts() public {
        RecordProof memory call = recordPlain(truth);
        (uint32 a, ) = unlisted(1);
        (uint32 b, ) = unlisted(0);
        fails(
            omittedCall(call, show(a, b), a < b ? 0 : 1),
            abi.encodeWithSelector(ICourt.Court_RowNotListed.selector, b)
        );
    }

    function test_GivenAFullRecord_WhenOneEntryIsShown_ItReverts() public {
        (PlainRecord memory lie, uint32 omitted, uint32 listed) = omission();
        RecordProof memory call = recordPlain(lie);
        fails(omittedCall(call, show(omitted), 0), abi.encodeWithSelector(ICourt.Court_EntriesDiffer.selector, 1, 2));
        fails(
            omittedCall(call, show(omitted, listed), 2),
            abi.encodeWithSelector(ICourt.Court_EntriesDiffer.selector, 2, 2)
        );
    }

    function test_GivenPlacesLeft_WhenARowThatCountsIsShown_TheRecordIsStruck() public {
        PlainRecord memory lie = truth;
        uint32 omitted = lie.rows[3].row;
        PlainRow[] memory rows = new PlainRow[](3);
        for (uint256 i = 0; i < 3; ++i) rows[i] = lie.rows[i];
        rows[0].weight += lie.rows[3].weight;
        lie.rows = rows;
        isStruck(omittedCall(recordPlain(lie), show(omitted), 0), Fault.OmittedRow);
    }

    function test_GivenNoRowsAtAll_WhenARowThatCountsIsShown_TheRecordIsStruck() public {
        PlainRecord memory lie = truth;
        lie.rows = new PlainRow[](0);
        isStruck(omittedCall(recordPlain(lie), show(truth.rows[0].row), 0), Fault.OmittedRow);
    }

    function test_GivenPlacesLeft_WhenARowThatCountsForNothingIsShown_ItReverts() public {
        PlainEntry[] memory entries = honestIndex();
        bytes memory query = negated(entries[7].sketch);
        model = serveIndex(firstOf(entries, 3));
        PlainEntry[] memory few = firstOf(entries, 3);
        PlainRecord memory plain = honest(few, query);
        vm.assertTrue(plain.rows.length < TOP_K);
        RecordProof memory call = recordPlain(plain);
        for (uint256 i = 0; i < few.length; ++i) {
            if (isListed(plain, few[i].row)) continue;
            uint32[] memory rows = new uint32[](1);
            rows[0] = few[i].row;
            fails(
                omittedCall(call, show(few, rows), 0),
                abi.encodeWithSelector(ICourt.Court_RowRightlyOmitted.selector, few[i].row, 0, 0)
            );
        }
    }

    function test_GivenAQueryThatNothingMoved_NoRowsAreRight() public {
        PlainRecord memory plain = honest(honestIndex(), new bytes(SKETCH_BYTES));
        vm.assertEq(plain.rows.length, 0);
        RecordProof memory call = recordPlain(plain);
        fails(omittedCall(call, show(1), 0), abi.encodeWithSelector(ICourt.Court_RowRightlyOmitted.selector, 1, 0, 0));
        fails(weightsCall(call, show(1)), abi.encodeWithSelector(ICourt.Court_EntriesDiffer.selector, 1, 0));
    }

    function test_GivenAnotherAccount_WhenProved_TheRecordIsStruck() public {
        PlainRecord memory lie = truth;
        lie.rows[2].account = AccountId.unwrap(operatorAccount);
        isStruck(accountCall(recordPlain(lie), show(lie.rows[2].row)), Fault.WrongAccount);
    }

    function test_GivenTheContributor_WhenProved_ItReverts() public {
        RecordProof memory call = recordPlain(truth);
        fails(
            accountCall(call, show(truth.rows[2].row)),
            abi.encodeWithSelector(ICourt.Court_AccountRight.selector, truth.rows[2].row, truth.rows[2].account)
        );
    }

    function test_GivenARowThatIsNotListed_WhenItsAccountIsProved_ItReverts() public {
        RecordProof memory call = recordPlain(truth);
        (uint32 row, ) = unlisted(0);
        fails(accountCall(call, show(row)), abi.encodeWithSelector(ICourt.Court_RowNotListed.selector, row));
        fails(
            accountCall(call, show(truth.rows[0].row, truth.rows[1].row)),
            abi.encodeWithSelector(ICourt.Court_EntriesDiffer.selector, 2, 1)
        );
    }

    function test_GivenASketchThatBeginsLikeARow_WhenItsAccountIsProved_ItIsNotListed() public {
        (uint32 row, ) = unlisted(0);
        PlainRecord memory plain = truth;
        for (uint256 i = 0; i < 4; ++i) plain.sketch[i] = bytes4(row)[i];
        RecordProof memory call = recordPlain(plain);
        fails(accountCall(call, show(row)), abi.encodeWithSelector(ICourt.Court_RowNotListed.selector, row));
    }

    function test_GivenARowWithoutALeaf_WhenProved_TheRecordIsStruck() public {
        uint32[5] memory absent = [uint32(0), 5, 17, 18, ROWS - 1];
        uint32[5] memory neighbours = [ROWS - 2, 4, 16, 16, ROWS - 2];
        for (uint256 i = 0; i < absent.length; ++i) {
            before = books();
            PlainRecord memory lie = truth;
            lie.rows[3].row = absent[i];
            isStruck(absentCall(recordPlain(lie), absent[i], show(neighbours[i])), Fault.AbsentRow);
        }
    }

    function test_GivenRowsWithALeaf_WhenTheirAbsenceIsProved_ItReverts() public {
        RecordProof memory call = recordPlain(truth);
        PlainEntry[] memory entries = honestIndex();
        for (uint256 i = 0; i < truth.rows.length; ++i) {
            uint32 row = truth.rows[i].row;
            for (uint256 j = 0; j < entries.length; j += 7) {
                fails(
                    absentCall(call, row, show(entries[j].row)),
                    abi.encodeWithSelector(ICourt.Court_RowPresent.selector, row)
                );
            }
        }
    }

    function test_GivenARowThatIsNotListed_WhenItsAbsenceIsProved_ItReverts() public {
        RecordProof memory call = recordPlain(truth);
        fails(absentCall(call, 5, show(4)), abi.encodeWithSelector(ICourt.Court_RowNotListed.selector, 5));
    }

    /// @dev Every effect of a proof: what is told, the slashed bond, and all books as before the record.
    function isStruck(bytes memory call, Fault fault) private {
        uint64 batch = ledger.batchCount();
        uint32 operatorId = AccountId.unwrap(operatorAccount);
        uint64 balance = ledger.bondStateOf(bondOf(operatorAccount)).balanceGwei;
        uint64 cost = MINIMUM_BOND + FEE;
        uint32 challengerId = AccountId.unwrap(challengerAccount);
        announce(challenger, call);

        vm.expectEmit(address(court));
        emit ICourt.RecordStruck(batch, 0, challengerId, fault);
        vm.expectEmit(address(ledger));
        emit IBonds.RecordVoided(batch, 0, truth.payer, FEE);
        vm.expectEmit(address(ledger));
        emit IBonds.BondSlashed(operatorId, challengerId, cost, cost / 2, balance - cost);
        sendAnnounced(call);

        vm.assertEq(ledger.bondStateOf(bondOf(operatorAccount)).balanceGwei, balance - cost);
        vm.assertEq(ledger.claim(challengerAccount), cost / 2);
        vm.assertEq(books(), before);
    }

    function wrongWeights(RecordProof memory call) private view returns (bytes memory) {
        return weightsCall(call, show(honestIndex(), listedIn(call)));
    }

    function listedIn(RecordProof memory call) private pure returns (uint32[] memory rows) {
        rows = new uint32[](uint8(call.record[44]));
        for (uint256 i = 0; i < rows.length; ++i) {
            for (uint256 j = 0; j < 4; ++j) rows[i] = (rows[i] << 8) | uint8(call.record[45 + 10 * i + j]);
        }
    }

    function weightsCall(RecordProof memory call, IndexProof memory shown) private view returns (bytes memory) {
        return abi.encodeCall(court.proveWrongWeights, (SALT, call, shown));
    }

    function omittedCall(
        RecordProof memory call,
        IndexProof memory shown,
        uint256 omitted
    ) private view returns (bytes memory) {
        return abi.encodeCall(court.proveOmittedRow, (SALT, call, shown, omitted));
    }

    function accountCall(RecordProof memory call, IndexProof memory shown) private view returns (bytes memory) {
        return abi.encodeCall(court.proveWrongAccount, (SALT, call, shown));
    }

    function absentCall(
        RecordProof memory call,
        uint32 row,
        IndexProof memory shown
    ) private view returns (bytes memory) {
        return abi.encodeCall(court.proveAbsentRow, (SALT, call, row, shown));
    }

    /// @dev A record that lists the fifth best row for the fourth.
    function omission() private view returns (PlainRecord memory lie, uint32 omitted, uint32 listed) {
        lie = truth;
        omitted = lie.rows[3].row;
        (listed, ) = unlisted(1);
        lie.rows[3].row = listed;
    }

    /// @dev The row that the truth does not list and that counts for most, or the first that counts for nothing.
    function unlisted(uint64 atLeast) private view returns (uint32 row, uint64 score) {
        PlainEntry[] memory entries = honestIndex();
        for (uint256 i = 0; i < entries.length; ++i) {
            uint64 found = scorer.score(truth.sketch, entries[i].sketch);
            if (isListed(truth, entries[i].row)) continue;
            if (atLeast == 0 && found == 0) return (entries[i].row, 0);
            if (atLeast != 0 && found > score) (row, score) = (entries[i].row, found);
        }
    }

    function scoreOf(uint32 row) private view returns (uint64) {
        PlainEntry[] memory entries = honestIndex();
        for (uint256 i = 0; i < entries.length; ++i) {
            if (entries[i].row == row) return scorer.score(truth.sketch, entries[i].sketch);
        }
        return 0;
    }

    function isListed(PlainRecord memory plain, uint32 row) private pure returns (bool) {
        for (uint256 i = 0; i < plain.rows.length; ++i) {
            if (plain.rows[i].row == row) return true;
        }
        return false;
    }

    function firstOf(PlainEntry[] memory entries, uint256 count) private pure returns (PlainEntry[] memory few) {
        few = new PlainEntry[](count);
        for (uint256 i = 0; i < count; ++i) few[i] = entries[i];
        link(few);
    }

    function negated(bytes memory codes) private pure returns (bytes memory opposite) {
        opposite = new bytes(codes.length);
        for (uint256 i = 0; i < codes.length; ++i) {
            uint8 pair = uint8(codes[i]);
            opposite[i] = bytes1((((16 - (pair >> 4)) & 15) << 4) | ((16 - (pair & 15)) & 15));
        }
    }

    function rootOf(PlainEntry[] memory entries) private pure returns (bytes32) {
        return PlainTree.rootOf(leavesOf(entries));
    }
}
