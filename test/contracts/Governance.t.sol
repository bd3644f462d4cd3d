// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IClock} from "../../contracts/interfaces/IClock.sol";
import {ILedger, LedgerTerms} from "../../contracts/interfaces/ILedger.sol";
import {GovernedWorld, Proposal} from "./harness/GovernedWorld.sol";

contract GovernanceTest is GovernedWorld {
    function test_WhenDeployed_ItSaysHowProposalsAreDecided() public view {
        vm.assertEq(governor.name(), "Attribution Ledger");
        vm.assertEq(governor.votingDelay(), VOTING_DELAY);
        vm.assertEq(governor.votingPeriod(), VOTING_PERIOD);
        vm.assertEq(governor.proposalThreshold(), THRESHOLD);
        vm.assertEq(governor.lateQuorumVoteExtension(), LATE_QUORUM);
        vm.assertEq(governor.quorum(block.timestamp - 1), QUORUM);
        vm.assertEq(governor.clock(), block.timestamp);
        vm.assertEq(governor.CLOCK_MODE(), "mode=timestamp");
        vm.assertEq(timelock.getMinDelay(), TIMELOCK_DELAY);
    }

    function test_GivenAQuorumInFavour_WhenTheDelayIsOver_AnyoneExecutesIt() public {
        Proposal memory proposal = proposeShare(300);
        vm.assertTrue(governor.proposalNeedsQueuing(proposal.id));
        vote(proposal, holder, FOR);
        queue(proposal);
        vm.warp(block.timestamp + TIMELOCK_DELAY);
        vm.assertEq(ledger.terms().treasuryBps, TREASURY_BPS);

        LedgerTerms memory terms = ledgerTerms();
        terms.treasuryBps = 300;
        vm.expectEmit(address(ledger));
        emit ILedger.LedgerTermsSet(ledgerTerms(), terms);
        execute(proposal);
        vm.assertEq(ledger.terms().treasuryBps, 300);
        vm.assertTrue(governor.state(proposal.id) == IGovernor.ProposalState.Executed);
    }

    function test_GivenADelayThatIsNotOver_WhenExecuted_ItReverts() public {
        Proposal memory proposal = proposeShare(300);
        vote(proposal, holder, FOR);
        queue(proposal);
        vm.warp(block.timestamp + TIMELOCK_DELAY - 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                TimelockController.TimelockUnexpectedOperationState.selector,
                operationOf(proposal),
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

    /// @dev Anyone who waits with a quorum until the last second gives the others twelve hours more.
    function test_GivenAQuorumInTheLastSecond_OthersHaveTimeToAnswer() public {
        giveVotes(named("opponent"), QUORUM + 1);
        vm.warp(block.timestamp + 1);
        Proposal memory proposal = proposeShare(1_000);
        uint256 deadline = governor.proposalDeadline(proposal.id);
        vm.warp(deadline);
        castVote(proposal, holder, FOR);
        vm.assertEq(governor.proposalDeadline(proposal.id), deadline + LATE_QUORUM);

        vm.warp(deadline + LATE_QUORUM);
        castVote(proposal, named("opponent"), AGAINST);
        vm.assertEq(governor.proposalDeadline(proposal.id), deadline + LATE_QUORUM);
        expectDefeated(proposal);
    }

    function test_GivenAQuorumInTime_NothingIsExtended() public {
        Proposal memory proposal = proposeShare(300);
        uint256 deadline = governor.proposalDeadline(proposal.id);
        vote(proposal, holder, FOR);
        vm.assertEq(governor.proposalDeadline(proposal.id), deadline);
        vm.warp(deadline);
        castVote(proposal, minor, FOR);
        vm.assertEq(governor.proposalDeadline(proposal.id), deadline);
    }

    function test_GivenWhatWasQueued_TheGuardianCancelsIt() public {
        Proposal memory proposal = proposeShare(300);
        vote(proposal, holder, FOR);
        queue(proposal);
        bytes32 operation = operationOf(proposal);
        vm.prank(guardian);
        timelock.cancel(operation);
        vm.assertTrue(governor.state(proposal.id) == IGovernor.ProposalState.Canceled);
        vm.warp(block.timestamp + TIMELOCK_DELAY);
        vm.expectRevert(
            abi.encodeWithSelector(
                IGovernor.GovernorUnexpectedProposalState.selector,
                proposal.id,
                IGovernor.ProposalState.Canceled,
                bytes32(1 << uint8(IGovernor.ProposalState.Queued))
            )
        );
        execute(proposal);
        vm.assertEq(ledger.terms().treasuryBps, TREASURY_BPS);
    }

    function test_GivenItsProposer_WhenCancelledBeforeVoting_ItIsOver() public {
        Proposal memory proposal = proposeShare(300);
        vm.prank(holder);
        governor.cancel(proposal.targets, proposal.values, proposal.calls, keccak256(bytes(proposal.description)));
        vm.assertTrue(governor.state(proposal.id) == IGovernor.ProposalState.Canceled);
    }

    function test_GivenAStranger_WhenProposing_ItReverts() public {
        Proposal memory proposal = shareProposal(300);
        vm.expectRevert(
            abi.encodeWithSelector(IGovernor.GovernorInsufficientProposerVotes.selector, stranger, 0, THRESHOLD)
        );
        vm.prank(stranger);
        governor.propose(proposal.targets, proposal.values, proposal.calls, proposal.description);
    }

    function test_GivenAVote_TheGuardianCanBeReplaced() public {
        Proposal memory proposal = twoCalls(
            address(manager),
            abi.encodeCall(manager.revokeRole, (GUARDIAN, guardian)),
            abi.encodeCall(manager.grantRole, (GUARDIAN, stranger, 0))
        );
        enact(proposal);
        (bool isGuardian, ) = manager.hasRole(GUARDIAN, guardian);
        vm.assertFalse(isGuardian);
        vm.prank(stranger);
        clock.pause();
        vm.assertEq(clock.pausedUntil(), block.timestamp + clock.MAX_PAUSE());
    }

    function test_GivenAVote_ThePaceOfVotesChangesToo() public {
        enact(oneCall(address(governor), abi.encodeCall(governor.setLateQuorumVoteExtension, (1 hours))));
        vm.assertEq(governor.lateQuorumVoteExtension(), 1 hours);
    }

    function test_GivenAVote_TheBoundsOfParametersStillHold() public {
        Proposal memory proposal = shareProposal(1_001);
        decide(proposal);
        LedgerTerms memory terms = ledgerTerms();
        terms.treasuryBps = 1_001;
        vm.expectRevert(abi.encodeWithSelector(ILedger.Ledger_TermsOutOfRange.selector, terms));
        execute(proposal);
    }

    function test_GivenAVote_TheMoneyOfOthersIsStillNobodysToMove() public {
        address[4] memory tills = [address(earnings), address(bonds), address(channels), hoard];
        for (uint256 i = 0; i < tills.length; ++i) {
            Proposal memory proposal = oneCall(
                address(token),
                abi.encodeCall(token.transferFrom, (tills[i], holder, 1))
            );
            decide(proposal);
            vm.expectRevert(
                abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(timelock), 0, 1)
            );
            execute(proposal);
        }
    }

    function test_GivenAPauseByTheGuardian_ItEndsByItselfOrIsResumed() public {
        vm.prank(guardian);
        clock.pause();
        vm.expectRevert(abi.encodeWithSelector(IClock.Clock_Paused.selector, clock.pausedUntil()));
        vm.prank(named("treasurer"));
        models.registerBase(baseModel(0));
        vm.prank(guardian);
        clock.resume();
        vm.prank(named("treasurer"));
        models.registerBase(baseModel(0));
    }

    /// @dev Every door to a power of OpenZeppelin's: roles, the authority, the timelock, the governor's own terms.
    function test_GivenAnyoneButTheTimelock_NothingOfGovernanceItselfMoves() public {
        address[8] memory all = [
            guardian,
            arbiter,
            holder,
            stranger,
            named("treasurer"),
            address(this),
            address(governor),
            address(court)
        ];
        for (uint256 i = 0; i < all.length; ++i) expectPowerless(all[i]);
    }

    function expectPowerless(address who) private {
        bytes32 timelockAdmin = timelock.DEFAULT_ADMIN_ROLE();
        bytes32 proposer = timelock.PROPOSER_ROLE();
        bytes32 canceller = timelock.CANCELLER_ROLE();
        bytes memory notAdmin = abi.encodeWithSelector(
            IAccessManager.AccessManagerUnauthorizedAccount.selector,
            who,
            ADMIN
        );
        vm.startPrank(who);
        vm.expectRevert(noRole(who, timelockAdmin));
        timelock.grantRole(timelockAdmin, who);
        vm.expectRevert(abi.encodeWithSelector(TimelockController.TimelockUnauthorizedCaller.selector, who));
        timelock.updateDelay(0);
        if (who != address(governor)) {
            vm.expectRevert(noRole(who, proposer));
            timelock.schedule(address(ledger), 0, "", 0, 0, TIMELOCK_DELAY);
            if (who != guardian) {
                vm.expectRevert(noRole(who, canceller));
                timelock.cancel(0);
            }
        }
        vm.expectRevert(notAdmin);
        manager.grantRole(PARAMETERS, who, 0);
        vm.expectRevert(notAdmin);
        manager.setTargetFunctionRole(address(ledger), new bytes4[](1), PARAMETERS);
        vm.expectRevert(notAdmin);
        manager.setTargetClosed(address(ledger), true);
        vm.expectRevert(notAdmin);
        manager.updateAuthority(address(ledger), who);
        bytes memory notGovernance = abi.encodeWithSelector(IGovernor.GovernorOnlyExecutor.selector, who);
        vm.expectRevert(notGovernance);
        governor.setVotingDelay(0);
        vm.expectRevert(notGovernance);
        governor.setLateQuorumVoteExtension(0);
        vm.expectRevert(notGovernance);
        governor.updateTimelock(TimelockController(payable(who)));
        vm.expectRevert(notGovernance);
        governor.relay(address(timelock), 0, "");
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

    function shareProposal(uint16 shareBps) private view returns (Proposal memory) {
        LedgerTerms memory terms = ledgerTerms();
        terms.treasuryBps = shareBps;
        return oneCall(address(ledger), abi.encodeCall(ledger.setTerms, (terms)));
    }

    function proposeShare(uint16 shareBps) private returns (Proposal memory proposal) {
        proposal = shareProposal(shareBps);
        submit(proposal);
    }

    function noRole(address who, bytes32 role) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, who, role);
    }
}
