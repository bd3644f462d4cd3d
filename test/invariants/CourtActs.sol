// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BatchId} from "../../contracts/types/Ids.sol";
import {RecordProof} from "../../contracts/types/Records.sol";
import {BlocksVm} from "../contracts/harness/Courtroom.sol";
import {Case, Lie} from "./Cases.sol";
import {Filed, RecordActs} from "./RecordActs.sol";

/// @notice What challengers bring before the court: the right proof against any record, the wrong one too, demands and appeals.
abstract contract CourtActs is RecordActs {
    bool public honestStruck;
    bool public lieSurvived;
    uint256 public liesStruck;
    uint256 public proofsRefused;

    /// @dev Tries one kind of proof on one record, every second time the one that fits. The proof that fits its lie must strike it; an honest record stands them all.
    function prove(uint256 which, uint256 how) external act {
        if (filed.length == 0) return;
        Filed storage accused = filed[which % filed.length];
        bool fits = how % 2 == 0 && accused.lie != Lie.None;
        Lie kind = fits ? accused.lie : Lie(1 + ((how >> 1) % 6));
        bool inTime = ledger.currentEpoch() < accused.call.header.epoch + 2;
        bool stood = !accused.isVoided;
        if (bring(proofOf(accused, kind))) {
            if (accused.lie == Lie.None) honestStruck = true;
            ++liesStruck;
            isStruck(accused);
        } else {
            if (stood && inTime && accused.lie == kind) lieSurvived = true;
            ++proofsRefused;
        }
    }

    function demand(uint32 row) external act {
        bring(abi.encodeCall(court.demandRow, (0, model, row % 3 == 0 ? ABSENT_ROW : row % 40)));
    }

    function showAbsent(uint256 who) external act {
        attempt(
            payoutOf(anyone(who)),
            address(court),
            abi.encodeCall(court.showRow, (model, ABSENT_ROW, neighbour, 0, new bytes32[](0)))
        );
    }

    /// @dev Rarely, since it stops the model.
    function closeDemand(uint32 row) external act {
        if (row % 16 != 0) return;
        row = (row >> 8) % 3 == 0 ? ABSENT_ROW : (row >> 8) % 40;
        bytes memory call = abi.encodeCall(court.closeDemand, (model, row, new RecordProof[](0)));
        attempt(address(this), address(court), call);
    }

    function appeal(uint256 which, uint256 who) external act {
        bytes memory call =
            which % 4 == 0 || filed.length == 0
                ? abi.encodeCall(court.appealModel, (model, keccak256("grounds"), ""))
                : abi.encodeCall(court.appealRecord, (filed[which % filed.length].call, keccak256("grounds"), ""));
        attempt(payoutOf(who % 2 == 0 ? challenger : operator), address(court), call);
    }

    function rule(uint64 number, bool upheld, bool withRecord) external act {
        uint64 count = court.appealCount();
        if (count == 0) return;
        uint64 which = 1 + (number % count);
        BatchId batch = court.appealOf(which).subject.batch;
        if (BatchId.unwrap(batch) == 0) upheld = upheld && number % 16 == 0;
        uint256 found = find(batch, court.appealOf(which).subject.index);
        bool brings = withRecord && upheld && found < filed.length;
        RecordProof[] memory calls = new RecordProof[](brings ? 1 : 0);
        if (brings) calls[0] = filed[found].call;
        bytes memory call = abi.encodeCall(court.rule, (which, upheld, calls, keccak256("reasons"), ""));
        (bool done, ) = attempt(arbiter, address(court), call);
        if (done && brings) isStruck(filed[found]);
    }

    function lapse(uint64 number) external act {
        uint64 count = court.appealCount();
        if (count == 0) return;
        attempt(address(this), address(court), abi.encodeCall(court.lapse, (1 + (number % count))));
    }

    /// @dev Announces a proof, lets two blocks pass and sends it.
    function bring(bytes memory call) private returns (bool done) {
        address who = payoutOf(challenger);
        bytes32 commitment = keccak256(abi.encode(who, call));
        if (court.committedAt(commitment) == 0) court.commit(commitment);
        BlocksVm(address(vm)).roll(block.number + 2);
        (done, ) = attempt(who, address(court), call);
    }

    function proofOf(Filed storage accused, Lie kind) private view returns (bytes memory) {
        Case storage from = cases[accused.number];
        RecordProof memory call = accused.call;
        if (kind == Lie.Weights || kind == Lie.Order) {
            return abi.encodeCall(court.proveWrongWeights, (0, call, from.listed));
        }
        if (kind == Lie.Account) return abi.encodeCall(court.proveWrongAccount, (0, call, from.first));
        if (kind == Lie.Dropped) return abi.encodeCall(court.proveOmittedRow, (0, call, from.fourth, 0));
        if (kind == Lie.Replaced) {
            // Against the liar the fourth row is the omitted one, against anyone else the fifth.
            uint32 fourth = rowAt(from.truth, 3);
            bool fourthIsOmitted = accused.lie == Lie.Replaced;
            uint256 omitted = (fourth < from.fifth) == fourthIsOmitted ? 0 : 1;
            return abi.encodeCall(court.proveOmittedRow, (0, call, from.both, omitted));
        }
        uint32 row = accused.lie == Lie.Absence ? ABSENT_ROW : rowAt(call.record, 0);
        return abi.encodeCall(court.proveAbsentRow, (0, call, row, neighbour));
    }

    function find(BatchId batch, uint32 index) private view returns (uint256 found) {
        for (; found < filed.length; ++found) {
            RecordProof storage call = filed[found].call;
            if (BatchId.unwrap(call.header.batch) == BatchId.unwrap(batch) && call.index == index) break;
        }
    }
}
