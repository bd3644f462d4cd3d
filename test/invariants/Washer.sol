// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Ledger} from "../../contracts/Ledger.sol";
import {Bond} from "../../contracts/interfaces/IBonds.sol";
import {AccountId, BatchId, BondId, bondOf, ModelId} from "../../contracts/types/Ids.sol";
import {BatchHeader, RecordProof} from "../../contracts/types/Records.sol";
import {Test} from "../contracts/harness/Test.sol";

/// @notice Somebody who owns the model, serves it, pays for its calls, contributed every row, challenges the records, and whom
/// the court believes whatever they say.
contract Washer is Test {
    Ledger private immutable ledger;
    ModelId private immutable model;
    AccountId public immutable self;
    address private immutable admin;
    address private immutable judge;
    bytes private _record;
    RecordProof[] private _calls;

    uint256 public recorded;
    uint256 public struck;

    /// @param record_ A record of one row whose payer and contributor is the washer.
    constructor(Ledger ledger_, ModelId model_, address admin_, bytes memory record_) {
        (ledger, model, admin, judge) = (ledger_, model_, admin_, ledger_.court());
        self = ledger_.models().ownerOf(model_);
        _record = record_;
    }

    /// @notice Everything that the washer has, wherever it lies.
    function wealthGwei() external view returns (uint256 total) {
        total = ledger.token().balanceOf(holder()) / 1e9 + ledger.tabOf(self, self).balanceGwei;
        (uint64 matured, uint64 pending) = ledger.earningsOf(self);
        total += uint256(matured) + pending;
        for (uint256 i = 0; i < 2; ++i) {
            Bond memory bond = ledger.bondStateOf(bondAt(i));
            total += uint256(bond.balanceGwei) + bond.stakedGwei;
        }
    }

    function fundTab(uint64 amountGwei) external {
        uint64 amount = amountGwei % 1e9;
        vm.startPrank(holder());
        ledger.token().approve(address(ledger), uint256(amount) * 1e9);
        try ledger.fundTab(self, amount, type(uint64).max) {} catch {}
        vm.stopPrank();
    }

    function requestTabWithdrawal(uint64 amountGwei) external {
        vm.prank(holder());
        ledger.requestTabWithdrawal(self, amountGwei);
    }

    function withdrawTab() external {
        vm.prank(holder());
        try ledger.withdrawTab(self) {} catch {}
    }

    function recordBatch(uint64 feeGwei) external {
        uint64 fee = feeGwei % (ledger.tabOf(self, self).balanceGwei + 1);
        bytes memory one = _record;
        for (uint256 i = 0; i < 8; ++i) one[36 + i] = bytes1(uint8(fee >> (56 - 8 * i)));
        uint16 treasuryBps = ledger.treasuryBps();
        vm.prank(holder());
        try ledger.recordBatch(model, one) returns (BatchId batch) {
            bytes32 root = keccak256(abi.encode(0, keccak256(one)));
            BatchHeader memory header = BatchHeader(batch, model, self, ledger.currentEpoch(), 1, treasuryBps, root);
            _calls.push(RecordProof({header: header, index: 0, record: one, path: new bytes32[](0)}));
            ++recorded;
        } catch {}
    }

    function strikeRecord(uint256 which, uint256 whose) external {
        if (_calls.length == 0) return;
        vm.prank(judge);
        try ledger.strikeRecord(_calls[which % _calls.length], bondAt(whose), self) {
            ++struck;
        } catch {}
    }

    function slash(uint256 whose, uint64 amountGwei) external {
        vm.prank(judge);
        ledger.slash(bondAt(whose), amountGwei % 1e9, self);
    }

    function stake(uint256 whose, uint64 amountGwei) external {
        vm.prank(judge);
        try ledger.stake(bondAt(whose), amountGwei % 1e10) {} catch {}
    }

    function release(uint256 whose, uint64 amountGwei) external {
        vm.prank(judge);
        try ledger.release(bondAt(whose), amountGwei % 1e10) {} catch {}
    }

    function payStake(uint256 whose, uint64 amountGwei) external {
        vm.prank(judge);
        try ledger.payStake(bondAt(whose), amountGwei % 1e10, self) {} catch {}
    }

    function depositBond(uint256 whose, uint64 amountGwei) external {
        uint64 amount = 1 + (amountGwei % 1e9);
        vm.startPrank(holder());
        ledger.token().approve(address(ledger), uint256(amount) * 1e9);
        try ledger.depositBond(bondAt(whose), amount) {} catch {}
        vm.stopPrank();
    }

    function withdrawBond(uint256 whose, uint64 amountGwei) external {
        vm.startPrank(holder());
        try ledger.withdrawBond(bondAt(whose)) {} catch {
            ledger.requestBondWithdrawal(bondAt(whose), amountGwei);
        }
        vm.stopPrank();
    }

    function claim() external {
        try ledger.claim(self) {} catch {}
    }

    function setTreasuryShare(uint16 shareBps) external {
        vm.prank(admin);
        ledger.setTreasuryShare(shareBps % 1_001);
    }

    function wait(uint32 time) external {
        vm.warp(block.timestamp + (time % 2 days));
    }

    function bondAt(uint256 whose) private view returns (BondId) {
        return whose % 2 == 0 ? bondOf(self) : bondOf(model);
    }

    function holder() private view returns (address) {
        return ledger.accounts().payoutOf(self);
    }
}
