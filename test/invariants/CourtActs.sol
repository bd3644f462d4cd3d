// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Appeal, Receipt} from "../../contracts/interfaces/ICourt.sol";
import {AccountId, operatorOf} from "../../contracts/types/Ids.sol";
import {Record, RecordProof} from "../../contracts/types/Records.sol";
import {Books} from "./Books.sol";

/// @notice A demanded receipt, and where its record is, if it is recorded.
struct Demanded {
    bytes32 recordHash;
    bool isRecorded;
    uint256 place;
    uint256 index;
}

/// @notice A challenger and an arbiter who do whatever they may, right or wrong: the books must balance whatever is decided.
abstract contract CourtActs is Books {
    Demanded[] private _demanded;
    uint256 private _salt;

    /// @dev As the court does it at the end of any proof.
    function voidRecord(uint256 place, uint256 index) external act {
        if (!canBeTaken(place, index)) return;
        (place, index) = pick(place, index);
        RecordProof memory call = proofOf(place, index);
        uint64 feeGwei = takeOut(place, index, false);
        refund(call.record, feeGwei);
    }

    /// @dev A receipt of the recorded call with another fee is broken; one with the record as it is never is.
    function proveBroken(uint256 place, uint256 index, bool isHonest) external act {
        if (recorded.length == 0) return;
        bool canBe = canBeTaken(place, index);
        (place, index) = pick(place, index);
        bool done = bring(brokenData(place, index, isHonest));
        vm.assertTrue(done == (canBe && !isHonest));
        if (!done) return;
        Record memory record = proofOf(place, index).record;
        markGone(place, index);
        refund(record, record.feeUnits * uint64(FEE_UNIT));
    }

    function brokenData(uint256 place, uint256 index, bool isHonest) private returns (bytes memory) {
        Record memory promised = proofOf(place, index).record;
        if (!isHonest) promised.feeUnits = promised.feeUnits == 1 ? 2 : promised.feeUnits - 1;
        (Receipt memory receipt, bytes memory signature) = sign(operatorOf(recorded[place].header.book), promised);
        RecordProof memory call = proofOf(place, index);
        bytes memory sum = sumOf(place);
        bytes32 salt = bytes32(++_salt);
        return abi.encodeCall(court.proveBrokenReceipt, (salt, receipt, signature, promised, call, sum));
    }

    function demand(uint256 place, uint256 index, uint16 units, bool isRecorded) external act {
        Record memory promised = promiseOf(index % PAYERS, units == 0 ? 1 : units, uint256(++_salt));
        AccountId account = operators[place % 2];
        isRecorded = isRecorded && recorded.length != 0;
        if (isRecorded) {
            (place, index) = pick(place, index);
            promised = proofOf(place, index).record;
            account = operatorOf(recorded[place].header.book);
        }
        (Receipt memory receipt, bytes memory signature) = sign(account, promised);
        bytes32 salt = bytes32(++_salt);
        bool done = bring(abi.encodeCall(court.demandRecord, (salt, account, receipt, signature, promised)));
        if (done) _demanded.push(Demanded(receipt.recordHash, isRecorded, place, index));
    }

    function show(uint256 which) external act {
        if (_demanded.length == 0) return;
        Demanded memory demanded = _demanded[which % _demanded.length];
        if (!demanded.isRecorded) return;
        RecordProof memory call = proofOf(demanded.place, demanded.index);
        attempt(named("rival"), address(court), abi.encodeCall(court.showRecord, (call)));
    }

    function close(uint256 which) external act {
        if (_demanded.length == 0) return;
        bytes32 recordHash = _demanded[which % _demanded.length].recordHash;
        attempt(address(this), address(court), abi.encodeCall(court.closeRecordDemand, (recordHash)));
    }

    function appealRecord(uint256 place, uint256 index) external act {
        if (recorded.length == 0) return;
        bool canBe = canBeTaken(place, index);
        (place, index) = pick(place, index);
        bytes memory data = abi.encodeCall(
            court.appealRecord,
            (proofOf(place, index), sumOf(place), keccak256("grounds"), "")
        );
        (bool done, ) = attempt(challenger, address(court), data);
        vm.assertTrue(canBe || !done);
        if (done) markGone(place, index);
    }

    function appealUnit(uint16 unit) external act {
        bytes memory data = abi.encodeCall(court.appealUnit, (model, unit % 8, keccak256("grounds"), ""));
        attempt(challenger, address(court), data);
    }

    /// @dev A unit is struck now and then only: the model then records nothing more.
    function rule(uint64 number, bool upheld) external act {
        uint64 count = court.appealCount();
        if (count == 0) return;
        uint64 which = 1 + (number % count);
        Appeal memory filed = court.appealOf(which);
        if (filed.isUnit) upheld = upheld && number % 16 == 0;
        (bool done, ) = attempt(
            arbiter,
            address(court),
            abi.encodeCall(court.rule, (which, upheld, keccak256("reasons"), ""))
        );
        if (done && upheld && AccountId.unwrap(filed.payer) != 0) earnedGwei[filed.payer] += filed.feeGwei;
    }

    function lapse(uint64 number) external act {
        uint64 count = court.appealCount();
        if (count == 0) return;
        attempt(address(this), address(court), abi.encodeCall(court.lapse, (1 + (number % count))));
    }

    function demandCount() internal view returns (uint256) {
        return _demanded.length;
    }

    function demandedHash(uint256 which) internal view returns (bytes32) {
        return _demanded[which].recordHash;
    }

    /// @dev Announces a call of the challenger's and makes it.
    function bring(bytes memory data) private returns (bool done) {
        announce(address(court), challenger, data);
        (done, ) = attempt(challenger, address(court), data);
    }

    function sign(
        AccountId account,
        Record memory promised
    ) private view returns (Receipt memory receipt, bytes memory) {
        bytes32 channel = keccak256(abi.encodePacked(promised.payer, account, model, promised.salt));
        bytes32 leaf = keccak256(abi.encodePacked(channel, promised.feeUnits, promised.commitment, promised.sketch));
        receipt = Receipt({model: model, channel: channel, recordHash: leaf, recordBy: uint64(clock.time())});
        return (receipt, signed(receipt, receiptKey(account == operators[0] ? 0 : 1)));
    }

    function refund(Record memory record, uint64 feeGwei) private {
        vm.assertEq(feeGwei, record.feeUnits * uint256(FEE_UNIT));
        if (AccountId.unwrap(record.payer) != 0) earnedGwei[record.payer] += feeGwei;
    }

    /// @dev Whether a record stands and its window is open.
    function canBeTaken(uint256 place, uint256 index) private view returns (bool) {
        if (recorded.length == 0) return false;
        (place, index) = pick(place, index);
        if (recorded[place].gone[index]) return false;
        return clock.time() < ledger.windowEndOf(recorded[place].header.book);
    }

    function pick(uint256 place, uint256 index) private view returns (uint256, uint256) {
        place %= recorded.length;
        return (place, index % recorded[place].gone.length);
    }
}
