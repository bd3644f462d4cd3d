// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccountId, BatchId} from "../../contracts/types/Ids.sol";
import {Market} from "./harness/Market.sol";
import {PlainLedger} from "./harness/PlainLedger.sol";
import {PlainRecord, PlainRow} from "./harness/RecordsHarness.sol";

/// @notice Random batches, most of them damaged: the ledger and its plain twin must agree on every credit, every tab and
/// the root, or refuse with the same words.
contract RecordingTwinTest is Market {
    uint256 private state;

    function testFuzz_GivenAnyBatch_TheLedgerAndItsPlainTwinAgree(uint256 seed) public {
        state = seed;
        bytes memory records = randomBatch(1 + random(6));
        uint256 damages = random(3);
        for (uint256 i = 0; i < damages; ++i) records = damage(records);
        agree(records);
    }

    function testFuzz_GivenAWholeBatch_FeesAreConservedAndShared(uint256 seed) public {
        state = seed;
        uint64 accountCount = accounts.accountCount();
        uint256 before = sumOfTabs();
        agree(randomBatch(1 + random(12)));

        uint256 pendingGwei;
        for (uint32 i = 1; i <= accountCount; ++i) {
            (, uint64 pending) = ledger.earningsOf(AccountId.wrap(i));
            pendingGwei += pending;
        }
        vm.assertEq(before - sumOfTabs(), pendingGwei, "fees");
        vm.assertEq(ledger.batchCount(), 1);
    }

    function agree(bytes memory records) private {
        PlainLedger twin = new PlainLedger();
        for (uint256 i = 0; i < payers.length; ++i) twin.setTab(payers[i], ledger.tabOf(payers[i], operatorAccount));
        PlainLedger.Rules memory rules = PlainLedger.Rules({
            terms: models.servingTerms(model),
            operator: operatorAccount,
            treasury: treasury,
            treasuryBps: TREASURY_BPS,
            accountCount: accounts.accountCount()
        });
        (bool plainDid, bytes memory plainSaid) = address(twin).call(
            abi.encodeCall(twin.recordBatch, (rules, records))
        );
        vm.prank(operator);
        (bool did, bytes memory said) = address(ledger).call(abi.encodeCall(ledger.recordBatch, (model, records)));

        if (!plainDid) {
            vm.assertFalse(did);
            vm.assertEq(said, plainSaid);
            return;
        }
        vm.assertTrue(did);
        for (uint32 i = 1; i <= rules.accountCount; ++i) {
            (, uint64 pending) = ledger.earningsOf(AccountId.wrap(i));
            vm.assertEq(pending, twin.credits(i), "credit");
        }
        for (uint256 i = 0; i < payers.length; ++i) {
            vm.assertEq(ledger.tabOf(payers[i], operatorAccount).balanceGwei, twin.balanceOf(payers[i]), "tab");
        }
        vm.assertEq(
            ledger.batchCommitmentOf(BatchId.wrap(ledger.batchCount())),
            keccak256(abi.encode(model, operatorAccount, ledger.currentEpoch(), twin.count(), twin.root()))
        );
    }

    function randomBatch(uint256 size) private returns (bytes memory records) {
        for (uint256 i = 0; i < size; ++i) records = bytes.concat(records, encode(randomRecord()));
    }

    function randomRecord() private returns (PlainRecord memory plain) {
        plain.commitment = bytes32(state);
        plain.payer = AccountId.unwrap(payers[random(payers.length)]);
        plain.feeGwei = uint64(random(4) == 0 ? random(20) : random(CAP + 1));
        plain.rows = new PlainRow[](random(9));
        uint16[] memory weights = descending(plain.rows.length);
        uint256 start = random(500);
        for (uint256 i = 0; i < plain.rows.length; ++i) {
            // A step that does not divide the row count, and one that makes rows share their lowest byte.
            uint256 row = i < 6 ? start + 37 * i : start + 256 * (i - 5);
            plain.rows[i] = PlainRow({
                row: uint32(row % 500),
                account: uint32(1 + random(accounts.accountCount())),
                weight: weights[i]
            });
        }
        plain.sketch = sketch(32);
        for (uint256 i = 0; i < 32; ++i) {
            uint256 pair = (random(15) + 9) * 16 + ((random(15) + 9) & 0x0f);
            plain.sketch[i] = bytes1(uint8(pair));
        }
    }

    /// @dev Weights that descend and sum to 65,535.
    function descending(uint256 count) private returns (uint16[] memory weights) {
        weights = new uint16[](count);
        uint256 left = 65_535;
        uint256 most = 65_535;
        for (uint256 i = 0; i < count; ++i) {
            uint256 places = count - i;
            uint256 least = (left + places - 1) / places;
            uint256 weight = places == 1 ? left : least + random((left < most ? left : most) - least + 1);
            weights[i] = uint16(weight);
            most = weight;
            left -= weight;
        }
    }

    function damage(bytes memory records) private returns (bytes memory) {
        uint256 kind = random(4);
        if (kind == 0) {
            uint256 cut = random(records.length);
            assembly ("memory-safe") {
                mstore(records, sub(mload(records), cut))
            }
        } else if (records.length != 0) {
            // Most faults hide in the head and the rows of a record.
            uint256 place = kind == 1 ? random(records.length) : 32 + random(93);
            if (place < records.length) records[place] = bytes1(uint8(random(4) == 0 ? random(256) : random(10)));
        }
        return records;
    }

    function sumOfTabs() private view returns (uint256 sum) {
        for (uint256 i = 0; i < payers.length; ++i) sum += ledger.tabOf(payers[i], operatorAccount).balanceGwei;
    }

    function random(uint256 below) private returns (uint256) {
        state = uint256(keccak256(abi.encode(state)));
        return state % below;
    }
}
