// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Fault, ICourt} from "../../../contracts/interfaces/ICourt.sol";
import {IndexProof, RecordProof} from "../../../contracts/types/Records.sol";
import {FalseRecords} from "../harness/FalseRecords.sol";
import {PlainRecord, PlainRow} from "../harness/RecordsHarness.sol";
import {PlainEntry} from "../harness/ScoringHarness.sol";

contract OmittedRowsTest is FalseRecords {
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

    function omittedCall(
        RecordProof memory call,
        IndexProof memory shown,
        uint256 omitted
    ) private view returns (bytes memory) {
        return abi.encodeCall(court.proveOmittedRow, (SALT, call, shown, omitted));
    }

    /// @dev A record that lists the fifth best row for the fourth.
    function omission() private view returns (PlainRecord memory lie, uint32 omitted, uint32 listed) {
        lie = truth;
        omitted = lie.rows[3].row;
        (listed, ) = unlisted(1);
        lie.rows[3].row = listed;
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
}
