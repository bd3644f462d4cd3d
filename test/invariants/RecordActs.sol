// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccountId, BatchId, BondId, bondOf} from "../../contracts/types/Ids.sol";
import {BatchHeader, RecordProof} from "../../contracts/types/Records.sol";
import {PlainTree} from "../contracts/harness/PlainTree.sol";
import {Cases, Lie} from "./Cases.sol";

/// @notice A record that stands in the ledger, and how it came about.
struct Filed {
    RecordProof call;
    uint256 number;
    Lie lie;
    bool isVoided;
}

/// @notice What an operator records, honest and not, and what a court strikes.
abstract contract RecordActs is Cases {
    Filed[] internal filed;
    uint256 private _state;

    function recordBatch(uint256 seed, uint8 size) external act {
        _state = seed;
        bytes[] memory records = new bytes[](1 + (size % 4));
        uint256[] memory numbers = new uint256[](records.length);
        Lie[] memory lies = new Lie[](records.length);
        bytes memory joined;
        for (uint256 i = 0; i < records.length; ++i) {
            uint32 payer = payers[random(payers.length)];
            uint64 feeGwei = uint64(random(ledger.tabOf(AccountId.wrap(payer), operator).maxFeeGwei + 1));
            numbers[i] = random(cases.length);
            // About half of them are honest.
            lies[i] = Lie(random(2) * random(7));
            records[i] = recordOf(cases[numbers[i]], payer, feeGwei, lies[i], random(type(uint256).max));
            joined = bytes.concat(joined, records[i]);
        }
        uint16 treasuryBps = ledger.treasuryBps();
        (bool done, bytes memory answer) = attempt(
            payoutOf(operator),
            address(ledger),
            abi.encodeCall(ledger.recordBatch, (model, joined))
        );
        if (!done) return;
        BatchHeader memory header = BatchHeader({
            batch: abi.decode(answer, (BatchId)),
            model: model,
            operator: operator,
            epoch: ledger.currentEpoch(),
            count: uint32(records.length),
            treasuryBps: treasuryBps,
            root: bytes32(0)
        });
        file(header, records, numbers, lies);
    }

    /// @dev Any record, honest ones too: whatever a court decides, the books must balance.
    function strikeRecord(uint256 which, uint256 whose, uint256 who) external act {
        if (filed.length == 0) return;
        Filed storage struck = filed[which % filed.length];
        BondId culprit = whose % 2 == 0 ? bondOf(operator) : bondOf(model);
        bytes memory call = abi.encodeCall(ledger.strikeRecord, (struck.call, culprit, anyone(who)));
        (bool done, ) = attempt(address(court), address(ledger), call);
        if (done) isStruck(struck);
    }

    function isStruck(Filed storage struck) internal {
        struck.isVoided = true;
        takeOut(struck.call.header, struck.call.record);
    }

    function file(
        BatchHeader memory header,
        bytes[] memory records,
        uint256[] memory numbers,
        Lie[] memory lies
    ) private {
        bytes32[] memory leaves = new bytes32[](records.length);
        for (uint256 i = 0; i < leaves.length; ++i) leaves[i] = keccak256(abi.encode(i, keccak256(records[i])));
        header.root = PlainTree.rootOf(leaves);
        for (uint256 i = 0; i < records.length; ++i) {
            enter(header, records[i]);
            RecordProof memory call = RecordProof(header, i, records[i], PlainTree.pathOf(leaves, i));
            filed.push(Filed({call: call, number: numbers[i], lie: lies[i], isVoided: false}));
        }
    }

    function random(uint256 below) internal returns (uint256) {
        _state = uint256(keccak256(abi.encode(_state)));
        return _state % below;
    }
}
