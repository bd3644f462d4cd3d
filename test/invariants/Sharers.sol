// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccounts} from "../../contracts/interfaces/IAccounts.sol";
import {IDatasets} from "../../contracts/interfaces/IDatasets.sol";
import {Ledger} from "../../contracts/Ledger.sol";
import {Pools} from "../../contracts/Pools.sol";
import {AccountId, BatchId, bondOf, ContributionId, DatasetId, ModelId} from "../../contracts/types/Ids.sol";
import {BatchHeader, RecordProof} from "../../contracts/types/Records.sol";
import {Test, Vm} from "../contracts/harness/Test.sol";

/// @notice Who shares a pool, and who pays into it.
/// @param judge Whom the Ledger takes for the court.
struct SharersCast {
    Ledger ledger;
    Pools pools;
    ModelId model;
    AccountId pool;
    DatasetId dataset;
    address curator;
    AccountId operator;
    AccountId payer;
    address judge;
    ContributionId[5] contributions;
}

/// @notice Payers, an operator and a court who fill a pool and take from what is pending, contributors who share it, move their
/// accounts and withdraw their consent, and strangers who send OPEN there; with books of what should have become of it.
contract Sharers is Test {
    SharersCast private cast;
    address private immutable wallet;
    IAccounts private immutable accounts;
    IDatasets private immutable datasets;
    mapping(uint256 who => address[]) private _homes;
    RecordProof[] private _pending;
    uint256 private _moved;

    uint256 public receivedWei;
    uint256 public claimedFromLedgerGwei;
    uint256 public standingGwei;
    uint256 public claims;
    uint256 public struck;
    bytes32 public journal;

    constructor(SharersCast memory cast_) {
        cast = cast_;
        wallet = cast_.pools.stateOf(cast_.pool).wallet;
        (accounts, datasets) = (cast_.pools.accounts(), cast_.pools.datasets());
        for (uint256 i = 0; i < 5; ++i) _homes[i].push(payoutOf(contributorOf(i)));
        (uint48 count, bytes26 head) = cast_.pools.journal();
        journal = bytes32(head) | bytes32(uint256(count));
    }

    /// @dev After every act what Pools told is read into the books.
    modifier act() {
        vm.recordLogs();
        _;
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter != address(cast.pools)) continue;
            bytes32 moved = keccak256(abi.encode(journal, keccak256(abi.encodePacked(logs[i].topics, logs[i].data))));
            journal = bytes32(((uint256(moved) >> 48) << 48) | (uint48(uint256(journal)) + 1));
        }
    }

    function recordBatch(uint64 feeGwei) external act {
        uint64 fee = feeGwei % 1e6;
        bytes memory one = abi.encodePacked(keccak256("call"), cast.payer, fee, uint8(0));
        uint16 treasuryBps = cast.ledger.treasuryBps();
        vm.prank(payoutOf(cast.operator));
        try cast.ledger.recordBatch(cast.model, one) returns (BatchId batch) {
            bytes32 root = keccak256(abi.encode(0, keccak256(one)));
            uint32 epoch = cast.ledger.currentEpoch();
            BatchHeader memory header = BatchHeader(batch, cast.model, cast.operator, epoch, 1, treasuryBps, root);
            _pending.push(RecordProof({header: header, index: 0, record: one, path: new bytes32[](0)}));
            standingGwei += poolOf(fee);
        } catch {}
    }

    function strikeRecord(uint256 which) external act {
        if (_pending.length == 0) return;
        RecordProof memory call = _pending[which % _pending.length];
        vm.prank(cast.judge);
        try cast.ledger.strikeRecord(call, bondOf(cast.operator), cast.payer) {
            uint64 fee = uint64(bytes8(feeBytesOf(call.record)));
            standingGwei -= poolOf(fee);
            ++struck;
        } catch {}
    }

    function fillWallet() external act {
        try cast.ledger.claim(cast.pool) returns (uint64 amountGwei) {
            receivedWei += uint256(amountGwei) * 1e9;
            claimedFromLedgerGwei += amountGwei;
        } catch {}
    }

    function donate(uint256 amountWei) external act {
        uint256 amount = amountWei % 1e16;
        cast.ledger.token().transfer(wallet, amount);
        receivedWei += amount;
    }

    /// @dev For any contributions, some of them more than once.
    function claimShares(uint256 which, uint8 many) external act {
        ContributionId[] memory claimed = new ContributionId[](many % 4);
        for (uint256 i = 0; i < claimed.length; ++i) claimed[i] = cast.contributions[((which >> i) + i * i) % 5];
        try cast.pools.claim(cast.pool, claimed) {
            ++claims;
        } catch {}
    }

    function movePayout(uint256 which) external act {
        uint256 who = which % 5;
        AccountId account = contributorOf(who);
        address next = address(uint160(0xabc0000 + ++_moved));
        vm.prank(payoutOf(account));
        accounts.proposePayout(account, next);
        vm.prank(next);
        accounts.acceptPayout(account);
        _homes[who].push(next);
    }

    function withdrawConsent(uint256 which) external act {
        vm.prank(payoutOf(contributorOf(which % 5)));
        try datasets.withdrawConsent(cast.contributions[which % 5]) {} catch {}
    }

    /// @dev What comes after the freeze is none of this pool's.
    function contributeLate(uint256 which, uint32 items) external act {
        vm.prank(payoutOf(contributorOf(which % 5)));
        try datasets.contribute(cast.dataset, keccak256(abi.encode(which, items)), items) returns (
            ContributionId late
        ) {
            ContributionId[] memory accepted = new ContributionId[](1);
            accepted[0] = late;
            vm.startPrank(cast.curator);
            datasets.accept(accepted);
            datasets.freeze(cast.dataset);
            vm.stopPrank();
        } catch {}
    }

    function wait(uint32 time) external act {
        vm.warp(block.timestamp + (time % 2 days));
    }

    /// @notice All that a contributor was ever paid, wherever its account was paid at the time.
    function paidWei(uint256 who) external view returns (uint256 paid) {
        for (uint256 i = 0; i < _homes[who].length; ++i) paid += cast.ledger.token().balanceOf(_homes[who][i]);
    }

    function poolOf(uint64 feeGwei) private pure returns (uint256) {
        return (uint256(feeGwei) * 6_000) / 10_000;
    }

    function feeBytesOf(bytes memory record) private pure returns (bytes32 word) {
        assembly ("memory-safe") {
            word := mload(add(record, 0x44))
        }
    }

    function contributorOf(uint256 who) private view returns (AccountId) {
        return datasets.contributionOf(cast.contributions[who]).contributor;
    }

    function payoutOf(AccountId account) private view returns (address) {
        return accounts.payoutOf(account);
    }
}
