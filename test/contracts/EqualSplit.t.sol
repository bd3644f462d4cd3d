// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICourt} from "../../contracts/interfaces/ICourt.sol";
import {ILedger} from "../../contracts/interfaces/ILedger.sol";
import {AccountId, bondOf, ContributionId, ModelId} from "../../contracts/types/Ids.sol";
import {IndexProof, RecordProof} from "../../contracts/types/Records.sol";
import {IndexEntries} from "../../contracts/libraries/IndexEntries.sol";
import {Courtroom} from "./harness/Courtroom.sol";
import {encodeRecord} from "./harness/RandomRecords.sol";
import {PlainRecord, PlainRow} from "./harness/RecordsHarness.sol";
import {Recorded} from "./harness/Recordings.sol";

/// @notice A model whose contributors share equally, before the Ledger and the Court: 40 items of five contributions.
contract EqualSplitTest is Courtroom {
    AccountId private pool;

    function setUp() public override {
        super.setUp();
        model = serve(splitEqually(fineTune(base, version)));
        pool = models.poolOf(model);
    }

    function test_WhenRecorded_ThePoolIsCreditedTheContributorsShare() public {
        recordOne(plainOf(0, 1_000_000));
        vm.assertEq(pendingOf(pool), 600_000);
        vm.assertEq(pendingOf(operatorAccount), 200_000);
        vm.assertEq(pendingOf(baseOwner), 30_000);
        vm.assertEq(pendingOf(modelOwner), 150_000);
        vm.assertEq(pendingOf(treasury), 20_000);
    }

    /// @dev The smallest record there is: 45 bytes.
    function test_WhenManyAreRecorded_EveryFeeIsSplitByItself() public {
        bytes[] memory records = new bytes[](3);
        (records[0], records[1], records[2]) = (plainOf(0, 9), plainOf(1, 0), plainOf(2, 8));
        vm.assertEq(records[0].length, 45);
        recordAll(records);
        // 5 of 5.4 and 4 of 4.8; what is rounded away is the treasury's.
        vm.assertEq(pendingOf(pool), 9);
        vm.assertEq(pendingOf(treasury), 17 - 9 - 1 - 1 - 1 - 1);
    }

    function test_GivenARow_WhenRecorded_ItIsRefused() public {
        PlainRow[] memory rows = new PlainRow[](1);
        rows[0] = PlainRow({row: 0, account: AccountId.unwrap(operatorAccount), weight: 65_535});
        PlainRecord memory steered = PlainRecord(keccak256("call"), AccountId.unwrap(payers[0]), FEE, rows, "");
        vm.expectRevert(abi.encodeWithSelector(ILedger.Ledger_TooManyRows.selector, 0, 1, 0));
        record(encodeRecord(steered));
    }

    function test_GivenASketch_WhenRecorded_ItIsRefused() public {
        bytes memory sketched = bytes.concat(plainOf(0, FEE), sketch(32));
        vm.expectRevert(abi.encodeWithSelector(ILedger.Ledger_RecordTruncated.selector, 1, 45));
        record(sketched);
    }

    function test_WhenAPendingRecordIsStruck_ThePoolsCreditIsTakenBack() public {
        recordOne(plainOf(1, FEE));
        bytes memory before = books();
        RecordProof memory call = recordOne(plainOf(0, 777_777));
        vm.assertTrue(keccak256(books()) != keccak256(before));
        appealed(call);
        vm.assertTrue(isVoided(call));
        vm.assertEq(pendingOf(pool), (FEE * 6) / 10);
        vm.assertEq(ledger.tabOf(payers[0], operatorAccount).balanceGwei, FUNDS);
    }

    function testFuzz_GivenABatchStruck_EverythingIsAsItWas(uint64[4] memory fees) public {
        bytes memory before = books();
        bytes[] memory records = new bytes[](4);
        for (uint256 i = 0; i < 4; ++i) records[i] = plainOf(i % 3, fees[i] % (CAP + 1));
        Recorded memory recorded = recordAll(records);
        for (uint256 i = 0; i < 4; ++i) {
            vm.prank(address(court));
            ledger.strikeRecord(proofOf(recorded, 3 - i), bondOf(operatorAccount), challengerAccount);
        }
        ledger.claim(challengerAccount);
        vm.assertEq(books(), before);
    }

    function test_WhenItHasMatured_ContributorsClaimItByTheirItems() public {
        recordOne(plainOf(0, 1_000_000));
        vm.warp(block.timestamp + 2 * EPOCH);
        ledger.claim(pool);
        ContributionId[] memory all = new ContributionId[](5);
        for (uint256 i = 0; i < 5; ++i) all[i] = contributions[i];
        vm.assertEq(pools.claim(pool, all), 600_000);
        for (uint256 i = 0; i < 5; ++i) vm.assertEq(token.balanceOf(named(contributorName(i))), 120_000e9);
    }

    function test_GivenTwoModelsOfTheSameVersions_TheyPayIntoOnePool() public {
        ModelId twin = serve(splitEqually(fineTune(base, version)));
        vm.assertEq(AccountId.unwrap(models.poolOf(twin)), AccountId.unwrap(pool));
    }

    function test_WhenARowIsDemanded_ThereIsNoneToShow() public {
        fails(
            abi.encodeCall(court.demandRow, (0, model, 0)),
            abi.encodeWithSelector(ICourt.Court_NoIndex.selector, model)
        );
    }

    /// @dev No entries lead to a root of zeros, so nothing can be held against a record without rows or an index that is not there.
    function test_WhenAnyProofIsBrought_ItIsRefused() public {
        RecordProof memory call = recordOne(plainOf(0, FEE));
        bytes memory entry = abi.encodePacked(uint32(3), uint32(3), contributions[0], keccak256("item"));
        IndexProof memory shown = IndexProof(entry, new bytes32[](0), hex"80");
        bytes memory refusal = abi.encodeWithSelector(IndexEntries.Index_WrongRoot.selector, keccak256(entry), 0);
        fails(abi.encodeCall(court.proveWrongWeights, (0, call, shown)), refusal);
        fails(abi.encodeCall(court.proveOmittedRow, (0, call, shown, 0)), refusal);
        fails(abi.encodeCall(court.proveWrongAccount, (0, call, shown)), refusal);
        fails(abi.encodeCall(court.proveAbsentRow, (0, call, 4, shown)), refusal);
        fails(abi.encodeCall(court.proveForeignRow, (0, model, shown, none())), refusal);
        fails(abi.encodeCall(court.proveConflictingRows, (0, model, shown, none())), refusal);
        shown.entries = "";
        refusal = abi.encodeWithSelector(IndexEntries.Index_EntriesMalformed.selector, 0, 0);
        fails(abi.encodeCall(court.proveWrongWeights, (0, call, shown)), refusal);
    }

    function plainOf(uint256 payer, uint64 feeGwei) private view returns (bytes memory) {
        PlainRow[] memory rows = new PlainRow[](0);
        return encodeRecord(PlainRecord(keccak256("call"), AccountId.unwrap(payers[payer]), feeGwei, rows, ""));
    }

    /// @dev What no proof shows, an arbiter may still rule: that the call never was.
    function appealed(RecordProof memory call) private {
        vm.prank(challenger);
        uint64 appeal = court.appealRecord(call, 0, "");
        vm.prank(arbiter);
        court.rule(appeal, true, list(call), 0, "");
    }
}
