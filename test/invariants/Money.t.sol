// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccountId} from "../../contracts/types/Ids.sol";
import {Market} from "../contracts/harness/Market.sol";
import {Handler} from "./Handler.sol";

/// @notice The promises of test/invariants/README.md, after any sequence of acts.
contract MoneyInvariants is Market {
    Handler private handler;
    uint32[] private payerIds;

    function setUp() public override {
        super.setUp();
        // Every token leaves for the handler; tabs begin as the market funded them.
        for (uint256 i = 0; i < payers.length; ++i) payerIds.push(AccountId.unwrap(payers[i]));
        (uint48 count, bytes26 head) = ledger.journal();
        bytes32 journal = bytes32(head) | bytes32(uint256(count));
        handler = new Handler(ledger, model, operatorAccount, payerIds, journal);
        token.transfer(address(handler), token.balanceOf(address(this)));
    }

    /// @dev Read by the invariant runner.
    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_I1_TheLedgerHoldsExactlyWhatItOwes() public view {
        uint256 owedGwei;
        for (uint256 i = 0; i < payers.length; ++i) owedGwei += ledger.tabOf(payers[i], operatorAccount).balanceGwei;
        for (uint32 i = 1; i <= accounts.accountCount(); ++i) owedGwei += earned(i);
        owedGwei += 2 * uint256(BOND);
        vm.assertEq(token.balanceOf(address(ledger)), owedGwei * 1e9, "I1");
    }

    function invariant_I2_NobodyReceivesMoreThanTheyWereCredited() public view {
        for (uint32 i = 1; i <= accounts.accountCount(); ++i) {
            vm.assertEq(handler.claimed(i) + earned(i), handler.credited(i), "I2");
        }
    }

    function invariant_I3_FeesLeaveTabsExactlyAsTheyEnterEarnings() public view {
        uint256 chargedGwei;
        uint256 creditedGwei;
        for (uint256 i = 0; i < payerIds.length; ++i) chargedGwei += handler.charged(payerIds[i]);
        for (uint32 i = 1; i <= accounts.accountCount(); ++i) creditedGwei += handler.credited(i);
        vm.assertEq(chargedGwei, creditedGwei, "I3");
    }

    function invariant_I4_ATabLosesOnlyRecordedFeesAndWithdrawals() public view {
        for (uint256 i = 0; i < payerIds.length; ++i) {
            uint32 payer = payerIds[i];
            uint256 leftGwei = FUNDS + handler.funded(payer) - handler.charged(payer) - handler.withdrawn(payer);
            vm.assertEq(ledger.tabOf(payers[i], operatorAccount).balanceGwei, leftGwei, "I4");
        }
    }

    function invariant_I5_TheJournalIsTheChainOfItsLogs() public view {
        (uint48 count, bytes26 head) = ledger.journal();
        vm.assertEq(bytes32(head) | bytes32(uint256(count)), handler.journal());
    }

    function invariant_I6_MaturedEarningsFallByClaimsOnly() public view {
        vm.assertFalse(handler.maturedFell());
    }

    /// @dev A handler whose acts all failed would prove nothing.
    function test_TheHandlersActsReachTheLedger() public {
        handler.fundTab(0, 1e12, 1e9);
        handler.recordBatch(7, 4);
        handler.wait(3 days - 1);
        handler.claim(0);
        handler.claimMany(1, 7);
        vm.assertEq(handler.batches(), 1);
        vm.assertTrue(handler.claims() > 1);
        invariant_I1_TheLedgerHoldsExactlyWhatItOwes();
        invariant_I2_NobodyReceivesMoreThanTheyWereCredited();
        invariant_I5_TheJournalIsTheChainOfItsLogs();
    }

    function earned(uint32 account) private view returns (uint256) {
        (uint64 maturedGwei, uint64 pendingGwei) = ledger.earningsOf(AccountId.wrap(account));
        return maturedGwei + pendingGwei;
    }
}
