// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "../contracts/harness/Test.sol";
import {ChannelActs} from "./ChannelActs.sol";
import {Checks} from "./Checks.sol";
import {EVENTS, Happenings} from "./Happenings.sol";
import {MoneyActs} from "./MoneyActs.sol";
import {RecordActs} from "./RecordActs.sol";

/// @notice Plays everybody at once, in whatever order the runner draws.
/// @dev In this file, since the runner knows only contracts of the files that it is given.
contract Handler is ChannelActs, RecordActs, MoneyActs, Checks {
    constructor() {
        setUp();
    }

    /// @dev Once: the runner may call it too.
    function setUp() public override {
        if (address(token) == address(0)) super.setUp();
    }
}

/// @notice The promises of test/invariants/README.md, after any sequence of acts.
contract MoneyInvariants is Test {
    Handler private handler;

    function setUp() public {
        handler = new Handler();
    }

    /// @dev Read by the invariant runner.
    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    /// @dev Read by the invariant runner. What the handler asks of itself is no act of the game.
    function excludeSenders() external view returns (address[] memory senders) {
        senders = new address[](1);
        senders[0] = address(handler);
    }

    function invariant_C1_C2_C4_AChannelIsChargedWhatWasSignedForItAndRecordedOnce() public view {
        handler.checkChannels();
    }

    function invariant_C3_CoverFallsOnlyByAWithdrawalThatWasDue() public view {
        handler.checkCover();
    }

    function invariant_B1_B2_B3_B5_P2_P3_EveryBookPaysWhatStoodInItWhenItsWindowEnded() public view {
        handler.checkPay();
    }

    function invariant_B4_B6_NobodyHoldsUpASettlement() public view {
        handler.checkRefusals();
    }

    function invariant_B2_EarningsHoldsExactlyWhatItOwes() public view {
        handler.checkMoney();
    }

    function invariant_D1_BondsHoldExactlyWhatWasPaidInAndNotTaken() public view {
        handler.checkBonds();
    }

    function invariant_D1_BondsAnswerForWhatIsNotSettled() public view {
        handler.checkExposure();
    }

    function invariant_EveryJournalIsTheChainOfItsLogs() public view {
        handler.checkJournals();
    }

    /// @dev Games whose acts all failed would prove nothing.
    function test_ActsReachWhateverCanHappen() public {
        serve();
        dispute();
        takeOut();
        pay();
        bytes32[EVENTS] memory all = Happenings.all();
        for (uint256 i = 0; i < EVENTS; ++i) vm.assertGe(handler.told(all[i]), 1, string(abi.encodePacked(all[i])));
        handler.checkChannels();
        handler.checkPay();
        handler.checkMoney();
        handler.checkBonds();
        handler.checkExposure();
        handler.checkRefusals();
        handler.checkJournals();
    }

    function serve() private {
        for (uint256 i = 0; i < 6; ++i) handler.present(i, 900_000, 4);
        for (uint256 i = 0; i < 30; ++i) handler.depositBond(2, 99e9);
        for (uint256 i = 0; i < 3; ++i) handler.record(0, 7 + 12 * i, false);
        handler.record(1, 7, false);
    }

    function dispute() private {
        handler.voidRecord(0, 0);
        handler.proveBroken(0, 1, false);
        handler.appealRecord(0, 2);
        handler.rule(0, true);
        handler.appealRecord(1, 0);
        handler.appealUnit(0);
        handler.demand(0, 3, 5, true);
        handler.show(0);
        handler.demand(0, 0, 5, false);
        handler.wait(12 hours);
        handler.close(1);
    }

    function takeOut() private {
        handler.openAnother(0, 0, 5e9);
        handler.fund(0, 5);
        handler.walkIn(0, 2e9);
        handler.sweep(0, 1e9 - 1);
        handler.proposeSigner(0);
        handler.requestChannelWithdrawal(2, 4);
        handler.requestBond(0, 1e9 + 1);
        handler.wait(4 days);
        handler.acceptSigner(0);
        handler.withdrawChannel(2);
        handler.withdrawBond(0);
        handler.burn();
    }

    function pay() private {
        handler.settle(0, 1, 0, false, false);
        handler.settleWrongly(0, 1, 0, 0, 1);
        handler.settle(1, 3, 6, false, false);
        handler.settle(0, 3, 2, false, false);
        handler.settle(0, 3, 6, true, false);
        handler.settle(0, 3, 6, true, false);
        handler.claim(0);
        handler.claimMany(1, 2);
        handler.draw(0);
        handler.draw(1);
        handler.rule(32, true);
        handler.wait(7 days);
        handler.wait(7 days);
        handler.lapse(1);
    }
}
