// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Pool} from "../../contracts/interfaces/IPools.sol";
import {AccountId} from "../../contracts/types/Ids.sol";
import {IndexedMarket} from "../contracts/harness/IndexedMarket.sol";
import {Sharers, SharersCast} from "./Sharers.sol";

/// @notice A pool pays each contribution its share of all that arrived, and not a gwei more.
contract SharesInvariants is IndexedMarket {
    Sharers private sharers;
    AccountId private pool;

    function setUp() public override {
        super.setUp();
        model = serve(splitEqually(fineTune(base, version)));
        pool = models.poolOf(model);
        ledger.appointCourt(named("judge"));
        sharers = new Sharers(
            SharersCast({
                ledger: ledger,
                pools: pools,
                model: model,
                pool: pool,
                dataset: dataset,
                curator: named("model owner"),
                operator: operatorAccount,
                payer: payers[0],
                judge: named("judge"),
                contributions: contributions
            })
        );
        token.transfer(address(sharers), 1e24);
    }

    /// @dev Read by the invariant runner.
    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(sharers);
    }

    function invariant_I11_APoolPaysEachItsShareOfAllThatArrived() public view {
        Pool memory state = pools.stateOf(pool);
        uint256 receivedGwei = sharers.receivedWei() / 1e9;
        vm.assertEq(state.receivedGwei, receivedGwei, "I11 received");
        uint256 paidWei;
        for (uint256 i = 0; i < 5; ++i) {
            (uint64 claimableGwei, ) = pools.shareOf(pool, contributions[i]);
            uint256 ofItsContributor = sharers.paidWei(i);
            vm.assertEq(ofItsContributor / 1e9 + claimableGwei, (receivedGwei * ITEMS) / state.itemCount, "I11 share");
            paidWei += ofItsContributor;
        }
        vm.assertEq(token.balanceOf(state.wallet), sharers.receivedWei() - paidWei, "I11 wallet");
    }

    function invariant_I12_APoolEarnsTheContributorsShareOfStandingFees() public view {
        (uint64 maturedGwei, uint64 pendingGwei) = ledger.earningsOf(pool);
        vm.assertEq(sharers.claimedFromLedgerGwei() + maturedGwei + pendingGwei, sharers.standingGwei(), "I12");
    }

    function invariant_I5_TheJournalOfPoolsIsTheChainOfItsLogs() public view {
        (uint48 count, bytes26 head) = pools.journal();
        vm.assertEq(bytes32(head) | bytes32(uint256(count)), sharers.journal());
    }

    /// @dev A game whose acts all failed would prove nothing.
    function test_TheSharersActsReachThePool() public {
        sharers.recordBatch(999_999);
        sharers.recordBatch(7);
        sharers.strikeRecord(1);
        sharers.wait(2 days - 1);
        sharers.wait(1);
        sharers.fillWallet();
        sharers.claimShares(0, 3);
        sharers.movePayout(0);
        sharers.withdrawConsent(0);
        sharers.contributeLate(1, 9);
        sharers.donate(5e9 + 1);
        sharers.claimShares(0, 1);
        vm.assertEq(sharers.struck(), 1);
        vm.assertEq(sharers.claims(), 2);
        vm.assertEq(sharers.receivedWei(), 599_999e9 + 5e9 + 1);
        // A fifth of 600,004 gwei, in two parts and at two addresses.
        vm.assertEq(sharers.paidWei(0), 120_000e9);
        invariant_I11_APoolPaysEachItsShareOfAllThatArrived();
        invariant_I12_APoolEarnsTheContributorsShareOfStandingFees();
        invariant_I5_TheJournalOfPoolsIsTheChainOfItsLogs();
    }
}
