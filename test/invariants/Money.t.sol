// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Bond, IBonds} from "../../contracts/interfaces/IBonds.sol";
import {ICourt} from "../../contracts/interfaces/ICourt.sol";
import {ILedger} from "../../contracts/interfaces/ILedger.sol";
import {AccountId, BondId, bondOf} from "../../contracts/types/Ids.sol";
import {Courtroom} from "../contracts/harness/Courtroom.sol";
import {encodeRecord} from "../contracts/harness/RandomRecords.sol";
import {PlainRecord, PlainRow} from "../contracts/harness/RecordsHarness.sol";
import {PlainEntry} from "../contracts/harness/ScoringHarness.sol";
import {Cast} from "./Books.sol";
import {Case} from "./Cases.sol";
import {Handler} from "./Handler.sol";

/// @notice The promises of test/invariants/README.md, after any sequence of acts.
contract MoneyInvariants is Courtroom {
    uint256 private constant CASES = 6;

    Handler private handler;
    uint32[] private payerIds;

    function setUp() public override {
        super.setUp();
        moveToKey();
        bondUp(bondOf(base), BOND);
        for (uint256 i = 0; i < payers.length; ++i) payerIds.push(AccountId.unwrap(payers[i]));
        Case[] memory made = new Case[](CASES);
        for (uint256 i = 0; i < CASES; ++i) made[i] = caseOf(keccak256(abi.encode("case", i)));
        handler = new Handler(
            Cast(ledger, court, model, base, operatorAccount, challengerAccount, address(this), arbiter, payerIds),
            made,
            show(4)
        );
        token.transfer(address(handler), token.balanceOf(address(this)));
    }

    /// @dev Read by the invariant runner.
    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_I1_TheLedgerHoldsExactlyWhatItOwes() public view {
        // The market's first model takes no part in the game.
        uint256 owedGwei = ledger.unburntGwei() + BOND;
        for (uint256 i = 0; i < payers.length; ++i) owedGwei += ledger.tabOf(payers[i], operatorAccount).balanceGwei;
        for (uint32 i = 1; i <= accounts.accountCount(); ++i) owedGwei += owed(i);
        BondId[4] memory bonds = [bondOf(operatorAccount), bondOf(model), bondOf(challengerAccount), bondOf(base)];
        for (uint256 i = 0; i < bonds.length; ++i) {
            Bond memory bond = ledger.bondStateOf(bonds[i]);
            owedGwei += uint256(bond.balanceGwei) + bond.stakedGwei;
        }
        vm.assertEq(token.balanceOf(address(ledger)), owedGwei * 1e9, "I1");
    }

    function invariant_I2_NobodyReceivesMoreThanTheyWereCredited() public view {
        for (uint32 i = 1; i <= accounts.accountCount(); ++i) {
            vm.assertLe(handler.claimed(i), handler.earned(i) + handler.awarded(i), "I2");
        }
    }

    /// @dev The books never knew what struck records paid.
    function invariant_I3_AStruckRecordRestoresTheEarlierState() public view {
        for (uint32 i = 1; i <= accounts.accountCount(); ++i) {
            vm.assertEq(handler.claimed(i) + owed(i), handler.earned(i) + handler.awarded(i), "I3 earnings");
        }
        uint32 epoch = ledger.currentEpoch();
        uint256 feesGwei = handler.feesIn(epoch) + handler.feesIn(epoch - 1);
        vm.assertEq(ledger.bondStateOf(bondOf(operatorAccount)).exposureGwei, feesGwei, "I3 operator");
        vm.assertEq(ledger.bondStateOf(bondOf(model)).exposureGwei, feesGwei, "I3 model");
    }

    function invariant_I4_AnHonestRecordIsNeverStruckAndALieAlways() public view {
        vm.assertFalse(handler.honestStruck());
        vm.assertFalse(handler.lieSurvived());
    }

    function invariant_I5_TheJournalsAreTheChainsOfTheirLogs() public view {
        (uint48 count, bytes26 head) = ledger.journal();
        vm.assertEq(bytes32(head) | bytes32(uint256(count)), handler.journals(address(ledger)));
        (count, head) = court.journal();
        vm.assertEq(bytes32(head) | bytes32(uint256(count)), handler.journals(address(court)));
    }

    function invariant_I6_MaturedEarningsFallByClaimsOnly() public view {
        vm.assertFalse(handler.maturedFell());
    }

    function invariant_I9_FeesLeaveTabsExactlyAsTheyEnterEarnings() public view {
        uint256 chargedGwei;
        uint256 earnedGwei;
        for (uint256 i = 0; i < payerIds.length; ++i) chargedGwei += handler.charged(payerIds[i]);
        for (uint32 i = 1; i <= accounts.accountCount(); ++i) earnedGwei += handler.earned(i);
        vm.assertEq(chargedGwei, earnedGwei, "I9");
    }

    function invariant_I10_ATabLosesOnlyStandingFeesAndWithdrawals() public view {
        for (uint256 i = 0; i < payerIds.length; ++i) {
            uint32 payer = payerIds[i];
            uint256 leftGwei = FUNDS + handler.funded(payer) - handler.charged(payer) - handler.withdrawn(payer);
            vm.assertEq(ledger.tabOf(payers[i], operatorAccount).balanceGwei, leftGwei, "I10");
        }
    }

    /// @dev A handler whose acts all failed would prove nothing.
    function test_TheHandlersActsReachTheLedgerAndTheCourt() public {
        handler.recordBatch(7, 3);
        handler.recordBatch(8, 3);
        for (uint256 which = 0; which < 8; ++which) {
            for (uint256 how = 0; how < 6; ++how) handler.prove(which, how);
        }
        vm.assertTrue(handler.liesStruck() > 1);
        vm.assertTrue(handler.proofsRefused() > 8);
        handler.recordBatch(9, 3);
        handler.strikeRecord(9, 1, 4);
        handler.demand(0);
        handler.showAbsent(4);
        handler.appeal(4, 0);
        handler.rule(0, false, false);
        handler.wait(2 days - 1);
        handler.wait(1);
        handler.claim(0);
        handler.claimMany(1, 7);
        handler.depositBond(0, 77);
        handler.slash(1, 1e11, 3);
        handler.burnSlashed();
        reached(ILedger.BatchRecorded.selector, 3);
        reached(IBonds.RecordVoided.selector, handler.liesStruck() + 1);
        reached(ICourt.RowShown.selector, 1);
        reached(ICourt.AppealRuled.selector, 1);
        reached(IBonds.SlashedBurnt.selector, 1);
        vm.assertTrue(handler.told(ILedger.RewardClaimed.selector) > 1);
        invariant_I1_TheLedgerHoldsExactlyWhatItOwes();
        invariant_I3_AStruckRecordRestoresTheEarlierState();
        invariant_I4_AnHonestRecordIsNeverStruckAndALieAlways();
        invariant_I5_TheJournalsAreTheChainsOfTheirLogs();
        invariant_I10_ATabLosesOnlyStandingFeesAndWithdrawals();
    }

    function reached(bytes32 selector, uint256 times) private view {
        vm.assertEq(handler.told(selector), times, "told");
    }

    function owed(uint32 account) private view returns (uint256) {
        (uint64 maturedGwei, uint64 pendingGwei) = ledger.earningsOf(AccountId.wrap(account));
        return uint256(maturedGwei) + pendingGwei;
    }

    /// @dev A contributor's earnings are claimed by signature.
    function moveToKey() private {
        vm.prank(named(contributorName(0)));
        accounts.proposePayout(contributors[0], vm.addr(0xa11ce));
        vm.prank(vm.addr(0xa11ce));
        accounts.acceptPayout(contributors[0]);
    }

    /// @dev The attribution without its fourth row tells which is the fifth.
    function caseOf(bytes32 seed) private view returns (Case memory made) {
        PlainEntry[] memory index = honestIndex();
        PlainRecord memory plain = honest(index, codesOf(seed));
        uint32 fourth = plain.rows[3].row;
        PlainEntry[] memory others = new PlainEntry[](index.length - 1);
        uint256 count = 0;
        for (uint256 i = 0; i < index.length; ++i) {
            if (index[i].row != fourth) others[count++] = index[i];
        }
        PlainRow memory fifth = attributionOf(others, plain.sketch)[3];
        made.truth = encodeRecord(plain);
        (made.fifth, made.fifthAccount) = (fifth.row, fifth.account);
        made.listed = show(index, rowsOf(plain));
        made.first = show(plain.rows[0].row);
        made.fourth = show(fourth);
        made.both = show(fourth, fifth.row);
    }
}
