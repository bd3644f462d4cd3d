// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Fault, ICourt} from "../../../contracts/interfaces/ICourt.sol";
import {AccountId} from "../../../contracts/types/Ids.sol";
import {IndexProof, RecordProof} from "../../../contracts/types/Records.sol";
import {FalseRecords} from "../harness/FalseRecords.sol";
import {PlainRecord} from "../harness/RecordsHarness.sol";
import {PlainEntry} from "../harness/ScoringHarness.sol";

contract ListedRowsTest is FalseRecords {
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
}
