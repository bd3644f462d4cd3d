// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IBonds} from "../../contracts/interfaces/IBonds.sol";
import {ICourt} from "../../contracts/interfaces/ICourt.sol";
import {IJournal} from "../../contracts/interfaces/IJournal.sol";
import {Journal} from "../../contracts/Journal.sol";
import {AccountId, BondId, bondOf} from "../../contracts/types/Ids.sol";
import {RecordProof} from "../../contracts/types/Records.sol";
import {Courtroom} from "./harness/Courtroom.sol";
import {PlainRecord} from "./harness/RecordsHarness.sol";
import {Test, Vm} from "./harness/Test.sol";

contract Writer is Journal {
    event One();
    event Two(uint256 indexed a, string text);
    event Three(uint256 indexed a, uint256 indexed b, uint256 c);
    event Four(uint256 indexed a, uint256 indexed b, uint256 indexed c);

    function one() external {
        _emit(1, abi.encode(One.selector));
    }

    function two(uint256 a, string calldata text) external {
        _emit(2, abi.encodePacked(Two.selector, a, abi.encode(text)));
    }

    function three(uint256 a, uint256 b, uint256 c) external {
        _emit(3, abi.encode(Three.selector, a, b, c));
    }

    function four(uint256 a, uint256 b, uint256 c) external {
        _emit(4, abi.encode(Four.selector, a, b, c));
    }

    function nextCount() external view returns (uint48) {
        return _nextCount();
    }
}

contract JournalTest is Test {
    Writer private writer;

    function setUp() public {
        writer = new Writer();
    }

    function test_GivenNoEvent_TheJournalIsEmpty() public view {
        (uint48 count, bytes26 head) = writer.journal();
        vm.assertEq(count, 0);
        vm.assertEq(bytes32(head), 0);
        vm.assertEq(writer.nextCount(), 1);
    }

    function test_WhenWritten_EveryNumberOfTopicsIsTheDeclaredEvent() public {
        vm.expectEmit(address(writer));
        emit Writer.One();
        writer.one();
        vm.expectEmit(address(writer));
        emit Writer.Two(7, "text");
        writer.two(7, "text");
        vm.expectEmit(address(writer));
        emit Writer.Three(7, 8, 9);
        writer.three(7, 8, 9);
        vm.expectEmit(address(writer));
        emit Writer.Four(7, 8, 9);
        writer.four(7, 8, 9);
    }

    function test_TheSlotIsTheOneOfItsNamespace() public {
        bytes32 slot = keccak256(abi.encode(uint256(keccak256("attribution.journal")) - 1)) & ~bytes32(uint256(0xff));
        writer.one();
        (uint48 count, bytes26 head) = writer.journal();
        vm.assertEq(vm.load(address(writer), slot), bytes32(head) | bytes32(uint256(count)));
    }

    function testFuzz_GivenAnyEvents_TheJournalIsTheChainOfTheirLogs(
        uint256[6] memory words,
        string memory text
    ) public {
        vm.recordLogs();
        writer.three(words[0], words[1], words[2]);
        writer.two(words[3], text);
        writer.one();
        writer.four(words[4], words[5], words[0]);

        bytes32 slot;
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            bytes32 eventHash = keccak256(abi.encodePacked(logs[i].topics, logs[i].data));
            slot = bytes32((uint256(keccak256(abi.encode(slot, eventHash))) >> 48) << 48) | bytes32(i + 1);
        }
        (uint48 count, bytes26 head) = writer.journal();
        vm.assertEq(count, 4);
        vm.assertEq(bytes32(head) | bytes32(uint256(count)), slot);
    }
}

