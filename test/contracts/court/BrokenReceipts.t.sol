// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BondRule, IBonds} from "../../../contracts/interfaces/IBonds.sol";
import {ICourt, Receipt} from "../../../contracts/interfaces/ICourt.sol";
import {ILedger} from "../../../contracts/interfaces/ILedger.sol";
import {Records} from "../../../contracts/libraries/Records.sol";
import {AccountId, BatchId, BondId, bondOf, ModelId} from "../../../contracts/types/Ids.sol";
import {Record, RecordProof} from "../../../contracts/types/Records.sol";
import {CourtMarket} from "../harness/CourtMarket.sol";
import {PlainBatch, PlainRecord} from "../harness/PlainBatch.sol";

/// @notice Records that are not as their receipts say.
contract BrokenReceiptsTest is CourtMarket {
    uint64 private constant COST = RECEIPT_FEES * FEE;

    function test_GivenAHigherFeeThanPromised_TheRecordIsVoidedAndTheOperatorLosesTenFees() public {
        uint256 place = recordOne(0, UNITS, 1);
        Record memory promised = promiseOf(0, UNITS, 1);
        promised.feeUnits = 400;
        uint64 bounty = (COST * 3) / 10;
        Receipt memory receipt = receiptOf(promised);
        bytes memory call = brokenCall(receipt, promised, proofOf(place, 0), sumOf(place));
        announce(address(court), challenger, call);

        vm.expectEmit(address(court));
        emit ICourt.ReceiptBroken(batchAt(place), 0, idOf(challengerAccount), receipt.recordHash);
        vm.expectEmit(address(bonds));
        emit IBonds.BondSlashed(
            BondId.unwrap(bondOf(operatorAccount)),
            idOf(challengerAccount),
            COST,
            bounty,
            0,
            BOND - COST,
            0,
            0
        );
        make(address(court), challenger, call);
        markGone(place, 0);
        vm.assertEq(earnedOf(payers[0]), FEE);
        vm.assertEq(earnedOf(challengerAccount), bounty);
        vm.assertEq(bonds.unburntGwei(), COST - bounty);
        vm.assertEq(state(1).units, 0);
    }

    function test_GivenALowerFee_ItIsBrokenAllTheSame() public {
        Record memory promised = promiseOf(0, UNITS, 1);
        promised.feeUnits = UNITS + 1;
        expectBroken(recordOne(0, UNITS, 1), promised);
    }

    function test_GivenAnotherSketch_ItIsBroken() public {
        Record memory promised = promiseOf(0, UNITS, 1);
        promised.sketch[3] ^= 0x10;
        expectBroken(recordOne(0, UNITS, 1), promised);
    }

    function test_GivenAnotherPayersChannel_ItIsBroken_AndThatPayerGetsTheFee() public {
        Record memory promised = promiseOf(1, UNITS, 1);
        promised.commitment = promiseOf(0, UNITS, 1).commitment;
        promised.sketch = promiseOf(0, UNITS, 1).sketch;
        expectBroken(recordOne(0, UNITS, 1), promised);
        vm.assertEq(earnedOf(payers[0]), FEE);
        vm.assertEq(earnedOf(payers[1]), 0);
    }

    function test_GivenAnotherChannelOfTheSamePayer_ItIsBroken() public {
        Record memory promised = promiseOf(0, UNITS, 1);
        promised.salt = SALT + 1;
        expectBroken(recordOne(0, UNITS, 1), promised);
    }

    function test_GivenTheRecordAsPromised_ItReverts() public {
        uint256 place = recordOne(0, UNITS, 1);
        Record memory promised = promiseOf(0, UNITS, 1);
        refuses(place, promised, abi.encodeWithSelector(ICourt.Court_ReceiptKept.selector, leafIn(promised)));
    }

    function test_GivenTheRecordOfAnotherCall_ItReverts() public {
        uint256 place = recordOne(0, UNITS, 1);
        Record memory promised = promiseOf(0, UNITS, 2);
        bytes32 found = promiseOf(0, UNITS, 1).commitment;
        refuses(
            place,
            promised,
            abi.encodeWithSelector(ICourt.Court_OtherCommitment.selector, found, promised.commitment)
        );
    }

    function test_GivenARecordOfAnotherModel_ItReverts() public {
        uint256 place = recordOne(0, UNITS, 1);
        Record memory promised = promiseOf(0, UNITS - 1, 1);
        Receipt memory receipt = receiptOf(promised);
        receipt.model = base;
        receipt.channel = keccak256(abi.encodePacked(payers[0], operatorAccount, base, SALT));
        fails(
            address(court),
            brokenCall(receipt, promised, proofOf(place, 0), sumOf(place)),
            abi.encodeWithSelector(ICourt.Court_OtherModel.selector, base)
        );
    }

    function test_GivenAReceiptOfAnotherOperator_ItReverts() public {
        AccountId second = openAccount("second operator");
        vm.prank(named("second operator"));
        court.setReceiptKey(vm.addr(keyOf("second receipts")));
        uint256 place = recordOne(0, UNITS, 1);
        Record memory promised = promiseOf(0, UNITS - 1, 1);
        promised.commitment = promiseOf(0, UNITS, 1).commitment;
        Receipt memory receipt = receiptOf(promised);
        vm.assertTrue(court.hasReceiptKey(second));
        fails(
            address(court),
            brokenCall(receipt, signed(receipt, keyOf("second receipts")), promised, proofOf(place, 0), sumOf(place)),
            abi.encodeWithSelector(
                ICourt.Court_BadReceipt.selector,
                vm.addr(keyOf("second receipts")),
                0,
                0,
                receipt.recordBy
            )
        );
    }

    function test_GivenAReceiptThatPromisesAnotherRecord_ItReverts() public {
        uint256 place = recordOne(0, UNITS, 1);
        Record memory promised = promiseOf(0, UNITS - 1, 1);
        promised.commitment = promiseOf(0, UNITS, 1).commitment;
        Receipt memory receipt = receiptOf(promised);
        promised.feeUnits -= 1;
        fails(
            address(court),
            brokenCall(receipt, promised, proofOf(place, 0), sumOf(place)),
            abi.encodeWithSelector(ICourt.Court_OtherRecord.selector, leafIn(promised), receipt.recordHash)
        );
    }

    function test_GivenARecordThatWasVoidedOrSetAside_ItReverts() public {
        for (uint256 i = 0; i < 2; ++i) {
            uint256 place = recordOne(0, UNITS, i);
            Record memory promised = promiseOf(0, UNITS, i);
            promised.feeUnits -= 1;
            takeOut(place, 0, i == 0);
            RecordProof memory proof = proofOf(place, 0);
            refuses(place, promised, abi.encodeWithSelector(Records.Records_NotRecorded.selector, proof.header, 0));
        }
    }

    function test_GivenTheEndOfTheWindow_ItReverts_AndASecondBeforeItDoesNot() public {
        uint256 place = recordOne(0, UNITS, 1);
        Record memory promised = promiseOf(0, UNITS, 1);
        promised.feeUnits -= 1;
        passWindow(1);
        uint40 end = ledger.windowEndOf(book(1));
        refuses(place, promised, abi.encodeWithSelector(ILedger.Ledger_WindowOver.selector, book(1), end, end));
        vm.warp(block.timestamp - 1);
        promised.salt = 9;
        expectBroken(place, promised);
    }

    function test_GivenAnotherSumOfTheBatch_ItReverts() public {
        uint256 place = recordOne(0, UNITS, 1);
        Record memory promised = promiseOf(0, UNITS, 1);
        promised.feeUnits -= 1;
        bytes memory sum = sumOf(place);
        bytes32 expected = keccak256(sum);
        sum[5] ^= 0x01;
        fails(
            address(court),
            brokenCall(receiptOf(promised), promised, proofOf(place, 0), sum),
            abi.encodeWithSelector(ILedger.Ledger_SumDiffers.selector, keccak256(sum), expected)
        );
    }

    function test_GivenASmallFee_TheOperatorLosesWhatARecordIsWorthAtLeast() public {
        BondRule memory rule = bondRule();
        rule.perRecordGwei = OPEN;
        bonds.setRule(rule);
        uint256 place = recordOne(0, 3, 1);
        Record memory promised = promiseOf(0, 3, 1);
        promised.feeUnits = 2;
        prove(address(court), brokenCall(receiptOf(promised), promised, proofOf(place, 0), sumOf(place)));
        vm.assertEq(bonds.bondStateOf(bondOf(operatorAccount)).balanceGwei, BOND - OPEN);
    }

    function test_GivenABondThatIsMostlyHeld_WhatIsLeftIsTaken() public {
        uint256 place = recordOne(0, UNITS, 1);
        Record memory promised = promiseOf(0, UNITS, 1);
        promised.feeUnits -= 1;
        bytes memory call = brokenCall(receiptOf(promised), promised, proofOf(place, 0), sumOf(place));
        vm.prank(address(court));
        bonds.hold(bondOf(operatorAccount), BOND - COST / 4);
        prove(address(court), call);
        vm.assertEq(earnedOf(challengerAccount), ((COST / 4) * 3) / 10);
        vm.assertEq(earnedOf(payers[0]), FEE);
        vm.assertEq(bonds.bondStateOf(bondOf(operatorAccount)).balanceGwei, BOND - COST / 4);
    }

    function test_GivenOneCallRecordedTwice_EachRecordThatIsNotThePromisedOneIsVoided() public {
        PlainRecord[] memory records = new PlainRecord[](3);
        for (uint256 i = 0; i < 3; ++i) records[i] = drawn(0, UNITS, 1);
        (records[0].units, records[2].units) = (UNITS - 1, UNITS + 1);
        uint256 place = recordAll(records);
        Record memory promised = promiseOf(0, UNITS, 1);
        for (uint256 i = 0; i < 3; i += 2) {
            prove(address(court), brokenCall(receiptOf(promised), promised, proofOf(place, i), sumOf(place)));
            markGone(place, i);
        }
        bytes memory third = brokenCall(receiptOf(promised), promised, proofOf(place, 1), sumOf(place));
        fails(address(court), third, abi.encodeWithSelector(ICourt.Court_ReceiptKept.selector, leafIn(promised)));
        vm.assertEq(state(1).units, UNITS);
        vm.assertEq(earnedOf(payers[0]), 2 * FEE);
    }

    /// @dev An operator that records what it signed is safe from its own receipts, in whatever batch.
    function testFuzz_GivenHonestRecords_NoReceiptOfTheirsIsBroken(uint8 count, uint8 which, uint16 seed) public {
        count = 1 + (count % 5);
        which = which % count;
        PlainRecord[] memory records = new PlainRecord[](count);
        for (uint256 i = 0; i < count; ++i) records[i] = drawn(i % PAYERS, 1 + ((i * seed) % 900), i + seed);
        uint256 place = recordAll(records);
        for (uint256 i = 0; i < count; ++i) {
            Record memory promised = promiseOf(i % PAYERS, uint16(1 + ((i * seed) % 900)), i + seed);
            bytes memory call = brokenCall(receiptOf(promised), promised, proofOf(place, which), sumOf(place));
            announce(address(court), challenger, call);
            (bool done, ) = send(address(court), challenger, call);
            vm.assertFalse(done);
        }
    }

    function expectBroken(uint256 place, Record memory promised) private {
        Receipt memory receipt = receiptOf(promised);
        bytes memory call = brokenCall(receipt, promised, proofOf(place, 0), sumOf(place));
        announce(address(court), challenger, call);
        vm.expectEmit(address(court));
        emit ICourt.ReceiptBroken(batchAt(place), 0, idOf(challengerAccount), receipt.recordHash);
        make(address(court), challenger, call);
        markGone(place, 0);
        vm.assertEq(bonds.bondStateOf(bondOf(operatorAccount)).balanceGwei, BOND - COST);
    }

    function refuses(uint256 place, Record memory promised, bytes memory refusal) private {
        fails(address(court), brokenCall(receiptOf(promised), promised, proofOf(place, 0), sumOf(place)), refusal);
    }

    function batchAt(uint256 place) private view returns (uint64) {
        return BatchId.unwrap(recorded[place].header.batch);
    }
}
