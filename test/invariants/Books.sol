// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Court} from "../../contracts/Court.sol";
import {IBonds} from "../../contracts/interfaces/IBonds.sol";
import {ILedger} from "../../contracts/interfaces/ILedger.sol";
import {ServingTerms} from "../../contracts/interfaces/IModels.sol";
import {Ledger} from "../../contracts/Ledger.sol";
import {AccountId, ModelId} from "../../contracts/types/Ids.sol";
import {BatchHeader} from "../../contracts/types/Records.sol";
import {Test, Vm} from "../contracts/harness/Test.sol";

/// @notice Who takes part in a game.
struct Cast {
    Ledger ledger;
    Court court;
    ModelId model;
    ModelId base;
    AccountId operator;
    AccountId challenger;
    address admin;
    address arbiter;
    uint32[] payers;
}

/// @notice Books kept beside the ledger's, from what was asked for and from the logs, for the invariants to compare. What a
/// struck record paid is taken out of them, as though it had never been recorded.
abstract contract Books is Test {
    Ledger internal immutable ledger;
    Court internal immutable court;
    ModelId internal immutable model;
    ModelId internal immutable base;
    AccountId internal immutable operator;
    AccountId internal immutable challenger;
    address internal immutable admin;
    address internal immutable arbiter;
    uint32 internal immutable accountCount;
    uint32[] internal payers;

    uint32 private immutable owner;
    uint32 private immutable ancestor;
    uint32 private immutable treasury;
    uint256 private immutable contributorBps;
    uint256 private immutable operatorBps;
    uint256 private immutable royaltyBps;

    mapping(address emitter => bytes32 slot) public journals;
    bool public maturedFell;
    mapping(uint32 account => uint256 amountGwei) public earned;
    mapping(uint32 account => uint256 amountGwei) public awarded;
    mapping(uint32 account => uint256 amountGwei) public claimed;
    mapping(uint32 payer => uint256 amountGwei) public funded;
    mapping(uint32 payer => uint256 amountGwei) public charged;
    mapping(uint32 payer => uint256 amountGwei) public withdrawn;
    mapping(uint32 epoch => uint256 amountGwei) public feesIn;
    mapping(bytes32 selector => uint256 times) public told;
    mapping(uint32 account => uint256 amountGwei) private matured;

    constructor(Cast memory cast) {
        (ledger, court, model, base) = (cast.ledger, cast.court, cast.model, cast.base);
        (operator, challenger, admin, arbiter) = (cast.operator, cast.challenger, cast.admin, cast.arbiter);
        accountCount = cast.ledger.accounts().accountCount();
        payers = cast.payers;
        ServingTerms memory terms = cast.ledger.models().servingTerms(cast.model);
        owner = AccountId.unwrap(terms.owner);
        ancestor = AccountId.unwrap(terms.royalties[0].account);
        treasury = AccountId.unwrap(cast.ledger.treasury());
        (contributorBps, operatorBps, royaltyBps) = (terms.contributorBps, terms.operatorBps, terms.royalties[0].bps);
        journals[address(cast.ledger)] = slotOf(cast.ledger.journal);
        journals[address(cast.court)] = slotOf(cast.court.journal);
    }

    /// @dev After every act the logs are read into the books, and matured earnings may have fallen by claims only.
    modifier act() {
        vm.recordLogs();
        _;
        read(vm.getRecordedLogs());
        for (uint32 i = 1; i <= accountCount; ++i) {
            (uint64 now_, ) = ledger.earningsOf(AccountId.wrap(i));
            uint256 ever = now_ + claimed[i];
            if (ever < matured[i]) maturedFell = true;
            matured[i] = ever;
        }
    }

    /// @dev Tries a call. The runner records the logs of calls that reverted too: those are thrown away.
    function attempt(address who, address target, bytes memory call) internal returns (bool done, bytes memory answer) {
        read(vm.getRecordedLogs());
        vm.prank(who);
        (done, answer) = target.call(call);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        if (done) read(logs);
    }

    function slotOf(function() external view returns (uint48, bytes26) journal) internal view returns (bytes32) {
        (uint48 count, bytes26 head) = journal();
        return bytes32(head) | bytes32(uint256(count));
    }

    function enter(BatchHeader memory header, bytes memory record) internal {
        book(header, record, true);
    }

    function takeOut(BatchHeader memory header, bytes memory record) internal {
        book(header, record, false);
    }

    /// @dev The fee split of `ILedger`, read off a record byte by byte.
    function book(BatchHeader memory header, bytes memory record, bool paid) private {
        uint256 feeGwei = number(record, 36, 8);
        uint256 leftGwei = feeGwei;
        uint256 poolGwei = (feeGwei * contributorBps) / 10_000;
        for (uint256 at = 45; at < 45 + 10 * number(record, 44, 1); at += 10) {
            uint256 shareGwei = (poolGwei * number(record, at + 8, 2)) / 65_535;
            leftGwei -= move(uint32(number(record, at + 4, 4)), shareGwei, paid);
        }
        uint256 ownerBps = 10_000 - contributorBps - operatorBps - royaltyBps - header.treasuryBps;
        leftGwei -= move(AccountId.unwrap(operator), (feeGwei * operatorBps) / 10_000, paid);
        leftGwei -= move(ancestor, (feeGwei * royaltyBps) / 10_000, paid);
        leftGwei -= move(owner, (feeGwei * ownerBps) / 10_000, paid);
        move(treasury, leftGwei, paid);

        uint32 payer = uint32(number(record, 32, 4));
        charged[payer] = paid ? charged[payer] + feeGwei : charged[payer] - feeGwei;
        feesIn[header.epoch] = paid ? feesIn[header.epoch] + feeGwei : feesIn[header.epoch] - feeGwei;
    }

    function move(uint32 account, uint256 amountGwei, bool paid) private returns (uint256) {
        earned[account] = paid ? earned[account] + amountGwei : earned[account] - amountGwei;
        return amountGwei;
    }

    function number(bytes memory record, uint256 at, uint256 size) internal pure returns (uint256 value) {
        for (uint256 i = at; i < at + size; ++i) value = (value << 8) | uint8(record[i]);
    }

    function read(Vm.Log[] memory logs) private {
        for (uint256 i = 0; i < logs.length; ++i) {
            Vm.Log memory log = logs[i];
            if (log.emitter != address(ledger) && log.emitter != address(court)) continue;
            bytes32 slot = journals[log.emitter];
            bytes32 moved = keccak256(abi.encode(slot, keccak256(abi.encodePacked(log.topics, log.data))));
            journals[log.emitter] = bytes32(((uint256(moved) >> 48) << 48) | (uint48(uint256(slot)) + 1));

            bytes32 selector = log.topics[0];
            ++told[selector];
            if (selector == ILedger.RewardClaimed.selector) {
                claimed[uint32(uint256(log.topics[1]))] += abi.decode(log.data, (uint256));
            } else if (selector == ILedger.TabWithdrawn.selector) {
                (uint256 amountGwei, ) = abi.decode(log.data, (uint256, uint256));
                withdrawn[uint32(uint256(log.topics[1]))] += amountGwei;
            } else if (selector == IBonds.BondSlashed.selector) {
                (, uint256 bountyGwei, ) = abi.decode(log.data, (uint256, uint256, uint256));
                awarded[uint32(uint256(log.topics[2]))] += bountyGwei;
            } else if (selector == IBonds.StakePaid.selector) {
                (uint256 amountGwei, ) = abi.decode(log.data, (uint256, uint256));
                awarded[uint32(uint256(log.topics[2]))] += amountGwei;
            }
        }
    }

    function anyone(uint256 who) internal view returns (AccountId) {
        return AccountId.wrap(uint32(1 + (who % accountCount)));
    }

    function payoutOf(AccountId account) internal view returns (address) {
        return ledger.accounts().payoutOf(account);
    }
}
