// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccounts} from "../../../contracts/interfaces/IAccounts.sol";
import {ICommitments} from "../../../contracts/interfaces/ICommitments.sol";
import {DemandState, ICourt, Receipt} from "../../../contracts/interfaces/ICourt.sol";
import {Record} from "../../../contracts/types/Records.sol";
import {CourtMarket} from "../harness/CourtMarket.sol";

/// @notice A challenge is committed to after what it strikes, and used within an hour, by nobody else.
contract CommitmentsTest is CourtMarket {
    Record private promised;
    Receipt private receipt;
    bytes private call;
    bytes32 private commitment;

    function setUp() public override {
        super.setUp();
        promised = promiseOf(0, UNITS, 1);
        receipt = receiptOf(promised);
        passPromise(receipt);
        call = demandCall(receipt, promised);
        commitment = commitmentOf(challenger, call);
    }

    function test_WhenCommitted_ItIsTold_AndNothingOfTheChallengeIs() public {
        vm.expectEmit(address(court));
        emit ICommitments.ChallengeCommitted(commitment);
        vm.prank(named("anyone"));
        court.commit(commitment);
        (uint64 blockNumber, uint40 timestamp) = court.committedAt(commitment);
        vm.assertEq(blockNumber, block.number);
        vm.assertEq(timestamp, block.timestamp);
        vm.assertEq(court.COMMIT_BLOCKS(), 2);
        vm.assertEq(court.COMMIT_SECONDS(), 1 hours);
    }

    function test_GivenACommitment_ItIsUsedOnce() public {
        announce(address(court), challenger, call);
        make(address(court), challenger, call);
        (uint64 blockNumber, uint40 timestamp) = court.committedAt(commitment);
        vm.assertEq(uint256(blockNumber) + timestamp, 0);
        failsAtOnce(address(court), challenger, call, notCommitted(challenger, call));
    }

    function test_GivenNoCommitment_ItReverts() public {
        failsAtOnce(address(court), challenger, call, notCommitted(challenger, call));
    }

    function test_GivenSomebodyElsesCommitment_ItIsWorthNothingToOthers() public {
        openAccount("copier");
        announce(address(court), challenger, call);
        failsAtOnce(address(court), named("copier"), call, notCommitted(named("copier"), call));
        make(address(court), challenger, call);
    }

    function test_GivenAnotherSalt_ItIsAnotherCommitment() public {
        announce(address(court), challenger, call);
        bytes memory other = abi.encodeCall(
            court.demandRecord,
            (bytes32(uint256(1)), operatorAccount, receipt, signed(receipt), promised)
        );
        failsAtOnce(address(court), challenger, other, notCommitted(challenger, other));
    }

    function test_GivenFewerThanTwoBlocks_ItIsTooSoon() public {
        vm.prank(challenger);
        court.commit(commitment);
        for (uint256 blocks = 0; blocks < 2; ++blocks) {
            failsAtOnce(
                address(court),
                challenger,
                call,
                abi.encodeWithSelector(
                    ICommitments.Commitments_TooSoon.selector,
                    block.number,
                    block.number + 2 - blocks
                )
            );
            vm.roll(block.number + 1);
        }
        make(address(court), challenger, call);
    }

    function test_GivenAnHour_ItIsExpired() public {
        announce(address(court), challenger, call);
        uint40 expiredAt = uint40(block.timestamp + 1 hours);
        vm.warp(expiredAt - 1);
        uint256 before = block.timestamp;
        vm.warp(expiredAt);
        failsAtOnce(
            address(court),
            challenger,
            call,
            abi.encodeWithSelector(ICommitments.Commitments_Expired.selector, expiredAt, expiredAt)
        );
        vm.warp(before);
        make(address(court), challenger, call);
    }

    function test_GivenACommitmentThatStands_ItIsNotRenewed_AndExpiredItIs() public {
        vm.prank(challenger);
        court.commit(commitment);
        uint64 first = uint64(block.number);
        vm.roll(block.number + 3);
        vm.warp(block.timestamp + 1 hours - 1);
        vm.expectRevert(abi.encodeWithSelector(ICommitments.Commitments_AlreadyCommitted.selector, commitment, first));
        court.commit(commitment);
        vm.warp(block.timestamp + 1);
        announce(address(court), challenger, call);
        (uint64 blockNumber, ) = court.committedAt(commitment);
        vm.assertEq(blockNumber, block.number - 2);
        make(address(court), challenger, call);
    }

    function test_GivenAnAttemptThatFailed_TheCommitmentCanBeUsedStill() public {
        announce(address(court), challenger, call);
        vm.warp(receipt.recordBy - 1);
        failsAtOnce(
            address(court),
            challenger,
            call,
            abi.encodeWithSelector(ICourt.Court_DemandTooEarly.selector, receipt.recordBy, receipt.recordBy - 1)
        );
        vm.warp(receipt.recordBy);
        make(address(court), challenger, call);
        vm.assertTrue(court.demandOf(receipt.recordHash).state == DemandState.Open);
    }

    function test_GivenNoAccount_ItReverts() public {
        announce(address(court), named("nobody"), call);
        failsAtOnce(
            address(court),
            named("nobody"),
            call,
            abi.encodeWithSelector(IAccounts.Accounts_NoAccount.selector, named("nobody"))
        );
    }

    /// @dev Nobody keeps a commitment ready for a record of its own.
    function test_GivenACommitmentOfTheBlockThatRecords_OrBefore_ItReverts() public {
        for (uint256 blocks = 0; blocks < 2; ++blocks) {
            Record memory cheaper = promiseOf(0, UNITS, 10 + blocks);
            cheaper.feeUnits -= 1;
            Receipt memory broken = receiptOf(cheaper);
            uint256 committedIn = block.number;
            // What is recorded is known beforehand to anyone who records it.
            uint256 place = recordOne(0, UNITS, 10 + blocks);
            bytes memory proof = brokenCall(broken, cheaper, proofOf(place, 0), sumOf(place));
            vm.roll(committedIn - blocks);
            vm.prank(challenger);
            court.commit(commitmentOf(challenger, proof));
            vm.roll(committedIn + 2);
            failsAtOnce(
                address(court),
                challenger,
                proof,
                abi.encodeWithSelector(
                    ICommitments.Commitments_BeforeItsSubject.selector,
                    committedIn - blocks,
                    committedIn
                )
            );
        }
    }

    function notCommitted(address who, bytes memory made) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ICommitments.Commitments_NotCommitted.selector, commitmentOf(who, made));
    }
}
