// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICourt} from "../../../contracts/interfaces/ICourt.sol";
import {RecordProof} from "../../../contracts/types/Records.sol";
import {Courtroom} from "../harness/Courtroom.sol";
import {PlainRecord} from "../harness/RecordsHarness.sol";
import {PlainEntry} from "../harness/ScoringHarness.sol";

/// @notice Random models and queries: an honest record stands every proof that can be brought against it, row by row.
contract HonestRecordsTest is Courtroom {
    PlainEntry[] private entries;
    PlainRecord private truth;
    RecordProof private call;

    function testFuzz_GivenAnHonestRecord_EveryProofFailsForItsOwnReason(bytes32 seed) public {
        answer(seed);
        uint32[] memory listed = rowsOf(truth);
        if (listed.length != 0) {
            fails(
                abi.encodeCall(court.proveWrongWeights, (seed, call, show(entries, listed))),
                abi.encodeWithSelector(ICourt.Court_WeightsRight.selector, call.header.batch, 0)
            );
        }
        for (uint256 i = 0; i < entries.length; ++i) {
            uint256 place = placeOf(entries[i].row);
            if (place < listed.length) isRightlyListed(seed, i, place);
            else isRightlyLeftOut(seed, i);
        }
        vm.assertFalse(isVoided(call));
    }

    /// @dev Its account is right, no entry passes it over, and it was not left out.
    function isRightlyListed(bytes32 seed, uint256 i, uint256 place) private {
        uint32 row = entries[i].row;
        uint32[] memory rows = new uint32[](1);
        rows[0] = row;
        fails(
            abi.encodeCall(court.proveWrongAccount, (seed, call, show(entries, rows))),
            abi.encodeWithSelector(ICourt.Court_AccountRight.selector, row, truth.rows[place].account)
        );
        for (uint256 j = 0; j < entries.length; ++j) {
            rows[0] = entries[j].row;
            fails(
                abi.encodeCall(court.proveAbsentRow, (seed, call, row, show(entries, rows))),
                abi.encodeWithSelector(ICourt.Court_RowPresent.selector, row)
            );
        }
        if (truth.rows.length < TOP_K) {
            rows[0] = row;
            fails(
                abi.encodeCall(court.proveOmittedRow, (seed, call, show(entries, rows), 0)),
                abi.encodeWithSelector(ICourt.Court_RowListed.selector, row)
            );
        }
    }

    /// @dev Beside each of the listed rows, or alone where there was room.
    function isRightlyLeftOut(bytes32 seed, uint256 i) private {
        uint32 row = entries[i].row;
        uint64 score = scorer.score(truth.sketch, entries[i].sketch);
        if (truth.rows.length < TOP_K) {
            uint32[] memory alone = new uint32[](1);
            alone[0] = row;
            fails(
                abi.encodeCall(court.proveOmittedRow, (seed, call, show(entries, alone), 0)),
                abi.encodeWithSelector(ICourt.Court_RowRightlyOmitted.selector, row, score, 0)
            );
            return;
        }
        uint32[] memory both = new uint32[](2);
        for (uint256 j = 0; j < TOP_K; ++j) {
            (both[0], both[1]) = (row, truth.rows[j].row);
            uint64 listedScore = scoreOf(both[1]);
            fails(
                abi.encodeCall(court.proveOmittedRow, (seed, call, show(entries, both), row < both[1] ? 0 : 1)),
                abi.encodeWithSelector(ICourt.Court_RowRightlyOmitted.selector, row, score, listedScore)
            );
        }
    }

    /// @dev Records an answer of a model of two to nine rows. Few distinct codes make ties and rows that count for nothing.
    function answer(bytes32 seed) private {
        PlainEntry[] memory all = honestIndex();
        uint256 count = 2 + (uint256(seed) % 8);
        uint256 place = 0;
        for (uint256 i = 0; i < count; ++i) {
            place += 1 + (uint256(keccak256(abi.encode(seed, "step", i))) % 3);
            entries.push(all[place]);
            bytes32 codes = keccak256(abi.encode(seed, "codes", i % (1 + ((uint256(seed) >> 8) % count))));
            entries[i].sketch = codesOf(codes);
        }
        for (uint256 i = 0; i < count; ++i) entries[i].next = entries[(i + 1) % count].row;
        model = serveIndex(entries);
        PlainRecord memory plain = honest(entries, codesOf(keccak256(abi.encode(seed, "query"))));
        (truth.payer, truth.sketch) = (plain.payer, plain.sketch);
        for (uint256 i = 0; i < plain.rows.length; ++i) truth.rows.push(plain.rows[i]);
        call = recordPlain(plain);
    }

    function placeOf(uint32 row) private view returns (uint256 place) {
        while (place < truth.rows.length && truth.rows[place].row != row) ++place;
    }

    function scoreOf(uint32 row) private view returns (uint64) {
        for (uint256 i = 0; i < entries.length; ++i) {
            if (entries[i].row == row) return scorer.score(truth.sketch, entries[i].sketch);
        }
        return 0;
    }
}
