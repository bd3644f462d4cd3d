// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {FineTune} from "../../contracts/interfaces/IModels.sol";
import {AccountId, BatchId} from "../../contracts/types/Ids.sol";
import {Market} from "./harness/Market.sol";
import {PlainLedger} from "./harness/PlainLedger.sol";
import {encodeRecord, RandomRecords} from "./harness/RandomRecords.sol";
import {PlainRecord} from "./harness/RecordsHarness.sol";

/// @notice Random batches, most of them damaged: the ledger and its plain twin must agree on every credit, every tab and
/// the root, or refuse with the same words.
contract RecordingTwinTest is Market, RandomRecords {
    uint256 private sketchBytes;

    function testFuzz_GivenAnyBatch_TheLedgerAndItsPlainTwinAgree(uint256 seed) public {
        serveRandomDims(seed);
        bytes memory records = randomBatch(1 + random(6));
        uint256 damages = random(3);
        for (uint256 i = 0; i < damages; ++i) records = damage(records);
        agree(records);
    }

    function testFuzz_GivenAWholeBatch_FeesAreConservedAndShared(uint256 seed) public {
        serveRandomDims(seed);
        uint32 accountCount = accounts.accountCount();
        uint256 before = sumOfTabs();
        agree(randomBatch(1 + random(12)));

        uint256 pendingGwei;
        for (uint32 i = 1; i <= accountCount; i += i % 256 == 40 ? 217 : 1) {
            (, uint64 pending) = ledger.earningsOf(AccountId.wrap(i));
            pendingGwei += pending;
        }
        vm.assertEq(before - sumOfTabs(), pendingGwei, "fees");
        vm.assertEq(ledger.batchCount(), 1);
    }

    /// @dev One to six words of sketch: the ledger reads four at a time and the rest one by one.
    function serveRandomDims(uint256 seed) private {
        state = seed;
        FineTune memory tune = fineTune(base, version);
        tune.influence.dims = uint16(64 * (1 + random(6)));
        model = serve(tune);
        sketchBytes = tune.influence.dims / 2;
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
        // Every account where there are few, and those that share a word with the first where there are many.
        for (uint32 i = 1; i <= rules.accountCount; i += i % 256 == 40 ? 217 : 1) {
            (, uint64 pending) = ledger.earningsOf(AccountId.wrap(i));
            vm.assertEq(pending, twin.credits(i), "credit");
        }
        for (uint256 i = 0; i < payers.length; ++i) {
            vm.assertEq(ledger.tabOf(payers[i], operatorAccount).balanceGwei, twin.balanceOf(payers[i]), "tab");
        }
        vm.assertEq(
            ledger.batchCommitmentOf(BatchId.wrap(ledger.batchCount())),
            keccak256(
                abi.encode(model, operatorAccount, ledger.currentEpoch(), twin.count(), TREASURY_BPS, twin.root())
            )
        );
    }

    function randomBatch(uint256 size) private returns (bytes memory records) {
        for (uint256 i = 0; i < size; ++i) {
            uint32 payer = AccountId.unwrap(payers[random(payers.length)]);
            uint64 feeGwei = uint64(random(4) == 0 ? random(20) : random(CAP + 1));
            PlainRecord memory plain = randomRecord(payer, feeGwei, accounts.accountCount(), sketchBytes);
            records = bytes.concat(records, encodeRecord(plain));
        }
    }

    function damage(bytes memory records) private returns (bytes memory) {
        uint256 kind = random(5);
        if (records.length == 0) return records;
        if (kind == 0) {
            uint256 cut = random(records.length);
            assembly ("memory-safe") {
                mstore(records, sub(mload(records), cut))
            }
        } else if (kind == 1) {
            // The code -8, which can only be wrong in a sketch.
            uint256 place = random(records.length);
            records[place] = random(2) == 0 ? bytes1(0x81) : bytes1(0x18);
        } else {
            // Most faults hide in the head and the rows of the first record.
            uint256 place = kind == 2 ? random(records.length) : 32 + random(93);
            if (place < records.length) records[place] = bytes1(uint8(random(4) == 0 ? random(256) : random(10)));
        }
        return records;
    }

    function sumOfTabs() private view returns (uint256 sum) {
        for (uint256 i = 0; i < payers.length; ++i) sum += ledger.tabOf(payers[i], operatorAccount).balanceGwei;
    }
}

/// @notice The same among more accounts than a table has words, drawn so that many of them want the same word.
contract CrowdedRecordingTwinTest is RecordingTwinTest {
    function setUp() public override {
        super.setUp();
        for (uint160 i = 0; accounts.accountCount() < 560; ++i) accounts.open(address(10_000 + i));
    }

    function randomAccount(uint32) internal override returns (uint32) {
        return uint32(1 + random(6) + 256 * random(3));
    }
}
