// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccounts} from "../../contracts/interfaces/IAccounts.sol";
import {ILedger} from "../../contracts/interfaces/ILedger.sol";
import {IModels} from "../../contracts/interfaces/IModels.sol";
import {AccountId, BatchId, ModelId} from "../../contracts/types/Ids.sol";
import {Market} from "./harness/Market.sol";
import {encodeRecord} from "./harness/RandomRecords.sol";
import {PlainRecord, PlainRow} from "./harness/RecordsHarness.sol";
import {Vm} from "./harness/Test.sol";

contract RecordingTest is Market {
    function test_WhenABatchIsRecorded_ItIsEmittedCommittedAndNumbered() public {
        bytes memory first = recordFor(0, 1_000, 0);
        bytes memory second = recordFor(1, 2_000, 1);
        bytes32 left = keccak256(abi.encode(0, keccak256(first)));
        bytes32 right = keccak256(abi.encode(1, keccak256(second)));
        bytes32 root = left < right ? keccak256(abi.encode(left, right)) : keccak256(abi.encode(right, left));
        uint32 operatorId = AccountId.unwrap(operatorAccount);

        vm.expectEmit(address(ledger));
        emit ILedger.BatchRecorded(
            1,
            ModelId.unwrap(model),
            operatorId,
            1_000,
            2,
            TREASURY_BPS,
            3_000,
            root,
            bytes.concat(first, second)
        );
        vm.prank(operator);
        BatchId batch = ledger.recordBatch(model, bytes.concat(first, second));

        vm.assertEq(BatchId.unwrap(batch), 1);
        vm.assertEq(ledger.batchCount(), 1);
        vm.assertEq(
            ledger.batchCommitmentOf(batch),
            keccak256(abi.encode(model, operatorAccount, uint32(1_000), uint32(2), TREASURY_BPS, root))
        );
        vm.assertEq(ledger.batchCommitmentOf(BatchId.wrap(2)), 0);
    }

    function test_GivenRecordsThatFillTheirLastWord_TheEventHasNoWordMore() public {
        PlainRecord memory plain = threeRows();
        plain.rows = new PlainRow[](4);
        for (uint32 i = 0; i < 4; ++i) {
            plain.rows[i] = PlainRow({
                row: i,
                account: AccountId.unwrap(contributors[i]),
                weight: i < 3 ? 20_000 : 5_535
            });
        }
        bytes memory records = bytes.concat(encodeRecord(threeRows()), encodeRecord(plain));
        vm.assertEq(records.length % 32, 0);

        vm.recordLogs();
        record(records);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        vm.assertEq(logs.length, 1);
        (, , , , , bytes memory told) = abi.decode(logs[0].data, (uint32, uint32, uint16, uint64, bytes32, bytes));
        vm.assertEq(told, records);
        vm.assertEq(logs[0].data.length, 7 * 32 + records.length);
    }

    function test_WhenRecorded_EveryoneIsCreditedTheirShare() public {
        record(encodeRecord(threeRows()));

        // Of 1,001: pool 600, of which 300, 200 and 99 after rounding; operator 200, royalty 30, owner 150.
        expectPending(contributors[0], 300);
        expectPending(contributors[1], 199);
        expectPending(contributors[2], 99);
        expectPending(operatorAccount, 200);
        expectPending(baseOwner, 30);
        expectPending(modelOwner, 150);
        expectPending(treasury, 1_001 - 300 - 199 - 99 - 200 - 30 - 150);
        vm.assertEq(ledger.tabOf(payers[0], operatorAccount).balanceGwei, FUNDS - 1_001);
    }

    function test_GivenAnAnswerThatNoRowMoved_TheTreasuryGetsThePool() public {
        PlainRecord memory plain = threeRows();
        plain.rows = new PlainRow[](0);
        record(encodeRecord(plain));
        expectPending(treasury, 1_001 - 200 - 30 - 150);
    }

    function test_GivenAFreeCall_ItIsRecordedAndPaysNobody() public {
        record(recordFor(0, 0, 0));
        expectPending(contributors[0], 0);
        expectPending(treasury, 0);
        vm.assertEq(ledger.batchCount(), 1);
    }

    function test_GivenOneAccountInEveryPart_ItsCreditsAddUp() public {
        PlainRecord memory plain = threeRows();
        plain.rows[0].account = AccountId.unwrap(operatorAccount);
        plain.rows[1].account = AccountId.unwrap(modelOwner);
        plain.rows[2].account = AccountId.unwrap(treasury);
        record(encodeRecord(plain));
        expectPending(operatorAccount, 500);
        expectPending(modelOwner, 349);
        expectPending(treasury, 1_001 - 500 - 349 - 30);
    }

    function test_WhenRecordingIsPaused_ItReverts() public {
        ledger.pauseRecording();
        refuses(recordFor(0, 1, 0), abi.encodeWithSelector(ILedger.Ledger_Paused.selector));
        ledger.resumeRecording();
        record(recordFor(0, 1, 0));
    }

    function test_GivenTheWrongCaller_ItReverts() public {
        bytes memory records = recordFor(0, 1, 0);
        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_NoAccount.selector, address(this)));
        ledger.recordBatch(model, records);
        vm.expectRevert(abi.encodeWithSelector(ILedger.Ledger_NotOperator.selector, model, named("model owner")));
        vm.prank(named("model owner"));
        ledger.recordBatch(model, records);
    }

    function test_GivenAModelThatCannotBeServed_ItReverts() public {
        vm.expectRevert(abi.encodeWithSelector(ILedger.Ledger_NotOperator.selector, 1, operator));
        vm.prank(operator);
        ledger.recordBatch(ModelId.wrap(1), recordFor(0, 1, 0));
        vm.expectRevert(abi.encodeWithSelector(IModels.Models_NotServable.selector, 1));
        models.servingTerms(ModelId.wrap(1));
    }

    function test_GivenNoRecords_ItReverts() public {
        refuses("", abi.encodeWithSelector(ILedger.Ledger_EmptyBatch.selector));
    }

    function test_GivenATruncatedRecord_ItRevertsWithWhereItBegins() public {
        bytes memory whole = recordFor(0, 1, 0);
        uint256 size = whole.length;
        for (uint256 cut = 1; cut < size; cut += 9) {
            bytes memory records = bytes.concat(whole, whole);
            assembly ("memory-safe") {
                mstore(records, sub(mload(records), cut))
            }
            refuses(records, abi.encodeWithSelector(ILedger.Ledger_RecordTruncated.selector, 1, size));
        }
    }

    function test_GivenTooManyRows_ItReverts() public {
        PlainRecord memory plain = threeRows();
        plain.rows = new PlainRow[](9);
        refuses(encodeRecord(plain), abi.encodeWithSelector(ILedger.Ledger_TooManyRows.selector, 0, 9, 8));
    }

    function test_GivenARowOutOfRange_ItReverts() public {
        PlainRecord memory plain = threeRows();
        plain.rows[1].row = 500;
        refuses(encodeRecord(plain), abi.encodeWithSelector(ILedger.Ledger_RowOutOfRange.selector, 0, 500, 500));
    }

    function test_GivenARepeatedRow_ItReverts() public {
        PlainRecord memory plain = threeRows();
        plain.rows[2].row = plain.rows[0].row;
        refuses(encodeRecord(plain), abi.encodeWithSelector(ILedger.Ledger_RowRepeated.selector, 0, 10));
    }

    function test_GivenRowsThatShareTheirLowestByte_TheyAreNotRepeated() public {
        PlainRecord memory plain = threeRows();
        plain.rows[2].row = plain.rows[0].row + 256;
        record(encodeRecord(plain));
        expectPending(contributors[0], 300);
    }

    function test_GivenAnUnknownContributor_ItReverts() public {
        uint32[3] memory unknown = [uint32(0), accounts.accountCount() + 1, type(uint32).max];
        for (uint256 i = 0; i < unknown.length; ++i) {
            PlainRecord memory plain = threeRows();
            plain.rows[1].account = unknown[i];
            refuses(encodeRecord(plain), abi.encodeWithSelector(ILedger.Ledger_UnknownAccount.selector, 0, unknown[i]));
        }
    }

    function test_GivenAnUnknownPayer_ItReverts() public {
        uint32[3] memory unknown = [uint32(0), accounts.accountCount() + 1, type(uint32).max];
        for (uint256 i = 0; i < unknown.length; ++i) {
            PlainRecord memory plain = threeRows();
            plain.payer = unknown[i];
            plain.feeGwei = 0;
            refuses(encodeRecord(plain), abi.encodeWithSelector(ILedger.Ledger_UnknownAccount.selector, 0, unknown[i]));
        }
    }

    function test_GivenWeightsThatAscend_ItReverts() public {
        PlainRecord memory plain = threeRows();
        (plain.rows[0].weight, plain.rows[1].weight) = (plain.rows[1].weight, plain.rows[0].weight);
        refuses(encodeRecord(plain), abi.encodeWithSelector(ILedger.Ledger_WeightsUnsorted.selector, 0));
    }

    function test_GivenWeightsThatDoNotSum_ItReverts() public {
        PlainRecord memory plain = threeRows();
        plain.rows[2].weight -= 1;
        refuses(encodeRecord(plain), abi.encodeWithSelector(ILedger.Ledger_WeightsDoNotSum.selector, 0, 65_534));
    }

    function test_GivenACodeOutOfRange_ItReverts() public {
        for (uint256 i = 0; i < 64; ++i) {
            PlainRecord memory plain = threeRows();
            plain.sketch[i / 2] = i % 2 == 0 ? bytes1(0x87) : bytes1(0x78);
            refuses(encodeRecord(plain), abi.encodeWithSelector(ILedger.Ledger_CodeOutOfRange.selector, 0));
        }
    }

    function test_GivenAFeeAboveTheCap_ItReverts() public {
        bytes memory refusal = abi.encodeWithSelector(ILedger.Ledger_FeeAboveCap.selector, 0, payers[0], CAP + 1, CAP);
        refuses(recordFor(0, CAP + 1, 0), refusal);
    }

    function test_GivenFeesAboveTheTab_ItReverts() public {
        address payer = named("poor");
        AccountId account = accounts.open(payer);
        fund(payer, 1_500, CAP);
        PlainRecord memory plain = threeRows();
        plain.payer = AccountId.unwrap(account);
        refuses(
            bytes.concat(encodeRecord(plain), encodeRecord(plain)),
            abi.encodeWithSelector(ILedger.Ledger_TabTooSmall.selector, 1, account, 1_001, 499)
        );
    }

    function test_GivenATabAtAnotherOperator_ItCannotBeCharged() public {
        address payer = named("loyal");
        AccountId account = accounts.open(payer);
        vm.prank(payer);
        ledger.fundTab(modelOwner, 0, CAP);
        PlainRecord memory plain = threeRows();
        plain.payer = AccountId.unwrap(account);
        refuses(encodeRecord(plain), abi.encodeWithSelector(ILedger.Ledger_FeeAboveCap.selector, 0, account, 1_001, 0));
    }

    function test_GivenMoreAccountsThanATableHolds_ItReverts() public {
        bytes memory records;
        for (uint256 i = 0; i < 196; ++i) {
            PlainRecord memory plain = threeRows();
            plain.feeGwei = 0;
            plain.rows = new PlainRow[](1);
            plain.rows[0] = PlainRow(0, AccountId.unwrap(accounts.open(address(uint160(1_000 + i)))), 65_535);
            // The operator, the model's owner and the base's owner take the last three places.
            if (i == 189) record(records);
            records = bytes.concat(records, encodeRecord(plain));
            if (i == 189) refuses(records, abi.encodeWithSelector(ILedger.Ledger_TooManyAccounts.selector, 192));
        }
        refuses(records, abi.encodeWithSelector(ILedger.Ledger_TooManyAccounts.selector, 192));
    }

    function test_GivenMoreRecordsThanABatchHolds_ItReverts() public {
        PlainRecord memory plain = threeRows();
        plain.rows = new PlainRow[](0);
        plain.feeGwei = 0;
        bytes memory one = encodeRecord(plain);
        bytes memory records = one;
        for (uint256 i = 0; i < 10; ++i) records = bytes.concat(records, records);
        record(records);
        refuses(
            bytes.concat(records, one),
            abi.encodeWithSelector(ILedger.Ledger_TooManyRecords.selector, 1_025, 1_024)
        );
    }

    function threeRows() private view returns (PlainRecord memory plain) {
        PlainRow[] memory rows = new PlainRow[](3);
        rows[0] = PlainRow(10, AccountId.unwrap(contributors[0]), 32_769);
        rows[1] = PlainRow(499, AccountId.unwrap(contributors[1]), 21_844);
        rows[2] = PlainRow(0, AccountId.unwrap(contributors[2]), 10_922);
        plain = PlainRecord(keccak256("call"), AccountId.unwrap(payers[0]), 1_001, rows, sketch(32));
    }

    function refuses(bytes memory records, bytes memory refusal) private {
        vm.expectRevert(refusal);
        record(records);
    }

    function expectPending(AccountId account, uint64 amountGwei) private view {
        (uint64 matured, uint64 pending) = ledger.earningsOf(account);
        vm.assertEq(matured, 0);
        vm.assertEq(pending, amountGwei, "pending");
    }
}
