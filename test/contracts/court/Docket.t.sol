// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccounts} from "../../../contracts/interfaces/IAccounts.sol";
import {Fault, ICourt} from "../../../contracts/interfaces/ICourt.sol";
import {IBonds} from "../../../contracts/interfaces/IBonds.sol";
import {AccountId, bondOf} from "../../../contracts/types/Ids.sol";
import {RecordProof} from "../../../contracts/types/Records.sol";
import {PlainRecord} from "../harness/RecordsHarness.sol";
import {Courtroom} from "../harness/Courtroom.sol";

/// @notice How proofs are announced, and why nobody else gains by seeing one.
contract DocketTest is Courtroom {
    address private thief = named("thief");
    RecordProof private lie;

    function setUp() public override {
        super.setUp();
        AccountId account = openAccount("thief");
        bondUp(bondOf(account), BOND);
        PlainRecord memory plain = honest(keccak256("query"));
        plain.rows[0].account = AccountId.unwrap(operatorAccount);
        lie = recordPlain(plain);
    }

    function test_WhenAnnounced_ItsBlockIsKept() public {
        bytes32 commitment = keccak256("anything");
        vm.assertEq(court.committedAt(commitment), 0);
        pass(7);
        vm.expectEmit(address(court));
        emit ICourt.ChallengeCommitted(commitment);
        court.commit(commitment);
        vm.assertEq(court.committedAt(commitment), block.number);
    }

    function test_GivenTheSameAnnouncement_WhenMadeAgain_ItReverts() public {
        court.commit(keccak256("anything"));
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_AlreadyCommitted.selector, keccak256("anything")));
        vm.prank(thief);
        court.commit(keccak256("anything"));
    }

    function test_GivenNoAnnouncement_WhenProved_ItReverts() public {
        bytes memory call = proof("salt");
        failsAtOnce(call, notCommitted(challenger, call));
    }

    function test_WhenSentTooSoon_ItReverts() public {
        bytes memory call = proof("salt");
        uint256 from = block.number;
        vm.prank(challenger);
        court.commit(keccak256(abi.encode(challenger, call)));
        failsAtOnce(call, abi.encodeWithSelector(ICourt.Court_TooSoon.selector, from, from + 2));
        pass(1);
        failsAtOnce(call, abi.encodeWithSelector(ICourt.Court_TooSoon.selector, from + 1, from + 2));
        pass(1);
        sendAnnounced(call);
        vm.assertTrue(isVoided(lie));
    }

    function test_GivenAPendingProof_WhenAThiefCopiesIt_ItReverts() public {
        bytes memory call = proof("salt");
        announce(challenger, call);
        (bool done, bytes memory reason) = send(thief, call);
        vm.assertFalse(done);
        vm.assertEq(reason, notCommitted(thief, call));

        // The thief announces it too, and the challenger's transaction is two blocks ahead.
        vm.prank(thief);
        court.commit(keccak256(abi.encode(thief, call)));
        sendAnnounced(call);
        pass(2);
        (done, reason) = send(thief, call);
        vm.assertFalse(done);
        vm.assertEq(reason, abi.encodeWithSelector(IBonds.Ledger_AlreadyVoided.selector, lie.header.batch, 0));
    }

    /// @dev Whoever repeats an announcement neither delays nor takes what was announced.
    function test_GivenAThiefWhoAnnouncesTheSameFirst_TheChallengerProvesAllTheSame() public {
        bytes memory call = proof("salt");
        vm.prank(thief);
        court.commit(keccak256(abi.encode(challenger, call)));
        pass(2);
        sendAnnounced(call);
        vm.assertTrue(isVoided(lie));
        vm.assertEq(maturedOf(challengerAccount), (MINIMUM_BOND + FEE) / 2);
    }

    function test_GivenAnotherSalt_TheAnnouncementIsAnother() public {
        announce(challenger, proof("salt"));
        bytes memory call = proof("pepper");
        failsAtOnce(call, notCommitted(challenger, call));
    }

    function test_WhenProved_TheAnnouncementIsUsedUp() public {
        bytes memory call = proof("salt");
        prove(call);
        vm.assertEq(court.committedAt(keccak256(abi.encode(challenger, call))), 0);
        failsAtOnce(call, notCommitted(challenger, call));
    }

    function test_WhenAProofFails_TheAnnouncementIsKept() public {
        RecordProof memory truth = recordPlain(honest(keccak256("other")));
        bytes memory call = abi.encodeCall(court.proveWrongAccount, (0, truth, show(3)));
        announce(challenger, call);
        failsAtOnce(call, abi.encodeWithSelector(ICourt.Court_RowNotListed.selector, 3));
        vm.assertTrue(court.committedAt(keccak256(abi.encode(challenger, call))) != 0);
    }

    function test_GivenNoAccount_WhenProved_ItReverts() public {
        bytes memory call = proof("salt");
        announce(named("nobody"), call);
        (bool done, bytes memory reason) = send(named("nobody"), call);
        vm.assertFalse(done);
        vm.assertEq(reason, abi.encodeWithSelector(IAccounts.Accounts_NoAccount.selector, named("nobody")));
    }

    function test_WhenDeployed_ItKnowsWhereItStands() public view {
        vm.assertEq(address(court.ledger()), address(ledger));
        vm.assertEq(address(court.datasets()), address(datasets));
        vm.assertEq(court.COMMIT_BLOCKS(), 2);
        vm.assertEq(court.authority(), address(manager));
        vm.assertEq(uint256(Fault.Appeal), 8);
    }

    function proof(bytes32 salt) private view returns (bytes memory) {
        uint32 row = 0;
        for (uint256 i = 45; i < 49; ++i) row = (row << 8) | uint8(lie.record[i]);
        return abi.encodeCall(court.proveWrongAccount, (salt, lie, show(row)));
    }

    function notCommitted(address who, bytes memory call) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ICourt.Court_NotCommitted.selector, keccak256(abi.encode(who, call)));
    }
}
