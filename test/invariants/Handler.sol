// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IAccounts} from "../../contracts/interfaces/IAccounts.sol";
import {ILedger} from "../../contracts/interfaces/ILedger.sol";
import {AccountId, ModelId} from "../../contracts/types/Ids.sol";
import {encodeRecord, RandomRecords} from "../contracts/harness/RandomRecords.sol";
import {Test, Vm} from "../contracts/harness/Test.sol";

/// @notice Plays everybody at once: opens accounts, funds and leaves tabs, records, claims and lets time pass. It keeps books
/// of its own, from what it asked for and from the logs, for the invariants to compare with the ledger's.
contract Handler is Test, RandomRecords {
    ILedger private immutable ledger;
    IERC20 private immutable token;
    IAccounts private immutable accounts;
    ModelId private immutable model;
    AccountId private immutable operator;
    uint32[] private payers;

    bytes32 public journal;
    bool public maturedFell;
    uint256 public batches;
    uint256 public claims;
    mapping(uint32 account => uint256 amountGwei) public credited;
    mapping(uint32 account => uint256 amountGwei) public claimed;
    mapping(uint32 payer => uint256 amountGwei) public funded;
    mapping(uint32 payer => uint256 amountGwei) public charged;
    mapping(uint32 payer => uint256 amountGwei) public withdrawn;
    mapping(uint32 account => uint256 amountGwei) private matured;

    constructor(ILedger ledger_, ModelId model_, AccountId operator_, uint32[] memory payers_, bytes32 journal_) {
        ledger = ledger_;
        token = ledger_.token();
        accounts = ledger_.accounts();
        model = model_;
        operator = operator_;
        payers = payers_;
        journal = journal_;
    }

    /// @dev After every act the logs are read into the books, and matured earnings may have fallen by claims only.
    modifier act() {
        vm.recordLogs();
        _;
        read(vm.getRecordedLogs());
        for (uint32 i = 1; i <= accounts.accountCount(); ++i) {
            (uint64 now_, ) = ledger.earningsOf(AccountId.wrap(i));
            if (now_ + claimed[i] < matured[i]) maturedFell = true;
            matured[i] = now_ + claimed[i];
        }
    }

    function openAccount(uint160 holder) external act {
        address payout = address(uint160(bound(holder, 1_000, type(uint160).max)));
        if (accounts.accountCount() < 30 && AccountId.unwrap(accounts.accountOf(payout)) == 0) accounts.open(payout);
    }

    function fundTab(uint256 who, uint64 amountGwei, uint64 maxFeeGwei) external act {
        uint32 payer = payers[who % payers.length];
        uint64 amount = amountGwei % 1e13;
        address holder = accounts.payoutOf(AccountId.wrap(payer));
        token.transfer(holder, uint256(amount) * 1e9);
        vm.startPrank(holder);
        token.approve(address(ledger), uint256(amount) * 1e9);
        ledger.fundTab(operator, amount, maxFeeGwei % 1e12);
        vm.stopPrank();
        funded[payer] += amount;
    }

    function requestTabWithdrawal(uint256 who, uint64 amountGwei) external act {
        vm.prank(accounts.payoutOf(AccountId.wrap(payers[who % payers.length])));
        ledger.requestTabWithdrawal(operator, amountGwei % 2e13);
    }

    function withdrawTab(uint256 who) external act {
        vm.prank(accounts.payoutOf(AccountId.wrap(payers[who % payers.length])));
        try ledger.withdrawTab(operator) {} catch {}
    }

    function recordBatch(uint256 seed, uint8 size) external act {
        state = seed;
        uint32 accountCount = accounts.accountCount();
        uint64[] memory fees = new uint64[](1 + (size % 5));
        uint32[] memory charges = new uint32[](fees.length);
        bytes memory records;
        for (uint256 i = 0; i < fees.length; ++i) {
            charges[i] = payers[random(payers.length)];
            fees[i] = uint64(random(ledger.tabOf(AccountId.wrap(charges[i]), operator).maxFeeGwei + 1));
            records = bytes.concat(records, encodeRecord(randomRecord(charges[i], fees[i], accountCount, 32)));
        }
        uint256[] memory before = owed(accountCount);
        vm.prank(accounts.payoutOf(operator));
        try ledger.recordBatch(model, records) {
            ++batches;
            for (uint256 i = 0; i < fees.length; ++i) charged[charges[i]] += fees[i];
            uint256[] memory after_ = owed(accountCount);
            for (uint32 i = 1; i <= accountCount; ++i) credited[i] += after_[i] - before[i];
        } catch {}
    }

    function claim(uint256 who) external act {
        AccountId account = anyone(who);
        try ledger.claim(account) {} catch {}
    }

    function claimTo(uint256 who, uint160 to) external act {
        address destination = address(uint160(bound(to, 1_000, type(uint160).max)));
        if (destination == address(ledger)) return;
        vm.prank(accounts.payoutOf(anyone(who)));
        try ledger.claimTo(destination) {} catch {}
    }

    function claimMany(uint256 who, uint8 many) external act {
        AccountId[] memory claimants = new AccountId[](many % 8);
        for (uint256 i = 0; i < claimants.length; ++i) claimants[i] = anyone((who >> 1) + i * i);
        try ledger.claimMany(claimants) {} catch {}
    }

    function wait(uint32 time) external act {
        vm.warp(block.timestamp + (time % 3 days));
    }

    function read(Vm.Log[] memory logs) private {
        for (uint256 i = 0; i < logs.length; ++i) {
            Vm.Log memory log = logs[i];
            if (log.emitter != address(ledger)) continue;
            bytes32 moved = keccak256(abi.encode(journal, keccak256(abi.encodePacked(log.topics, log.data))));
            journal = bytes32(((uint256(moved) >> 48) << 48) | (uint48(uint256(journal)) + 1));

            if (log.topics[0] == ILedger.RewardClaimed.selector) {
                claimed[uint32(uint256(log.topics[1]))] += abi.decode(log.data, (uint256));
                ++claims;
            } else if (log.topics[0] == ILedger.TabWithdrawn.selector) {
                (uint256 amountGwei, ) = abi.decode(log.data, (uint256, uint256));
                withdrawn[uint32(uint256(log.topics[1]))] += amountGwei;
            }
        }
    }

    function owed(uint32 accountCount) private view returns (uint256[] memory amountsGwei) {
        amountsGwei = new uint256[](accountCount + 1);
        for (uint32 i = 1; i <= accountCount; ++i) {
            (uint64 maturedGwei, uint64 pendingGwei) = ledger.earningsOf(AccountId.wrap(i));
            amountsGwei[i] = maturedGwei + pendingGwei;
        }
    }

    function anyone(uint256 who) private view returns (AccountId) {
        return AccountId.wrap(uint32(1 + (who % accounts.accountCount())));
    }
}
