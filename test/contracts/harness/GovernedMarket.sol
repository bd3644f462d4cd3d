// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {LedgerGovernor, VotingTerms} from "../../../contracts/governance/LedgerGovernor.sol";
import {Market} from "./Market.sol";

struct Proposal {
    uint256 id;
    address[] targets;
    uint256[] values;
    bytes[] calls;
    string description;
}

/// @notice A market whose roles are given out as scripts/deploy/module.ts does it; the test itself is the deployer, who then
/// gives all up.
abstract contract GovernedMarket is Market {
    uint64 internal constant ADMIN = 0;
    uint64 internal constant GUARDIAN = 1;
    uint64 internal constant PARAMETERS = 2;
    uint48 internal constant VOTING_DELAY = 1 hours;
    uint32 internal constant VOTING_PERIOD = 1 days;
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
        governor = new LedgerGovernor(token, timelock, VotingTerms(VOTING_DELAY, VOTING_PERIOD, THRESHOLD, 4));
        timelock.grantRole(timelock.PROPOSER_ROLE(), address(governor));
        timelock.grantRole(timelock.CANCELLER_ROLE(), address(governor));

        bytes4[] memory pausing = new bytes4[](2);
        (pausing[0], pausing[1]) = (ledger.pauseRecording.selector, ledger.resumeRecording.selector);
        bytes4[] memory tuning = new bytes4[](2);
        (tuning[0], tuning[1]) = (ledger.setTreasuryShare.selector, ledger.setBondRule.selector);
        manager.setTargetFunctionRole(address(ledger), pausing, GUARDIAN);
        manager.setTargetFunctionRole(address(ledger), tuning, PARAMETERS);
        manager.grantRole(GUARDIAN, guardian, 0);
        manager.grantRole(PARAMETERS, address(timelock), 0);

        manager.grantRole(ADMIN, address(timelock), 0);
        manager.renounceRole(ADMIN, address(this));
        timelock.renounceRole(timelock.DEFAULT_ADMIN_ROLE(), address(this));
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

    function shareProposal(uint16 shareBps) internal view returns (Proposal memory) {
        return oneCall(address(ledger), abi.encodeCall(ledger.setTreasuryShare, (shareBps)));
    }

    function proposeShare(uint16 shareBps) internal returns (Proposal memory proposal) {
        proposal = shareProposal(shareBps);
        submit(proposal);
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

    function pass(Proposal memory proposal) internal {
        submit(proposal);
        vote(proposal, holder, FOR);
        queue(proposal);
        vm.warp(block.timestamp + TIMELOCK_DELAY);
        execute(proposal);
    }

    function giveVotes(address voter, uint256 votes) internal {
        vm.prank(hoard);
        token.transfer(voter, votes);
        vm.prank(voter);
        token.delegate(voter);
    }
}
