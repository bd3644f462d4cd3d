// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Fault, ICourt} from "../../../contracts/interfaces/ICourt.sol";
import {IBonds} from "../../../contracts/interfaces/IBonds.sol";
import {IndexEntries} from "../../../contracts/libraries/IndexEntries.sol";
import {IndexProof, RecordProof} from "../../../contracts/types/Records.sol";
import {FalseRecords} from "../harness/FalseRecords.sol";
import {PlainTree} from "../harness/PlainTree.sol";
import {PlainRecord} from "../harness/RecordsHarness.sol";
import {PlainEntry} from "../harness/ScoringHarness.sol";

contract WrongWeightsTest is FalseRecords {
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

    function wrongWeights(RecordProof memory call) private view returns (bytes memory) {
        return weightsCall(call, show(honestIndex(), listedIn(call)));
    }

    function listedIn(RecordProof memory call) private pure returns (uint32[] memory rows) {
        rows = new uint32[](uint8(call.record[44]));
        for (uint256 i = 0; i < rows.length; ++i) {
            for (uint256 j = 0; j < 4; ++j) rows[i] = (rows[i] << 8) | uint8(call.record[45 + 10 * i + j]);
        }
    }

    function rootOf(PlainEntry[] memory entries) private pure returns (bytes32) {
        return PlainTree.rootOf(leavesOf(entries));
    }
}
