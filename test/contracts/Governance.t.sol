// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {BondRule, IBonds} from "../../contracts/interfaces/IBonds.sol";
import {ILedger} from "../../contracts/interfaces/ILedger.sol";
import {bondOf} from "../../contracts/types/Ids.sol";
import {GovernedMarket, Proposal} from "./harness/GovernedMarket.sol";

contract GovernanceTest is GovernedMarket {
    function test_WhenDeployed_ItSaysHowProposalsAreDecided() public view {
        vm.assertEq(governor.votingDelay(), VOTING_DELAY);
        vm.assertEq(governor.votingPeriod(), VOTING_PERIOD);
        vm.assertEq(governor.proposalThreshold(), THRESHOLD);
        vm.assertEq(governor.quorum(block.timestamp - 1), QUORUM);
        vm.assertEq(governor.clock(), block.timestamp);
        vm.assertEq(governor.CLOCK_MODE(), "mode=timestamp");
        vm.assertEq(timelock.getMinDelay(), TIMELOCK_DELAY);
    }

    function test_GivenAQuorumInFavour_WhenTheDelayIsOver_AnyoneExecutesIt() public {
        Proposal memory proposal = proposeShare(300);
        vote(proposal, holder, FOR);
        queue(proposal);
        vm.warp(block.timestamp + TIMELOCK_DELAY);
        vm.assertEq(ledger.treasuryBps(), TREASURY_BPS);

        vm.expectEmit(address(ledger));
        emit ILedger.TreasuryShareSet(TREASURY_BPS, 300);
        execute(proposal);
        vm.assertEq(ledger.treasuryBps(), 300);
        vm.assertTrue(governor.state(proposal.id) == IGovernor.ProposalState.Executed);
    }

    function test_GivenADelayThatIsNotOver_WhenExecuted_ItReverts() public {
        Proposal memory proposal = proposeShare(300);
        vote(proposal, holder, FOR);
        queue(proposal);
        vm.warp(block.timestamp + TIMELOCK_DELAY - 1);
        bytes32 operation = timelock.hashOperationBatch(
            proposal.targets,
            proposal.values,
            proposal.calls,
            0,
            bytes20(address(governor)) ^ keccak256(bytes(proposal.description))
        );
        vm.expectRevert(
            abi.encodeWithSelector(
                TimelockController.TimelockUnexpectedOperationState.selector,
                operation,
                bytes32(1 << uint8(TimelockController.OperationState.Ready))
            )
        );
        execute(proposal);
    }

    function test_GivenOneVoteTooFew_WhenVotingEnds_ItIsDefeated() public {
        Proposal memory proposal = proposeShare(300);
        vote(proposal, minor, FOR);
        expectDefeated(proposal);
    }

    function test_GivenAsManyVotesAgainst_WhenVotingEnds_ItIsDefeated() public {
        giveVotes(named("opponent"), QUORUM);
        vm.warp(block.timestamp + 1);
        Proposal memory proposal = proposeShare(300);
        vote(proposal, holder, FOR);
        castVote(proposal, named("opponent"), AGAINST);
        expectDefeated(proposal);
    }

    function test_GivenVotesBoughtAfterwards_TheyDoNotCount() public {
        Proposal memory proposal = proposeShare(300);
        vm.warp(governor.proposalSnapshot(proposal.id) + 1);
        giveVotes(named("latecomer"), QUORUM);
        castVote(proposal, named("latecomer"), FOR);
        (, uint256 votesFor, ) = governor.proposalVotes(proposal.id);
        vm.assertEq(votesFor, 0);
    }

    function test_GivenAStranger_WhenProposing_ItReverts() public {
        Proposal memory proposal = shareProposal(300);
        vm.expectRevert(
            abi.encodeWithSelector(IGovernor.GovernorInsufficientProposerVotes.selector, stranger, 0, THRESHOLD)
        );
        vm.prank(stranger);
        governor.propose(proposal.targets, proposal.values, proposal.calls, proposal.description);
    }

    function test_GivenItsProposer_WhenCancelledBeforeVoting_ItIsOver() public {
        Proposal memory proposal = proposeShare(300);
        vm.prank(holder);
        governor.cancel(proposal.targets, proposal.values, proposal.calls, keccak256(bytes(proposal.description)));
        vm.assertTrue(governor.state(proposal.id) == IGovernor.ProposalState.Canceled);
    }

    function test_GivenAVote_TheGuardianCanBeReplaced() public {
        Proposal memory proposal = twoCalls(
            address(manager),
            abi.encodeCall(manager.revokeRole, (GUARDIAN, guardian)),
            abi.encodeCall(manager.grantRole, (GUARDIAN, stranger, 0))
        );
        pass(proposal);
        vm.expectRevert(unauthorised(guardian));
        vm.prank(guardian);
        ledger.pauseRecording();
        vm.prank(stranger);
        ledger.pauseRecording();
        vm.assertTrue(ledger.recordingPaused());
    }

    function test_GivenAVote_BondsMustCoverWhatItAsksFromThenOn() public {
        BondRule memory rule = BondRule({minimumGwei: BOND + 1, ratioBps: 20_000, bountyBps: 1_000});
        pass(oneCall(address(ledger), abi.encodeCall(ledger.setBondRule, (rule))));
        vm.assertEq(abi.encode(ledger.bondRule()), abi.encode(rule));
        bytes memory records = recordFor(0, 1_000, 0);
        vm.expectRevert(
            abi.encodeWithSelector(IBonds.Ledger_BondTooSmall.selector, bondOf(operatorAccount), BOND, BOND + 2_001)
        );
        record(records);
    }

    function test_GivenAVote_TheBoundsOfParametersStillHold() public {
        Proposal memory proposal = proposeShare(1_001);
        vote(proposal, holder, FOR);
        queue(proposal);
        vm.warp(block.timestamp + TIMELOCK_DELAY);
        vm.expectRevert(abi.encodeWithSelector(ILedger.Ledger_TreasuryShareTooHigh.selector, 1_001, 1_000));
        execute(proposal);
    }

    function test_GivenAVote_TheMoneyInTheLedgerIsStillNobodysToMove() public {
        Proposal memory proposal = oneCall(
            address(token),
            abi.encodeCall(token.transferFrom, (address(ledger), holder, 1))
        );
        submit(proposal);
        vote(proposal, holder, FOR);
        queue(proposal);
        vm.warp(block.timestamp + TIMELOCK_DELAY);
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(timelock), 0, 1)
        );
        execute(proposal);
    }

    function test_GivenTheGuardian_WhenItPausesAndResumes_RecordingStopsAndGoesOn() public {
        vm.prank(guardian);
        ledger.pauseRecording();
        bytes memory records = recordFor(0, 1_000, 0);
        vm.expectRevert(abi.encodeWithSelector(ILedger.Ledger_Paused.selector));
        record(records);

        vm.prank(guardian);
        ledger.resumeRecording();
        record(records);
        vm.assertEq(ledger.batchCount(), 1);
    }

    function test_GivenAPause_ClaimsAndWithdrawalsGoOn() public {
        record(recordFor(0, 1_000, 0));
        vm.prank(guardian);
        ledger.pauseRecording();
        vm.startPrank(named(payerName(1)));
        ledger.requestTabWithdrawal(operatorAccount, FUNDS);
        vm.warp(block.timestamp + 2 * EPOCH);
        ledger.withdrawTab(operatorAccount);
        vm.stopPrank();
        vm.assertEq(token.balanceOf(named(payerName(1))), uint256(FUNDS) * 1e9);
        vm.assertEq(ledger.claim(contributors[0]), 600);
    }

    function test_GivenTheGuardian_ItMayDoNothingElse() public {
        expectPowerless(guardian);
    }

    function test_GivenTheDeployer_NothingIsLeftToIt() public {
        expectPowerless(address(this));
        expectCannotPause(address(this));
    }

    function test_GivenHoldersAndStrangers_NobodyActsWithoutAVote() public {
        address[4] memory others = [holder, stranger, treasurer, operator];
        for (uint256 i = 0; i < others.length; ++i) {
            expectPowerless(others[i]);
            expectCannotPause(others[i]);
        }
    }

    function test_GivenTheGovernorItself_ItActsThroughTheTimelockOnly() public {
        expectCannotTune(address(governor));
        expectCannotPause(address(governor));
    }

    /// @dev Every door to a power: parameters, roles, the authority, the timelock, the governor's own terms.
    function expectPowerless(address who) private {
        expectCannotTune(who);
        vm.startPrank(who);
        vm.expectRevert(noRole(who, timelock.DEFAULT_ADMIN_ROLE()));
        timelock.grantRole(bytes32(0), who);
        vm.expectRevert(noRole(who, timelock.PROPOSER_ROLE()));
        timelock.schedule(address(ledger), 0, "", 0, 0, TIMELOCK_DELAY);
        vm.expectRevert(noRole(who, timelock.CANCELLER_ROLE()));
        timelock.cancel(0);
        vm.expectRevert(abi.encodeWithSelector(TimelockController.TimelockUnauthorizedCaller.selector, who));
        timelock.updateDelay(0);
        bytes memory notGovernance = abi.encodeWithSelector(IGovernor.GovernorOnlyExecutor.selector, who);
        vm.expectRevert(notGovernance);
        governor.setVotingDelay(0);
        vm.expectRevert(notGovernance);
        governor.updateTimelock(TimelockController(payable(who)));
        vm.expectRevert(notGovernance);
        governor.relay(address(timelock), 0, "");
        vm.stopPrank();
    }

    function expectCannotTune(address who) private {
        vm.startPrank(who);
        vm.expectRevert(unauthorised(who));
        ledger.setTreasuryShare(0);
        vm.expectRevert(unauthorised(who));
        ledger.setBondRule(BondRule(1, 0, 0));
        vm.expectRevert(unauthorised(who));
        ledger.appointCourt(who);
        vm.expectRevert(unauthorised(who));
        ledger.setAuthority(who);
        bytes memory notAdmin = abi.encodeWithSelector(
            IAccessManager.AccessManagerUnauthorizedAccount.selector,
            who,
            ADMIN
        );
        vm.expectRevert(notAdmin);
        manager.grantRole(PARAMETERS, who, 0);
        vm.expectRevert(notAdmin);
        manager.setTargetFunctionRole(address(ledger), new bytes4[](1), PARAMETERS);
        vm.expectRevert(notAdmin);
        manager.setTargetClosed(address(ledger), true);
        vm.expectRevert(notAdmin);
        manager.updateAuthority(address(ledger), who);
        vm.stopPrank();
    }

    function expectCannotPause(address who) private {
        vm.startPrank(who);
        vm.expectRevert(unauthorised(who));
        ledger.pauseRecording();
        vm.expectRevert(unauthorised(who));
        ledger.resumeRecording();
        vm.stopPrank();
    }

    function expectDefeated(Proposal memory proposal) private {
        vm.warp(governor.proposalDeadline(proposal.id) + 1);
        vm.assertTrue(governor.state(proposal.id) == IGovernor.ProposalState.Defeated);
        vm.expectRevert(
            abi.encodeWithSelector(
                IGovernor.GovernorUnexpectedProposalState.selector,
                proposal.id,
                IGovernor.ProposalState.Defeated,
                bytes32(1 << uint8(IGovernor.ProposalState.Succeeded))
            )
        );
        governor.queue(proposal.targets, proposal.values, proposal.calls, keccak256(bytes(proposal.description)));
    }

    function unauthorised(address who) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, who);
    }

    function noRole(address who, bytes32 role) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, who, role);
    }
}
