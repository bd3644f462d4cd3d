// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {LedgerGovernor, VotingTerms} from "../../../contracts/governance/LedgerGovernor.sol";
import {World} from "./World.sol";

struct Proposal {
    uint256 id;
    address[] targets;
    uint256[] values;
    bytes[] calls;
    string description;
}

/// @notice A world whose offices are given out as scripts/deploy/module.ts does it; the test itself is the deployer, who then gives all up.
abstract contract GovernedWorld is World {
    uint64 internal constant ADMIN = 0;
    uint64 internal constant GUARDIAN = 1;
    uint64 internal constant PARAMETERS = 2;
    uint64 internal constant ARBITER = 3;
    uint48 internal constant VOTING_DELAY = 1 hours;
    uint32 internal constant VOTING_PERIOD = 1 days;
    uint48 internal constant LATE_QUORUM = 12 hours;
    uint256 internal constant THRESHOLD = 1_000e18;
    uint256 internal constant QUORUM = 40_000_000e18;
    uint256 internal constant TIMELOCK_DELAY = 3 days;

    uint8 internal constant AGAINST = 0;
    uint8 internal constant FOR = 1;

    address internal holder = named("holder");
    address internal minor = named("minor holder");
    /// @dev Holds what nobody votes with.
    address internal hoard = named("hoard");
    address internal guardian = named("guardian");
    address internal arbiter = named("arbiter");
    address internal stranger = named("stranger");
    TimelockController internal timelock;
    LedgerGovernor internal governor;

    function setUp() public virtual override {
        super.setUp();
        deployGovernance();
        token.transfer(hoard, token.balanceOf(address(this)));
        giveVotes(holder, QUORUM);
        giveVotes(minor, QUORUM - 1);
        vm.warp(block.timestamp + 1);
    }

    function deployGovernance() private {
        timelock = new TimelockController(TIMELOCK_DELAY, new address[](0), new address[](1), address(this));
        governor = new LedgerGovernor(
            token,
            timelock,
            VotingTerms(VOTING_DELAY, VOTING_PERIOD, THRESHOLD, 4, LATE_QUORUM)
        );
        timelock.grantRole(timelock.PROPOSER_ROLE(), address(governor));
        timelock.grantRole(timelock.CANCELLER_ROLE(), address(governor));
        timelock.grantRole(timelock.CANCELLER_ROLE(), guardian);

        assign(address(clock), clock.pause.selector, GUARDIAN);
        assign(address(clock), clock.resume.selector, GUARDIAN);
        assign(address(models), models.setTerms.selector, PARAMETERS);
        assign(address(bonds), bonds.setRule.selector, PARAMETERS);
        assign(address(channels), channels.setNotice.selector, PARAMETERS);
        assign(address(ledger), ledger.setTerms.selector, PARAMETERS);
        assign(address(court), court.setTerms.selector, PARAMETERS);
        assign(address(unitCourt), unitCourt.setTerms.selector, PARAMETERS);
        assign(address(court), court.rule.selector, ARBITER);
        manager.grantRole(GUARDIAN, guardian, 0);
        manager.grantRole(PARAMETERS, address(timelock), 0);
        manager.grantRole(ARBITER, arbiter, 0);

        manager.grantRole(ADMIN, address(timelock), 0);
        manager.renounceRole(ADMIN, address(this));
        timelock.renounceRole(timelock.DEFAULT_ADMIN_ROLE(), address(this));
    }

    function assign(address target, bytes4 act, uint64 role) private {
        bytes4[] memory acts = new bytes4[](1);
        acts[0] = act;
        manager.setTargetFunctionRole(target, acts, role);
    }

    function oneCall(address target, bytes memory call) internal pure returns (Proposal memory proposal) {
        proposal.targets = new address[](1);
        proposal.values = new uint256[](1);
        proposal.calls = new bytes[](1);
        (proposal.targets[0], proposal.calls[0]) = (target, call);
        proposal.description = "Because.";
    }

    function twoCalls(
        address target,
        bytes memory first,
        bytes memory second
    ) internal pure returns (Proposal memory proposal) {
        proposal.targets = new address[](2);
        proposal.values = new uint256[](2);
        proposal.calls = new bytes[](2);
        (proposal.targets[0], proposal.targets[1]) = (target, target);
        (proposal.calls[0], proposal.calls[1]) = (first, second);
        proposal.description = "Because of both.";
    }

    function submit(Proposal memory proposal) internal {
        vm.prank(holder);
        proposal.id = governor.propose(proposal.targets, proposal.values, proposal.calls, proposal.description);
    }

    function vote(Proposal memory proposal, address voter, uint8 support) internal {
        vm.warp(governor.proposalSnapshot(proposal.id) + 1);
        castVote(proposal, voter, support);
    }

    function castVote(Proposal memory proposal, address voter, uint8 support) internal {
        vm.prank(voter);
        governor.castVote(proposal.id, support);
    }

    function queue(Proposal memory proposal) internal {
        vm.warp(governor.proposalDeadline(proposal.id) + 1);
        governor.queue(proposal.targets, proposal.values, proposal.calls, keccak256(bytes(proposal.description)));
    }

    function execute(Proposal memory proposal) internal {
        vm.prank(stranger);
        governor.execute(proposal.targets, proposal.values, proposal.calls, keccak256(bytes(proposal.description)));
    }

    /// @dev Votes, queues and waits; what is left is to execute it.
    function decide(Proposal memory proposal) internal {
        submit(proposal);
        vote(proposal, holder, FOR);
        queue(proposal);
        vm.warp(block.timestamp + TIMELOCK_DELAY);
    }

    function enact(Proposal memory proposal) internal {
        decide(proposal);
        execute(proposal);
    }

    /// @dev What the timelock calls a queued proposal.
    function operationOf(Proposal memory proposal) internal view returns (bytes32) {
        return
            timelock.hashOperationBatch(
                proposal.targets,
                proposal.values,
                proposal.calls,
                0,
                bytes20(address(governor)) ^ keccak256(bytes(proposal.description))
            );
    }

    function giveVotes(address voter, uint256 votes) internal {
        vm.prank(hoard);
        token.transfer(voter, votes);
        vm.prank(voter);
        token.delegate(voter);
    }
}