/// @notice Everything that can happen to bonds and in court happens once, and both journals have taken in each of it.
contract CourtJournalTest is Courtroom {
    bytes32[] private told;

    function test_WhenAllOfItHappens_BothJournalsAreTheChainsOfTheirLogs() public {
        bytes32 ofLedger = slotOf(address(ledger));
        bytes32 ofCourt = slotOf(address(court));
        vm.recordLogs();
        happen();
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter == address(ledger)) ofLedger = next(ofLedger, logs[i]);
            if (logs[i].emitter == address(court)) ofCourt = next(ofCourt, logs[i]);
            told.push(logs[i].topics[0]);
        }
        vm.assertEq(slotOf(address(ledger)), ofLedger);
        vm.assertEq(slotOf(address(court)), ofCourt);
        expectAllTold();
    }

    function happen() private {
        court.setTerms(courtTerms());
        ledger.setBondRule(ledger.bondRule());
        BondId bond = bondOf(challengerAccount);
        bondUp(bond, 5);
        vm.prank(challenger);
        ledger.requestBondWithdrawal(bond, 5);
        RecordProof memory lie = recordLie();
        bytes memory proof = abi.encodeCall(court.proveWrongAccount, (0, lie, show(listedIn(lie))));
        prove(proof);
        ledger.burnSlashed();
        vm.startPrank(challenger);
        court.appealModel(model, 0, "");
        court.appealModel(model, 0, "");
        vm.stopPrank();
        vm.prank(arbiter);
        court.rule(1, false, none(), 0, "");
        prove(abi.encodeCall(court.demandRow, (0, model, 9)));
        prove(abi.encodeCall(court.demandRow, (0, model, 10)));
        vm.prank(challenger);
        court.showRow(model, 9, show(9), itemsRootOf(1), itemPathOf(9));
        vm.warp(block.timestamp + RULING_TIME + 1);
        court.lapse(2);
        court.closeDemand(model, 10, none());
        vm.prank(challenger);
        ledger.withdrawBond(bond);
        vm.prank(address(manager));
        court.setAuthority(address(token));
    }

    function recordLie() private returns (RecordProof memory) {
        PlainRecord memory plain = honest(keccak256("query"));
        plain.rows[0].account = AccountId.unwrap(operatorAccount);
        return recordPlain(plain);
    }

    function listedIn(RecordProof memory call) private pure returns (uint32 row) {
        for (uint256 i = 45; i < 49; ++i) row = (row << 8) | uint8(call.record[i]);
    }

    function expectAllTold() private view {
        bytes32[23] memory expected = [
            IBonds.BondDeposited.selector,
            IBonds.BondWithdrawalRequested.selector,
            IBonds.BondWithdrawn.selector,
            IBonds.BondFrozen.selector,
            IBonds.BondStaked.selector,
            IBonds.BondReleased.selector,
            IBonds.StakePaid.selector,
            IBonds.BondSlashed.selector,
            IBonds.SlashedBurnt.selector,
            IBonds.RecordVoided.selector,
            IBonds.ModelStopped.selector,
            IBonds.BondRuleSet.selector,
            ICourt.ChallengeCommitted.selector,
            ICourt.RecordStruck.selector,
            ICourt.RowStruck.selector,
            ICourt.IndexStruck.selector,
            ICourt.RowDemanded.selector,
            ICourt.RowShown.selector,
            ICourt.AppealFiled.selector,
            ICourt.AppealRuled.selector,
            ICourt.AppealLapsed.selector,
            ICourt.CourtTermsSet.selector,
            IAccessManaged.AuthorityUpdated.selector
        ];
        for (uint256 i = 0; i < expected.length; ++i) vm.assertTrue(isTold(expected[i]));
    }

    function isTold(bytes32 selector) private view returns (bool) {
        for (uint256 i = 0; i < told.length; ++i) {
            if (told[i] == selector) return true;
        }
        return false;
    }

    function slotOf(address writer) private view returns (bytes32) {
        (uint48 count, bytes26 head) = IJournal(writer).journal();
        return bytes32(head) | bytes32(uint256(count));
    }

    function next(bytes32 slot, Vm.Log memory log) private pure returns (bytes32) {
        bytes32 moved = keccak256(abi.encode(slot, keccak256(abi.encodePacked(log.topics, log.data))));
        return bytes32(((uint256(moved) >> 48) << 48) | (uint48(uint256(slot)) + 1));
    }
}
